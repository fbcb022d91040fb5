"""From a configuration to a checkpoint on disk: train, measure, fit the links, save."""

import math
from dataclasses import asdict, replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Generator, Tensor

from losslens import checkpoints, unlike
from losslens.data import Dataset, Splits
from losslens.evaluation import figures, fit_temperature, outputs_of
from losslens.losses import LOSSES
from losslens.runs import run
from losslens.tasks import TASKS, Refinement
from losslens.training import TrainConfig, TrainState, new_state
from losslens.trunks import on_trunk

_MARKED_SHARE = 0.02  # of held-out pictures that may be marked as none of the classes


def make_checkpoint(
    config: TrainConfig, splits: Splits, accelerator: Accelerator, out: Path, runs: Path, *, resume: bool
) -> Path | None:
    """Train, measure and save one checkpoint below ``out``; its path, or None in a process that is not the first.

    ``splits`` are what the task's networks learn from (``trunks.splits_for``). The states of its runs are kept in
    ``runs`` while training, and deleted at the end. Raises TrainingInterrupted after Ctrl-C.
    """
    task = TASKS[config.task]
    name = f"{config.task}-{config.loss}-{config.seed}"
    paths = [runs / f"{name}.safetensors", runs / f"{name}-refined.safetensors"]
    states = [new_state(config, accelerator.device)]
    vary = task.vary if task.trunk is None else None  # a trunk's features are of varied pictures already
    run(states[0], splits.train, vary, accelerator, paths[0], resume=resume)
    if task.refinement is not None:
        states.append(_refining(states[0], task.refinement))
        run(states[1], splits.train, task.refinement.vary, accelerator, paths[1], resume=resume)
    saved = None
    if accelerator.is_main_process:
        saved = checkpoints.save(_measured(states, splits), out)
        for path in paths:
            path.unlink(missing_ok=True)
    accelerator.wait_for_everyone()
    return saved


def _refining(first: TrainState, refinement: Refinement) -> TrainState:
    epochs = math.ceil(first.config.epochs * refinement.epochs)
    config = replace(first.config, epochs=epochs, learning_rate=first.config.learning_rate * refinement.learning_rate)
    return TrainState(first.network(), config)


def _measured(states: list[TrainState], splits: Splits) -> checkpoints.Checkpoint:
    """The last run's network with its card; ``states`` are the first run and, where there was one, its refinement."""
    config, state = asdict(states[0].config), states[-1]
    if state is not states[0]:
        config["refinement"] = {"epochs": state.config.epochs, "learning_rate": state.config.learning_rate}
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
    return {link: {name: asdict(f) for name, f in figures(logits, target, t).items()} for link, t in links.items()}


def make_detector(task: str, splits: Splits, out: Path, others: Tensor | None = None) -> str:
    """Fit and save what marks a picture as none of the task's classes, from all eight checkpoints below ``out``.

    Fitted on the held-out pictures of ``splits``, plain and varied, against made strangers and ``others``, photos of other
    things (N, C, H, W) in 0..1; half of each is kept to set the threshold and to measure on. Returns what was measured.
    Raises CheckpointError where one of the eight is missing.
    """
    networks = {loss: checkpoints.load(task, loss, out).network for loss in LOSSES}
    trunk = checkpoints.load_trunk(task, out) if TASKS[task].trunk else None

    def features(images: Tensor) -> Tensor:
        pictures = Dataset((images * 255).round().to(torch.uint8), torch.zeros(len(images), dtype=torch.long))
        given = on_trunk(trunk, pictures) if trunk else pictures
        logits = {loss: outputs_of(network, given) for loss, network in networks.items()}
        return unlike.statistics(logits, given.images.float() if trunk else None)

    images, target = splits.held_out.batch(torch.arange(len(splits.held_out)))
    varied = [TASKS[task].vary(images, target, Generator().manual_seed(seed)) for seed in range(2)]
    views = [features(each) for each in (images, *varied)]
    # A picture's views stay together: half of the pictures to fit on, the other half to measure on.
    like, unseen = (torch.cat([view[half::2] for view in views]) for half in (0, 1))
    other = features(TASKS[task].strangers(0))
    fit_on, left = other[: len(other) // 2], other[len(other) // 2 :]  # their kinds alternate, so a half has them all
    if others is not None:
        seen = features(others)
        fit_on, left = torch.cat([fit_on, seen[::2]]), torch.cat([left, seen[1::2]])
    detector = unlike.fit(like, fit_on, unseen, marked_share=_MARKED_SHARE)
    known_marked, strangers_marked = (
        float((detector.scores(rows) > detector.threshold).float().mean()) for rows in (unseen, left)
    )
    photos = "" if others is None else f" and {len(others):,} photos of other things"
    fitted = (
        f"Fitted on half of {len(images):,} held-out {task}, of {len(other):,} made strangers{photos}; of the other halves "
        f"it marks {known_marked:.1%} and {strangers_marked:.1%}."
    )
    unlike.save(detector, out / task, fitted)
    return fitted
