"""Robustness, measured on little: the same pictures for every network, and sound counts."""

from pathlib import Path

import pytest
import torch

from losslens.data.dataset import Dataset, Splits
from losslens.images.corruptions import CORRUPTIONS, LEVELS
from losslens.losses import LOSSES
from losslens.report import robustness
from losslens.report.predictions import Networks, load_networks


class Reads(torch.nn.Module):
    """Answers 1 where the picture is brighter than a threshold, else 0."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        bright = images.mean(dim=(1, 2, 3)) - self.threshold
        return torch.stack([-bright, bright], dim=1)


def test_everything_is_measured_at_every_level(
    random_models: Path, small_splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(robustness.EXAMPLES, "digits", 12)
    ticks: list[int] = []
    found = robustness.measure(
        "digits", load_networks("digits"), small_splits.test, lambda: ticks.append(1)
    )
    assert len(ticks) == len(CORRUPTIONS) * len(LEVELS) == 30
    assert (
        found.examples == 12 and found.accuracy.keys() == CORRUPTIONS.keys() == found.behind.keys()
    )
    for loss in LOSSES:
        everything = [value for levels in found.accuracy.values() for value in levels[loss]]
        assert len(everything) == 30
        assert found.mean[loss] == pytest.approx(sum(everything) / 30)
    assert len(found.differences) == 28


def test_a_network_that_fails_on_bright_pictures_is_found_behind() -> None:
    target = torch.arange(60) % 2
    images = (
        (target[:, None, None, None] * 60 + 60).to(torch.uint8).expand(60, 1, 28, 28).contiguous()
    )
    thresholds = {loss: 0.95 if loss == "mse" else 0.6 for loss in LOSSES}
    networks = Networks(
        None, {loss: Reads(each) for loss, each in thresholds.items()}, dict.fromkeys(LOSSES, 1.0)
    )
    bad = robustness.corrupted(Dataset(images, target), CORRUPTIONS["overexposed"], 0.3)
    assert bad.images.dtype == torch.uint8 and torch.equal(bad.target, target)
    right = robustness.right_under(networks, bad)
    assert right["mse"].mean() == 0.5 and right["brier"].mean() == 1
    assert robustness._behind(right) == ["mse"]


def test_the_same_pictures_come_out_each_time(mini: Dataset) -> None:
    few = mini.pick(torch.arange(300))
    for key in ("gaussian_noise", "occlusion"):
        first, again = (robustness.corrupted(few, CORRUPTIONS[key], 0.3) for _ in range(2))
        assert torch.equal(first.images, again.images)
