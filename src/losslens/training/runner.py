"""A training run with a progress bar, whose state is kept on disk: Ctrl-C leaves it resumable."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import torch
import torch.distributed as dist
from accelerate import Accelerator
from tqdm import tqdm

from losslens.data.dataset import Augment, Dataset
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.training.loop import Share, train
from losslens.training.state import TrainState

_SAVE_EVERY = 60.0  # seconds between resumable states


class TrainingInterrupted(RuntimeError):
    """Training was stopped, by Ctrl-C or as another process was killed; its state is on disk."""


@dataclass(frozen=True)
class Job:
    """Where and how trainings run: on which processes, from and to which folders."""

    accelerator: Accelerator
    out: Path = Path("models")  # of the checkpoints
    runs: Path = Path("runs")  # of resumable states and of intermediate results
    resume: bool = False  # go on from the states that are there

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes and speaks."""
        return bool(self.accelerator.is_main_process)

    @property
    def device(self) -> torch.device:
        """Where this process computes."""
        device: torch.device = self.accelerator.device
        return device


def new_accelerator() -> Accelerator:
    """The processes and devices at hand; one thread a process on a CPU, unless told otherwise."""
    accelerator = Accelerator(cpu=not torch.cuda.is_available())
    if accelerator.device.type == "cpu" and "OMP_NUM_THREADS" not in os.environ:
        # Networks this small lose more than they gain by sharing a picture between cores.
        torch.set_num_threads(1)
    return accelerator


def run(state: TrainState, dataset: Dataset, augment: Augment | None, job: Job, path: Path) -> None:
    """Train ``state`` to its end, from ``path`` where the job resumes and a state is there.

    Afterwards ``path`` holds the end state, for the caller to delete once its result is safe.
    Raises TrainingInterrupted after Ctrl-C, and where another process of the job is gone.
    """
    if job.resume and path.is_file():
        state.restore(path)
    accelerator = job.accelerator
    classes = len(TASKS[state.config.task].labels)
    steps = train(
        state,
        LOSSES[state.config.loss].for_counts(dataset.counts(classes)),
        dataset,
        augment,
        forward=accelerator.prepare(state.model),
        share=Share(accelerator.process_index, accelerator.num_processes, job.device),
    )
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    bar = tqdm(desc=path.stem, initial=state.step, unit="step", disable=not job.is_main)
    with _interruptions() as interrupted, bar, _loss_of_another(path.stem, job):
        for progress in steps:
            bar.total = progress.steps
            bar.update()
            if progress.step % 50 == 0:
                bar.set_postfix(loss=f"{progress.loss:.4f}", accuracy=f"{progress.accuracy:.3f}")
            state.seconds = time.monotonic() - began
            done = progress.step == progress.steps
            due = interrupted.is_set() or done or time.monotonic() - saved > _SAVE_EVERY
            if job.is_main and due:
                state.save(path)
                saved = time.monotonic()
            if interrupted.is_set() and not done:
                at = f"step {progress.step} of {progress.steps}"
                raise TrainingInterrupted(f"{path.stem} stopped at {at}")


@contextmanager
def _interruptions() -> Iterator[Event]:
    """Ctrl-C sets the event, instead of breaking off where weights and step count disagree."""
    event = Event()
    previous = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def _loss_of_another(name: str, job: Job) -> Iterator[None]:
    """What torch raises where one of several processes is gone, said in a sentence."""
    try:
        yield
    except RuntimeError as error:
        # Of gloo, which connects processes on CPUs, it is no error of its own kind.
        if not isinstance(error, dist.DistError) and "gloo" not in str(error):
            raise
        processes = job.accelerator.num_processes
        raise TrainingInterrupted(
            f"{name} stopped, since another of the {processes} processes is gone; "
            "what is on disk is at most a minute older"
        ) from None
