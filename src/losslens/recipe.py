"""From a configuration to a checkpoint on disk: train with a progress bar, resumably; measure; fit the links; save."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import Any

import torch
from accelerate import Accelerator
from torch import Generator, Tensor
from tqdm import tqdm

from losslens import checkpoints, unlike
from losslens.augmentation import vary_digits
from losslens.data import Dataset, Splits
from losslens.evaluation import figures, fit_temperature, logits_of
from losslens.losses import LOSSES
from losslens.strangers import made_strangers
from losslens.tasks import TASKS
from losslens.training import Share, TrainConfig, TrainState, new_state, train

_SAVE_EVERY = 60.0  # seconds between resumable states
_MARKED_SHARE = 0.02  # of held-out digits that may be marked "not like any digit"
_STRANGERS = 12_000


class TrainingInterrupted(RuntimeError):
    """Training was stopped by Ctrl-C; its state is on disk."""


def make_checkpoint(
    config: TrainConfig, splits: Splits, accelerator: Accelerator, out: Path, runs: Path, *, resume: bool
) -> Path | None:
    """Train, measure and save one checkpoint below ``out``; its path, or None in a process that is not the first.

    The state is kept in ``runs`` while training, and deleted at the end. Raises TrainingInterrupted after Ctrl-C.
    """
    state = new_state(config, accelerator.device)
    state_path = runs / f"{config.task}-{config.loss}-{config.seed}.safetensors"
    if resume and state_path.is_file():
        state.restore(state_path)
    _run(state, splits, accelerator, state_path)
    path = None
    if accelerator.is_main_process:
        path = checkpoints.save(_measured(state, splits), out)
        state_path.unlink(missing_ok=True)
    accelerator.wait_for_everyone()
    return path


def _run(state: TrainState, splits: Splits, accelerator: Accelerator, state_path: Path) -> None:
    config = state.config
    steps = train(
        state,
        LOSSES[config.loss].fn,
        splits.train,
        TASKS[config.task].vary,
        forward=accelerator.prepare(state.model),
        share=Share(accelerator.process_index, accelerator.num_processes, accelerator.device),
    )
    first = accelerator.is_main_process
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    with _interruptions() as interrupted, tqdm(desc=config.loss, initial=state.step, unit="step", disable=not first) as bar:
        for progress in steps:
            bar.total = progress.steps
            bar.update()
            if progress.step % 50 == 0:
                bar.set_postfix(loss=f"{progress.loss:.4f}", accuracy=f"{progress.accuracy:.3f}")
            state.seconds = time.monotonic() - began
            if first and (interrupted.is_set() or time.monotonic() - saved > _SAVE_EVERY):
                state.save(state_path)
                saved = time.monotonic()
            if interrupted.is_set():
                raise TrainingInterrupted(f"{config.loss} stopped at step {progress.step} of {progress.steps}")


@contextmanager
def _interruptions() -> Iterator[Event]:
    """Ctrl-C sets the event instead of breaking off in the middle of a step, where weights and step count disagree."""
    event = Event()
    previous = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)


def _measured(state: TrainState, splits: Splits) -> checkpoints.Checkpoint:
    network = state.network().cpu()
    held_out, test = logits_of(network, splits.held_out), logits_of(network, splits.test)
    temperature = fit_temperature(held_out, splits.held_out.target)
    card = checkpoints.Card(
        task=state.config.task,
        loss=state.config.loss,
        config=asdict(state.config),
        temperature=temperature,
        held_out=_both(held_out, splits.held_out.target, temperature),
        test=_both(test, splits.test.target, temperature),
        train_seconds=round(state.seconds, 1),
        data_sha256=splits.train.sha256(),
        versions={name: version(name) for name in ("torch", "torchvision", "safetensors")},
        date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    return checkpoints.Checkpoint(network, card)


def _both(logits: Tensor, target: Tensor, temperature: float) -> dict[str, Any]:
    links = {"softmax": 1.0, "calibrated": temperature}
    return {link: {name: asdict(f) for name, f in figures(logits, target, t).items()} for link, t in links.items()}


def make_detector(splits: Splits, out: Path, task: str = "digits") -> str:
    """Fit and save what marks a picture as "not like any digit", from all eight checkpoints below ``out``.

    Fitted on the held-out digits, plain and varied, against made strangers; half of each is kept to set the threshold and
    to measure on. Returns what was measured. Raises CheckpointError where one of the eight is missing.
    """
    networks = {loss: checkpoints.load(task, loss, out).network for loss in LOSSES}

    def features(images: Tensor) -> Tensor:
        pictures = Dataset((images * 255).round().to(torch.uint8), torch.zeros(len(images), dtype=torch.long))
        return unlike.statistics({loss: logits_of(network, pictures) for loss, network in networks.items()})

    digits, target = splits.held_out.batch(torch.arange(len(splits.held_out)))
    varied = [vary_digits(digits, target, Generator().manual_seed(seed)) for seed in range(2)]
    views = [features(images) for images in (digits, *varied)]
    # A digit's views stay together: half of the digits to fit on, the other half to measure on.
    like, unseen = (torch.cat([view[half::2] for view in views]) for half in (0, 1))
    other = features(made_strangers(_STRANGERS, seed=0))
    half = len(other) // 2  # the kinds of strangers alternate, so a half has them all
    detector = unlike.fit(like, other[:half], unseen, marked_share=_MARKED_SHARE)
    digits_marked, strangers_marked = (
        float((detector.scores(rows) > detector.threshold).float().mean()) for rows in (unseen, other[half:])
    )
    fitted = (
        f"Fitted on held-out {task} and made strangers; of others of each kind it marks {digits_marked:.1%} "
        f"and {strangers_marked:.1%}."
    )
    unlike.save(detector, out / task, fitted)
    return fitted
