"""Shared pieces of the tests: small data, and checkpoints with random weights in a folder of their own."""

from pathlib import Path

import pytest
import torch

from losslens import checkpoints, inference
from losslens.data import Dataset, Splits, mini_mnist
from losslens.losses import LOSSES
from losslens.tasks import TASKS

torch.set_num_threads(1)  # as the app does; small networks lose by sharing a picture between cores


@pytest.fixture(scope="session")
def mini() -> Dataset:
    """The 5,000 shipped digits."""
    return mini_mnist()


@pytest.fixture
def small_splits(mini: Dataset) -> Splits:
    """A few hundred digits in three parts, in mixed order."""
    order = torch.randperm(len(mini), generator=torch.Generator().manual_seed(0))
    return Splits(mini.pick(order[:250]), mini.pick(order[250:400]), mini.pick(order[400:550]))


def random_card(task: str, loss: str) -> checkpoints.Card:
    """A card that a test may save; it claims no figures."""
    return checkpoints.Card(task, loss, {}, 1.0, {}, {}, 0.0, "", {}, "2026-01-01T00:00:00+00:00")


@pytest.fixture
def random_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with eight networks of random weights, in use for this test alone."""
    torch.manual_seed(0)
    folder = tmp_path / "models"
    for loss in LOSSES:
        network = TASKS["digits"].network().eval()
        checkpoints.save(checkpoints.Checkpoint(network, random_card("digits", loss)), folder)
    monkeypatch.setenv("LOSSLENS_MODELS", str(folder))
    inference.forget()
    yield folder
    inference.forget()
