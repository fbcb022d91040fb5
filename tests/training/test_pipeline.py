"""From a configuration to a checkpoint: fine-tuning at the end, and what is left of the runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from torch import Generator, Tensor

from losslens.checkpoints.files import Checkpoint, load
from losslens.data.dataset import Dataset, Splits
from losslens.report.schema import PROBABILITIES
from losslens.tasks import TASKS
from losslens.tasks.base import FineTuning
from losslens.training.config import TrainConfig
from losslens.training.pipeline import make_checkpoint
from losslens.training.runner import Job

BATCH = 25
PER_EPOCH = 2  # batches

Make = Callable[..., Checkpoint]


@pytest.fixture(scope="module")
def accelerator() -> Accelerator:
    return Accelerator(cpu=True)


@pytest.fixture
def few(mini: Dataset) -> Splits:
    """Two batches of digits to learn from, and a few to measure on."""
    order = torch.randperm(len(mini), generator=Generator().manual_seed(0))
    return Splits(
        mini.pick(order[: BATCH * PER_EPOCH]), mini.pick(order[100:130]), mini.pick(order[200:230])
    )


@pytest.fixture
def made(few: Splits, accelerator: Accelerator, tmp_path: Path) -> Make:
    """Makes a checkpoint of the options that are given, and reads it back."""

    def make(**options: object) -> Checkpoint:
        config = TrainConfig(
            loss="brier", batch_size=BATCH, **{"epochs": 4, "learning_rate": 4e-3, **options}
        )
        assert make_checkpoint(config, few, Job(accelerator, tmp_path / "out", tmp_path / "runs"))
        return load("digits", "brier", tmp_path / "out")

    return make


@pytest.fixture
def fine_tuned_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[FineTuning | None], None]:
    """Gives the digits another fine-tuning, or none."""

    def change(fine_tuning: FineTuning | None) -> None:
        monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], fine_tuning=fine_tuning))

    return change


def as_they_are(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    return images


def test_digits_are_fine_tuned_for_a_quarter_of_the_epochs_at_a_quarter_of_the_rate(
    made: Make,
) -> None:
    config = made().card.config
    assert config["epochs"] == 4 and config["learning_rate"] == 4e-3
    assert config["refinement"] == {"epochs": 1, "learning_rate": pytest.approx(1e-3)}


def test_part_of_an_epoch_counts_as_a_whole_one_and_every_batch_is_augmented_the_second_way(
    made: Make, fine_tuned_by: Callable[[FineTuning], None]
) -> None:
    seen: list[int] = []

    def counted(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
        seen.append(len(images))
        return images

    fine_tuned_by(FineTuning(counted, epochs=0.3, learning_rate=0.5))
    config = made(epochs=4, learning_rate=2e-3).card.config
    assert config["refinement"] == {"epochs": 2, "learning_rate": pytest.approx(1e-3)}
    assert seen == [BATCH] * (2 * PER_EPOCH)


def test_fine_tuning_goes_on_from_the_network_of_the_first_run(
    made: Make, fine_tuned_by: Callable[[FineTuning | None], None]
) -> None:
    fine_tuned_by(None)
    first = made()
    assert "refinement" not in first.card.config
    networks = {}
    for name, share in (("hardly", 1e-4), ("much", 1.0)):
        fine_tuned_by(FineTuning(as_they_are, epochs=0.25, learning_rate=share))
        networks[name] = made().network
    weights = dict(first.network.named_parameters())
    away = {
        name: max(
            float((weight - weights[key]).detach().abs().max())
            for key, weight in network.named_parameters()
        )
        for name, network in networks.items()
    }
    assert 0 < away["hardly"] < 1e-5 < 1e-3 < away["much"] < 0.1, away


def test_nothing_of_the_runs_is_left_once_the_checkpoint_is_saved(
    made: Make, few: Splits, tmp_path: Path
) -> None:
    card = made().card
    assert list((tmp_path / "runs").iterdir()) == []
    assert card.data_sha256 == few.train.sha256()
    assert set(card.test) == set(card.held_out) == set(PROBABILITIES)
