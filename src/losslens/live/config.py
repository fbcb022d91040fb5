"""Live training, as settings in and points out: what a run depends on, and what it tells as it goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite, prod

import torch.nn.functional as F
from torch import Tensor

from losslens.losses import LOSSES, LossFunction, formula
from losslens.tasks.live_tasks import EXAMPLES, LIVE_TASKS, LiveTask
from losslens.training.config import OPTIMIZERS
from losslens.validation import one_of, within

MAX_LOSSES = 4
MAX_SECONDS = 180.0
MEASURED_AT_ONCE = 50  # held-out examples: five times as many no longer fit into a core's cache, and take twice as long
OWN = "own"  # the key of a typed loss
TWICE = "softmax_twice"  # the key of the beginner's mistake


class LiveError(RuntimeError):
    """A run that broke off; the message is one sentence for the visitor."""


@dataclass(frozen=True)
class LiveConfig:
    """Everything that a run depends on. Raises ValueError, naming what is allowed, when made from
    anything else."""

    task: str = "digits"
    losses: tuple[str, ...] = ("cross_entropy", "mse", "brier", "gce")
    formula: str = ""  # of the loss "own"
    wrong_labels: float = 0.0  # share of the training set
    examples: int = EXAMPLES
    epochs: int = 8
    learning_rate: float = 0.0  # one for all losses; 0: for each the one recommended
    optimizer: str = "adamw"
    batch_size: int = 50
    seed: int = 0
    picture: list[float] = field(
        default_factory=list
    )  # the network's input, value by value; empty: none

    def __post_init__(self) -> None:
        one_of("task", self.task, LIVE_TASKS)
        if not 1 <= len(self.losses) <= MAX_LOSSES:
            raise ValueError(
                f"{len(self.losses)} losses are chosen; from 1 to {MAX_LOSSES} train at once"
            )
        for key in self.losses:
            one_of("loss", key, (*LOSSES, OWN, TWICE))
        if OWN in self.losses:
            formula.parse(self.formula)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        for name, (low, high) in RANGES.items():
            if name != "learning_rate" or self.learning_rate != 0:
                within(name, getattr(self, name), low, high)
        for name in WHOLE:
            if getattr(self, name) != int(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)}; it must be a whole number")
            object.__setattr__(self, name, int(getattr(self, name)))
        size = prod(LIVE_TASKS[self.task].shape)
        if len(self.picture) not in (0, size) or not all(isfinite(value) for value in self.picture):
            raise ValueError(f"a picture for {self.task} has {size} finite values, or none")

    @property
    def about(self) -> LiveTask:
        """The task itself."""
        return LIVE_TASKS[self.task]

    @property
    def batch(self) -> int:
        """The examples in a batch: no more than there are."""
        return min(self.batch_size, self.examples)

    @property
    def learning_rates(self) -> list[float]:
        """The peak learning rate of each loss, in their order."""
        recommended = self.about.learning_rates[self.optimizer]
        return [
            self.learning_rate or recommended.get(key, recommended["cross_entropy"])
            for key in self.losses
        ]


RANGES: dict[str, tuple[float, float]] = {
    "wrong_labels": (0, 0.6),
    "examples": (100, EXAMPLES),
    "epochs": (1, 30),
    "learning_rate": (1e-5, 1),
    "batch_size": (10, 200),
    "seed": (0, 2**31 - 1),
}
WHOLE = ("examples", "epochs", "batch_size", "seed")


def softmax_twice(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of probabilities taken for logits: the beginner's mistake."""
    return F.cross_entropy(logits.softmax(dim=1), target, reduction="none")


def loss_function(key: str, typed: str) -> LossFunction:
    """The loss behind a key of a run, typed ones and the mistake among them."""
    special: dict[str, Callable[[], LossFunction]] = {
        OWN: lambda: formula.parse(typed).fn,
        TWICE: lambda: softmax_twice,
    }
    return special[key]() if key in special else LOSSES[key].fn


@dataclass(frozen=True)
class Point:
    """The run at one moment; lists have one value for each of the run's losses, in their order."""

    seen: int  # examples
    total: int  # examples in the whole run
    seconds: float  # of training, without pauses
    loss: list[float]  # mean over the last steps, each in its own units
    accuracy: list[float]  # on held-out examples, 0..1
    calibration_error: list[float]  # of the plain softmax on held-out examples, 0..1
    reading: list[list[float]]  # softmax of the visitor's picture; empty where there is none
    right: list[list[int]] = field(
        default_factory=list
    )  # at the end: which held-out examples were right, 0 or 1


@dataclass(frozen=True)
class Trained:
    """The end of a run: the networks, in the order of the losses, each as the bytes of a
    safetensors file."""

    networks: list[bytes]
