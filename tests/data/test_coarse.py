"""Digits as scans of few pixels, black and white, are still the digits that they were."""

import numpy as np
import torch
from torch import Tensor

from losslens.data.coarse import coarse
from losslens.data.dataset import Dataset
from losslens.inference import predictor


def test_they_are_coarser_and_are_read_as_what_they_were(mini: Dataset) -> None:
    made, chosen = coarse(mini.images, 0, 60)
    assert made.dtype == torch.uint8 and made.shape[1:] == mini.images.shape[1:]
    assert len(made) == len(chosen) > 55 and made.amax(dim=(1, 2, 3)).min() > 200
    assert not any(torch.equal(each, mini.images[i]) for each, i in zip(made, chosen, strict=True))
    right = [
        [answer.label == str(int(target)) for answer in answers(picture)]
        for picture, target in zip(made, mini.target[chosen], strict=True)
    ]
    assert np.mean(right) > 0.9


def answers(picture: Tensor) -> list[predictor.Answer]:
    return predictor.predict("digits", picture / 255).given


def test_the_same_seed_gives_the_same_ones(mini: Dataset) -> None:
    (first, _), (again, _), (other, _) = (coarse(mini.images, seed, 8) for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_what_has_no_ink_left_is_left_out(mini: Dataset) -> None:
    pictures = mini.images[:3].clone()
    pictures[1:] //= 8
    made, chosen = coarse(pictures, 0, 30)
    assert 0 < len(made) < 30 and (chosen == 0).all()
