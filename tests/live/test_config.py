"""Settings of a run: what is refused, and what a new loss or a new task takes."""

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from losslens.live.config import LiveConfig, live_tasks
from losslens.live.gate import Gate
from losslens.live.losses import loss_of
from losslens.live.worker import points, prepared
from losslens.losses import LOSSES, Loss
from losslens.tasks import TASKS, Task
from support import third_task
from support.live import SHORT, SIZE, run_script


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Task:
    """A task with few examples and no more than a task must have."""
    task = third_task.task(tmp_path)
    monkeypatch.setitem(TASKS, task.key, task)
    return task


def test_a_task_with_few_examples_trains_with_all_of_them(bars: Task, tmp_path: Path) -> None:
    losses = ("mse", "own")
    config = LiveConfig(task=bars.key, losses=losses, formula="-log(p_y)", epochs=2, batch_size=30)
    assert (config.examples, config.sizes) == (350, (350, third_task.HELD_OUT))
    *_, last = points(prepared(config), Gate())
    assert last.seen == last.total == 2 * 11 * 30 and len(last.right[0]) == third_task.HELD_OUT
    printed = run_script(config, tmp_path)
    assert re.findall(r"accuracy (\S+)", printed) == [f"{share:.4f}" for share in last.accuracy]


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
    assert loss_of("new", "").fn is LOSSES["brier"].fn
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
        ({"seeds": 4}, "from 1 to 3"),
        ({"parameters": "mse=1"}, "no loss with a parameter; those are kl_div, focal"),
        ({"parameters": "focal"}, "write it as focal=NUMBER"),
        ({"parameters": "gce=0"}, "q of gce is 0.0; it must be from 0.05 to 1"),
        ({"parameters": "focal=nan"}, "from 0 to 5"),
        ({"picture": [2.0] * (SIZE - 1)}, f"{SIZE} finite values"),
    ],
)
def test_settings_are_refused_with_what_is_allowed(setting: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(SHORT, **setting)
