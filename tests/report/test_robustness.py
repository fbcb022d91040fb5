"""Robustness, measured on little: the same pictures for every network, and sound counts."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from losslens.checkpoints.ensemble import Ensemble, load_ensemble
from losslens.checkpoints.files import Card, Checkpoint
from losslens.data.dataset import Dataset, Splits
from losslens.images.corruptions import CORRUPTIONS, LEVELS
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.report import robustness
from losslens.tasks import TASKS


class Reads(torch.nn.Module):
    """Answers 1 where the picture is brighter than a threshold, else 0."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        bright = images.mean(dim=(1, 2, 3)) - self.threshold
        return torch.stack([-bright, bright], dim=1)


def ensemble_of(networks: dict[str, torch.nn.Module]) -> Ensemble:
    """These networks, with cards that claim nothing."""
    members = {
        loss: Checkpoint(network, Card("digits", loss, {}, 1.0, {}, {}, 0.0, "", {}, ""))
        for loss, network in networks.items()
    }
    return Ensemble(TASKS["digits"], None, members, {})


def test_everything_is_measured_at_every_level(
    random_models: Path, small_splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], corruption_examples=12))
    ensemble = load_ensemble("digits")
    ticks: list[int] = []
    found = robustness.measure(ensemble, small_splits.test, lambda: ticks.append(1))
    assert len(ticks) == found.variants == len(CORRUPTIONS) * len(LEVELS)
    assert robustness.variants_of(ensemble.task) == found.variants
    assert found.examples == 12
    assert list(found.accuracy) == list(CORRUPTIONS)
    for loss in card_losses():
        everything = [value for levels in found.accuracy.values() for value in levels[loss]]
        assert len(everything) == found.variants
        assert found.mean[loss] == pytest.approx(sum(everything) / found.variants)
    assert found.losses == card_losses()


def test_corruptions_without_strengths_and_losses_without_checkpoint_are_left_out(
    random_models: Path, small_splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(TASKS["digits"], corruption_strengths={"blur": (1, 2, 3)}, corruption_examples=12)
    monkeypatch.setitem(TASKS, "digits", few)
    (random_models / "digits" / "brier.safetensors").unlink()
    found = robustness.measure(load_ensemble("digits"), small_splits.test)
    assert found.variants == 3 and list(found.accuracy) == ["blur"]
    assert found.losses == list(found.clean) == [loss for loss in card_losses() if loss != "brier"]
    monkeypatch.setitem(TASKS, "digits", replace(few, corruption_strengths={}))
    with pytest.raises(ValueError, match="digits"):
        robustness.measure(load_ensemble("digits"), small_splits.test)


def test_a_network_that_fails_on_bright_pictures_is_found_out() -> None:
    target = torch.arange(60) % 2
    images = (
        (target[:, None, None, None] * 60 + 60)
        .to(torch.uint8)
        .expand(60, *TASKS["digits"].shape)
        .contiguous()
    )
    networks = ensemble_of({loss: Reads(0.95 if loss == "mse" else 0.6) for loss in LOSSES})
    bad = robustness.corrupted(Dataset(images, target), CORRUPTIONS["overexposed"], 0.3)
    assert bad.images.dtype == torch.uint8 and torch.equal(bad.target, target)
    right = robustness.right_under(networks, bad)
    assert right["mse"].mean() == 0.5 and right["brier"].mean() == 1


def test_the_same_pictures_come_out_each_time(mini: Dataset) -> None:
    few = mini.pick(torch.arange(300))
    for key in ("gaussian_noise", "occlusion"):
        first, again = (robustness.corrupted(few, CORRUPTIONS[key], 0.3) for _ in range(2))
        assert torch.equal(first.images, again.images)
