"""From a configuration to a checkpoint on disk: train, measure, fit the links, save."""

import math
from dataclasses import asdict, replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from torch import Tensor

from losslens.checkpoints import files as checkpoints
from losslens.data.dataset import Splits
from losslens.evaluation.metrics import figures, fit_temperature, outputs_of
from losslens.tasks import TASKS
from losslens.tasks.base import FineTuning
from losslens.training.config import TrainConfig
from losslens.training.loop import TrainState, new_state
from losslens.training.runner import run


def make_checkpoint(
    config: TrainConfig,
    splits: Splits,
    accelerator: Accelerator,
    out: Path,
    runs: Path,
    *,
    resume: bool,
) -> Path | None:
    """Train, measure and save one checkpoint below ``out``; its path, or None in a process that is
    not the first.

    ``splits`` are what the task's networks learn from (``backbones.splits_for``). The states of its
    runs are kept in ``runs`` while training, and deleted at the end. Raises TrainingInterrupted
    after Ctrl-C.
    """
    task = TASKS[config.task]
    name = f"{config.task}-{config.loss}-{config.seed}"
    paths = [runs / f"{name}.safetensors", runs / f"{name}-refined.safetensors"]
    states = [new_state(config, accelerator.device)]
    augment = (
        task.augment if task.backbone is None else None
    )  # a backbone's features are of varied pictures already
    run(states[0], splits.train, augment, accelerator, paths[0], resume=resume)
    if task.fine_tuning is not None:
        states.append(_fine_tuned(states[0], task.fine_tuning))
        run(states[1], splits.train, task.fine_tuning.augment, accelerator, paths[1], resume=resume)
    saved = None
    if accelerator.is_main_process:
        saved = checkpoints.save(_measured(states, splits), out)
        for path in paths:
            path.unlink(missing_ok=True)
    accelerator.wait_for_everyone()
    return saved


def _fine_tuned(first: TrainState, fine_tuning: FineTuning) -> TrainState:
    epochs = math.ceil(first.config.epochs * fine_tuning.epochs)
    config = replace(
        first.config,
        epochs=epochs,
        learning_rate=first.config.learning_rate * fine_tuning.learning_rate,
    )
    return TrainState(first.network(), config)


def _measured(states: list[TrainState], splits: Splits) -> checkpoints.Checkpoint:
    """The last run's network with its card; ``states`` are the first run and, where there was one,
    its fine_tuning."""
    config, state = asdict(states[0].config), states[-1]
    if state is not states[0]:
        config["refinement"] = {
            "epochs": state.config.epochs,
            "learning_rate": state.config.learning_rate,
        }
    network = checkpoints.as_stored(state.network().cpu(), state.config.task)
    held_out, test = outputs_of(network, splits.held_out), outputs_of(network, splits.test)
    temperature = fit_temperature(held_out, splits.held_out.target)
    card = checkpoints.Card(
        task=state.config.task,
        loss=state.config.loss,
        config=config,
        temperature=temperature,
        held_out=_both(held_out, splits.held_out.target, temperature),
        test=_both(test, splits.test.target, temperature),
        train_seconds=round(sum(each.seconds for each in states), 1),
        data_sha256=splits.train.sha256(),
        versions={name: version(name) for name in ("torch", "torchvision", "safetensors")},
        date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    return checkpoints.Checkpoint(network, card)


def _both(logits: Tensor, target: Tensor, temperature: float) -> dict[str, Any]:
    links = {"softmax": 1.0, "calibrated": temperature}
    return {
        link: {name: asdict(f) for name, f in figures(logits, target, t).items()}
        for link, t in links.items()
    }
