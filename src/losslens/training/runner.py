"""A training run with a progress bar, whose state is kept on disk: Ctrl-C leaves it resumable."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from accelerate import Accelerator
from tqdm import tqdm

from losslens.data.dataset import Augment, Dataset
from losslens.losses import LOSSES
from losslens.training.loop import Share, TrainState, train

_SAVE_EVERY = 60.0  # seconds between resumable states


class TrainingInterrupted(RuntimeError):
    """Training was stopped by Ctrl-C; its state is on disk."""


def run(
    state: TrainState,
    dataset: Dataset,
    augment: Augment | None,
    accelerator: Accelerator,
    path: Path,
    *,
    resume: bool,
) -> None:
    """Train ``state`` to its end, from ``path`` where ``resume`` is wanted and a state is there.

    Afterwards ``path`` holds the end state, for the caller to delete once its result is safe.
    Raises TrainingInterrupted after Ctrl-C.
    """
    if resume and path.is_file():
        state.restore(path)
    steps = train(
        state,
        LOSSES[state.config.loss].fn,
        dataset,
        augment,
        forward=accelerator.prepare(state.model),
        share=Share(accelerator.process_index, accelerator.num_processes, accelerator.device),
    )
    first = accelerator.is_main_process
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    with (
        _interruptions() as interrupted,
        tqdm(desc=path.stem, initial=state.step, unit="step", disable=not first) as bar,
    ):
        for progress in steps:
            bar.total = progress.steps
            bar.update()
            if progress.step % 50 == 0:
                bar.set_postfix(loss=f"{progress.loss:.4f}", accuracy=f"{progress.accuracy:.3f}")
            state.seconds = time.monotonic() - began
            done = progress.step == progress.steps
            if first and (interrupted.is_set() or done or time.monotonic() - saved > _SAVE_EVERY):
                state.save(path)
                saved = time.monotonic()
            if interrupted.is_set() and not done:
                raise TrainingInterrupted(
                    f"{path.stem} stopped at step {progress.step} of {progress.steps}"
                )


@contextmanager
def _interruptions() -> Iterator[Event]:
    """Ctrl-C sets the event instead of breaking off in the middle of a step, where weights and step
    count disagree."""
    event = Event()
    previous = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)
