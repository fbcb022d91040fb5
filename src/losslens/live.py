"""Live training: a few losses side by side in a worker process, streamed as they go.

``LiveRun`` starts a run: read its ``next_point`` until it is done; ``close`` and ``pause`` act within a step. The worker
is another Python that speaks JSON lines: the page never waits for training, and a worker that dies takes nothing with it. It
ends by itself when the process that started it is gone, and when its time is up.
"""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from losslens import formula
from losslens.losses import LOSSES, Loss
from losslens.training import OPTIMIZERS, one_of, within

MAX_LOSSES = 4
MAX_SECONDS = 180.0
HELD_OUT = 1_000  # of the 5,000 digits
OWN = "own"  # the key of a typed loss
TWICE = "softmax_twice"  # cross-entropy of softmax probabilities: the beginner's mistake
LEARNING_RATES = {"adamw": 3e-3, "sgd": 0.05}  # recommended; chosen on other digits of the mini set
_LEAVE = 2.0  # seconds that a worker has to go by itself


class LiveError(RuntimeError):
    """A run that broke off; the message is one sentence for the visitor."""


@dataclass(frozen=True)
class LiveConfig:
    """Everything that a run depends on. Raises ValueError, naming what is allowed, when made from anything else."""

    losses: tuple[str, ...] = ("cross_entropy", "mse", "brier", "gce")
    formula: str = ""  # of the loss "own"
    wrong_labels: float = 0.0
    examples: int = 4000
    learning_rate: float = 0.0  # 0: the recommended one
    optimizer: str = "adamw"
    batch_size: int = 50
    epochs: int = 6
    seed: int = 0
    drawing: list[float] = field(default_factory=list)  # 28 * 28 values in 0..1, row by row; empty: none

    def __post_init__(self) -> None:
        if not 1 <= len(self.losses) <= MAX_LOSSES:
            raise ValueError(f"{len(self.losses)} losses are chosen; from 1 to {MAX_LOSSES} train at once")
        for key in self.losses:
            one_of("loss", key, (*LOSSES, OWN, TWICE))
        if OWN in self.losses:
            formula.parse(self.formula)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        for name, low, high in _RANGES:
            within(name, getattr(self, name), low, high)
        if len(self.drawing) not in (0, 784) or any(not 0 <= value <= 1 for value in self.drawing):
            raise ValueError("a drawing has 784 values from 0 to 1, or none")


_RANGES = (
    ("wrong_labels", 0, 0.6),
    ("examples", 100, 4000),
    ("learning_rate", 0, 1),
    ("batch_size", 10, 200),
    ("epochs", 1, 30),
    ("seed", 0, 2**31 - 1),
)


def loss_of(key: str, typed: str) -> Loss:
    """The loss behind a key of a run, typed ones and the mistake among them."""
    if key == OWN:
        return formula.parse(typed)
    if key == TWICE:
        cross_entropy = LOSSES["cross_entropy"].fn
        return Loss(TWICE, "Softmax applied twice", lambda logits, target: cross_entropy(logits.softmax(dim=1), target))
    return LOSSES[key]


@dataclass(frozen=True)
class Point:
    """The run at one moment; lists have one value for each of the run's losses, in their order."""

    seen: int  # examples
    total: int  # examples in the whole run
    seconds: float  # of training, without pauses
    loss: list[float]  # mean over the last steps, each in its own units
    accuracy: list[float]  # on held-out digits, 0..1
    calibration_error: list[float]  # of the plain softmax on held-out digits, 0..1
    drawing: list[list[float]]  # softmax of the visitor's digit; empty where none was drawn
    right: list[list[int]] = field(default_factory=list)  # at the end: which held-out digits were right, 0 or 1


class LiveRun:
    """A run in its worker process."""

    def __init__(self, config: LiveConfig) -> None:
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        command = [sys.executable, "-m", "losslens.live_worker"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
        self._tell(json.dumps(asdict(config)))
        threading.Thread(target=self._listen, daemon=True).start()

    def next_point(self, wait: float) -> Point | None:
        """The next point, or None when none came within ``wait`` seconds.

        Raises StopIteration when the run is done, and LiveError when it broke off.
        """
        try:
            message = self._messages.get(timeout=wait)
        except queue.Empty:
            return None
        if message is None:
            self._messages.put(None)
            raise LiveError("The training process stopped unexpectedly; please start again.")
        if "error" in message:
            raise LiveError(message["error"])
        if "done" in message:
            raise StopIteration
        return Point(**message)

    def pause(self) -> None:
        """Hold on after the present step."""
        self._tell("pause")

    def go_on(self) -> None:
        """Go on after a pause."""
        self._tell("go on")

    def close(self) -> None:
        """Stop the worker, whatever it is doing, and wait until it is gone. May be called again."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # the worker ends when its input does
        try:
            self._process.wait(_LEAVE / 2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_LEAVE)

    @property
    def pid(self) -> int:
        """The worker's process number."""
        return self._process.pid

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):  # it is gone or closed: ``next_point`` tells
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._messages.put(json.loads(line))
        self._messages.put(None)
