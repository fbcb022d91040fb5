"""Class separation as Kornblith et al. define it."""

import pytest
import torch
import torch.nn.functional as F

from losslens.evaluation.separation import class_separation


def test_it_is_the_papers_sums_over_pairs() -> None:
    chance = torch.Generator().manual_seed(0)
    target = torch.tensor([0] * 7 + [1] * 4 + [2] * 9)
    features = torch.randn(20, 5, generator=chance) + 2 * F.one_hot(target, 5)
    distance = 1 - F.cosine_similarity(features[:, None], features[None], dim=2)
    blocks = torch.stack(
        [
            torch.stack([distance[target == a][:, target == b].mean() for b in range(3)])
            for a in range(3)
        ]
    )
    wanted = 1 - blocks.diagonal().mean() / blocks.mean()
    assert class_separation(features, target) == pytest.approx(float(wanted), abs=1e-6)


def test_one_direction_a_class_is_1_and_classes_dealt_out_are_about_0() -> None:
    target = torch.arange(3).repeat_interleave(200)
    assert class_separation(F.one_hot(target).float() * 3, target) == pytest.approx(1)
    dealt = torch.randn(600, 30, generator=torch.Generator().manual_seed(0))
    assert class_separation(dealt, target) == pytest.approx(0, abs=0.02)
    assert class_separation(torch.zeros(600, 3), target) == 0
