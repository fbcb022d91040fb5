"""Outlier exposure: a network learns the classes and one more; its detector is fitted and saved."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from losslens.checkpoints.ensemble import load_detector
from losslens.data.coarse import coarse
from losslens.data.dataset import Dataset, Splits
from losslens.losses import LOSSES
from losslens.networks.digit_net import ExposedDigitNet
from losslens.tasks import TASKS
from losslens.tasks.base import NetworkDetector
from losslens.training import exposure
from losslens.training.ood_detector import is_due, make_detector


def noise(count: int) -> torch.Tensor:
    return torch.randint(
        0, 256, (count, 1, 28, 28), generator=torch.Generator().manual_seed(0)
    ).byte()


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits against noise, for a few steps."""
    monkeypatch.setattr(exposure, "_STEPS", 30)
    monkeypatch.setattr(exposure, "_BATCH", 64)
    pictures = lambda digits, folders, seed: (digits, noise(400))  # noqa: E731
    noisy = NetworkDetector(ExposedDigitNet, pictures, coarse=coarse)
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], network_detector=noisy))


def made(splits: Splits, out: Path) -> str:
    return make_detector("digits", splits, out)


def test_it_learns_to_tell_others_from_the_classes_and_repeats(
    few_steps: None, small_splits: Splits, tmp_path: Path
) -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    said = made(small_splits, tmp_path / "a")
    assert torch.equal(torch.rand(2), expected), "torch's own chance is left alone"
    assert "360 other pictures" in said and "of 40 other pictures of the same kinds 100.0%" in said
    detector = load_detector("digits", tmp_path / "a")
    assert detector is not None and detector.losses == ()
    assert " in few pixels, with a threshold of their own, " in said and detector.coarse_excess != 0
    digits = small_splits.held_out.batch(torch.arange(len(small_splits.held_out)))[0]
    assert (detector.scores(digits) > detector.threshold).float().mean() < 0.05
    assert (detector.scores(noise(30).float() / 255) > detector.threshold).all()
    assert made(small_splits, tmp_path / "b") == said
    again = load_detector("digits", tmp_path / "b")
    assert all(torch.equal(again.state_dict()[k], v) for k, v in detector.state_dict().items())


def test_others_are_the_last_class(small_splits: Splits, few_steps: None) -> None:
    torch.manual_seed(0)
    augment = TASKS["digits"].augment
    network = ExposedDigitNet()
    exposure.fit_exposed(network.members, small_splits.train, noise(200), augment)
    with torch.inference_mode():
        assert (network(noise(20).float() / 255).argmax(dim=1) == 10).all()
        digits = network(small_splits.train.batch(torch.arange(50))[0]).argmax(dim=1)
    assert (digits != 10).float().mean() > 0.9 and not any(
        each.training for each in network.members
    )


def test_it_is_made_with_the_last_checkpoint_once(
    few_steps: None, small_splits: Splits, tmp_path: Path
) -> None:
    assert not is_due("digits", tmp_path)
    (tmp_path / "digits").mkdir()
    for loss in LOSSES:
        (tmp_path / "digits" / f"{loss}.safetensors").touch()
    assert is_due("digits", tmp_path)
    made(small_splits, tmp_path)
    assert not is_due("digits", tmp_path)


def test_known_pictures_keep_their_classes(mini: Dataset) -> None:
    chosen, target = exposure._drawn(mini, torch.Generator().manual_seed(0))
    assert chosen.shape == (128, 1, 28, 28) and chosen.max() <= 1
    assert set(target.tolist()) <= set(range(10))
