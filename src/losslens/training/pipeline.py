"""From a configuration to a checkpoint on disk: train, measure, fit the temperature, save."""

import math
from dataclasses import asdict, replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from torch import Tensor

from losslens.checkpoints import files
from losslens.data.dataset import Splits
from losslens.evaluation.metrics import figures, outputs_of
from losslens.evaluation.temperature import fit_temperature, temperature_interval
from losslens.tasks import TASKS
from losslens.tasks.base import FineTuning
from losslens.training.config import TrainConfig
from losslens.training.runner import Job, run
from losslens.training.state import TrainState, new_state


def make_checkpoint(config: TrainConfig, splits: Splits, job: Job) -> Path | None:
    """Train, measure and save one checkpoint; its path, or None in a process that is not the first.

    ``splits`` are what the task's networks learn from (``backbone.splits_for``). The states of its
    runs are kept while training, and deleted at the end. Raises TrainingInterrupted after Ctrl-C.
    """
    task = TASKS[config.task]
    name = f"{config.task}-{config.loss}-{config.seed}"
    paths = [job.runs / f"{name}.safetensors", job.runs / f"{name}-refined.safetensors"]
    states = [new_state(config, job.device)]
    # A backbone's features cannot be augmented as pictures are.
    augment = task.augment if task.backbone is None else None
    run(states[0], splits.train, augment, job, paths[0])
    if task.fine_tuning is not None:
        states.append(fine_tuned(states[0], task.fine_tuning))
        run(states[1], splits.train, task.fine_tuning.augment, job, paths[1])
    saved = None
    if job.is_main:
        saved = files.save(_measured(states, splits), job.out)
        for path in paths:
            path.unlink(missing_ok=True)
    job.accelerator.wait_for_everyone()
    return saved


def fine_tuned(first: TrainState, fine_tuning: FineTuning) -> TrainState:
    """The run that goes on from the end of ``first``, shorter and at a lower learning rate."""
    config = replace(
        first.config,
        epochs=math.ceil(first.config.epochs * fine_tuning.epochs),
        learning_rate=first.config.learning_rate * fine_tuning.learning_rate,
    )
    return TrainState(first.network(), config)


def _measured(states: list[TrainState], splits: Splits) -> files.Checkpoint:
    """The last run's network with its card; ``states`` are the first run and its fine-tuning."""
    config, last = asdict(states[0].config), states[-1]
    if last is not states[0]:
        config["refinement"] = {
            "epochs": last.config.epochs,
            "learning_rate": last.config.learning_rate,
        }
    network = files.as_stored(last.network().cpu(), last.config.task)
    held_out, test = outputs_of(network, splits.held_out), outputs_of(network, splits.test)
    temperature = fit_temperature(held_out, splits.held_out.target)
    card = files.Card(
        task=last.config.task,
        loss=last.config.loss,
        config=config,
        temperature=temperature,
        temperature_interval=[*temperature_interval(held_out, splits.held_out.target, temperature)],
        held_out=_plain_and_calibrated(held_out, splits.held_out.target, temperature),
        test=_plain_and_calibrated(test, splits.test.target, temperature),
        train_seconds=round(sum(each.seconds for each in states), 1),
        data_sha256=splits.train.sha256(),
        versions={name: version(name) for name in ("torch", "torchvision", "safetensors")},
        date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    return files.Checkpoint(network, card)


def _plain_and_calibrated(logits: Tensor, target: Tensor, temperature: float) -> dict[str, Any]:
    temperatures = {"softmax": 1.0, "calibrated": temperature}
    return {
        link: {name: asdict(figure) for name, figure in figures(logits, target, each).items()}
        for link, each in temperatures.items()
    }
