"""Settings of a run: what is refused, and what a new loss or a new task takes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from losslens.data.dataset import Dataset
from losslens.live.config import LiveConfig, live_tasks, loss_function
from losslens.live.script import script
from losslens.live.worker import Gate, points, prepared
from losslens.losses import LOSSES, Loss
from losslens.tasks import TASKS
from losslens.tasks.base import LearningRates, Live
from support.live import SHORT


class Tiny(nn.Sequential):
    """Four values to two classes."""

    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.Linear(4, 2))


@pytest.fixture
def tiny_task(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A task of 40 examples to learn from and 20 held out."""
    images = torch.randn(60, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    target = (images.sum(dim=(1, 2, 3)) > 0).long()
    whole = Dataset(images, target)
    path = tmp_path / "tiny.npz"
    np.savez(path, images=images.numpy(), target=target.numpy())
    live = Live(
        data_file=path,
        load=lambda: (whole.pick(torch.arange(20, 60)), whole.pick(torch.arange(20))),
        network=Tiny,
        shape=(1, 2, 2),
        learning_rates={"adamw": LearningRates(0.01), "sgd": LearningRates(0.1)},
        read_code='archive["images"]',
        order_code="torch.arange(len(target))",
    )
    task = replace(TASKS["digits"], key="tiny", labels=("low", "high"), shape=(1, 2, 2), live=live)
    monkeypatch.setitem(TASKS, "tiny", task)
    yield "tiny"


def test_a_task_with_few_examples_trains_with_all_of_them(tiny_task: str) -> None:
    config = LiveConfig(task=tiny_task, losses=("mse", "own"), formula="-log(p_y)", epochs=20)
    assert (config.examples, config.sizes, config.batch) == (40, (40, 20), 40)
    *_, last = points(prepared(config), Gate())
    assert last.seen == last.total == 800 and len(last.right[0]) == 20
    assert "CLASSES = 2" in script(config) and "EXAMPLES = 40" in script(config)


def test_a_task_without_live_training_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TASKS, "plain", replace(TASKS["digits"], key="plain", live=None))
    assert "plain" not in live_tasks()
    with pytest.raises(ValueError, match="unknown task 'plain'"):
        LiveConfig(task="plain")


def test_a_new_loss_is_trained_with_the_usual_learning_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(LOSSES, "new", Loss(key="new", label="New", fn=LOSSES["brier"].fn))
    config = replace(SHORT, losses=("new", "mse"), optimizer="sgd")
    assert config.learning_rates == [0.05, 0.005]
    assert loss_function("new", "") is LOSSES["brier"].fn
    (first,) = islice(points(prepared(config), Gate()), 1)
    assert len(first.accuracy) == 2


def test_one_learning_rate_holds_for_all_losses() -> None:
    config = replace(SHORT, losses=("mse", "gce"), learning_rate=0.25)
    assert config.learning_rates == [0.25, 0.25]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"losses": ()}, "from 1 to 4"),
        ({"losses": ("hinge",)}, "choose from"),
        ({"losses": ("own",), "formula": "__import__('os')"}, "not allowed|no function|plain"),
        ({"optimizer": "lion"}, "adamw"),
        ({"wrong_labels": 0.7}, "from 0 to 0.6"),
        ({"wrong_labels": float("nan")}, "from 0 to 0.6"),
        ({"examples": 50}, "from 100 to 4000"),
        ({"learning_rate": 2.0}, "from 1e-05 to 1"),
        ({"learning_rate": 1e-9}, "from 1e-05 to 1"),
        ({"task": "birds"}, "digits, pets"),
        ({"examples": 150.5}, "whole number"),
        ({"batch_size": 1}, "from 10 to 200"),
        ({"epochs": 31}, "from 1 to 30"),
        ({"picture": [2.0] * 783}, "784 finite values"),
    ],
)
def test_settings_are_refused_with_what_is_allowed(setting: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(SHORT, **setting)
