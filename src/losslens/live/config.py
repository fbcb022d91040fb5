"""The settings of a live run, and what a run reports as it goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from math import isfinite, prod

import torch.nn.functional as F
from torch import Tensor

from losslens.data.dataset import Dataset
from losslens.losses import LOSSES, Loss, formula
from losslens.tasks import TASKS
from losslens.tasks.base import LIVE_EXAMPLES, Live
from losslens.training.config import OPTIMIZERS
from losslens.validation import one_of, within

MAX_LOSSES = 4
MAX_SECONDS = 180.0
# Held-out examples: five times as many no longer fit into a core's cache, and take twice as long.
MEASURED_AT_ONCE = 50
OWN = formula.KEY  # the key of a typed loss
TWICE = "softmax_twice"  # the key of the beginner's pitfall

RANGES: dict[str, tuple[float, float]] = {
    "wrong_labels": (0, 0.6),
    "imbalance": (1, 200),
    "examples": (100, LIVE_EXAMPLES),
    "epochs": (1, 30),
    "learning_rate": (1e-5, 1),
    "batch_size": (10, 200),
    "seed": (0, 2**31 - 1),
}
NOISES = ("symmetric", "asymmetric")  # kinds of wrong labels
WHOLE = ("examples", "epochs", "batch_size", "seed")


class LiveError(RuntimeError):
    """A run that broke off; the message is one sentence for the visitor."""


def live_tasks() -> dict[str, Live]:
    """The tasks that can be trained live, by key."""
    return {key: task.live for key, task in TASKS.items() if task.live is not None}


@dataclass(frozen=True)
class LiveConfig:
    """Everything that a run depends on; its fields are in the order of the endpoint's values.

    Of a task with fewer ``examples`` than asked for, it takes all. Raises ValueError, naming what
    is allowed, when made from anything else.
    """

    losses: tuple[str, ...] = ("cross_entropy", "mse", "brier", "gce")
    task: str = "digits"
    formula: str = ""  # of the loss "own"
    wrong_labels: float = 0.0  # share of the training set
    examples: int = LIVE_EXAMPLES
    epochs: int = 8
    learning_rate: float = 0.0  # one for all losses; 0: for each the one recommended
    optimizer: str = "adamw"
    batch_size: int = 50
    seed: int = 0
    noise: str = NOISES[0]  # how labels are wrong; asymmetric: a share of the confused classes
    imbalance: float = 1.0  # how many times rarer the rarest class is than the commonest
    picture: list[float] = field(default_factory=list)  # an input, value by value; empty: none

    def __post_init__(self) -> None:
        one_of("task", self.task, live_tasks())
        if not 1 <= len(self.losses) <= MAX_LOSSES:
            raise ValueError(
                f"{len(self.losses)} losses are chosen; from 1 to {MAX_LOSSES} train at once"
            )
        for key in self.losses:
            one_of("loss", key, (*LOSSES, OWN, TWICE))
        if OWN in self.losses:
            formula.parse(self.formula)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        one_of("noise", self.noise, NOISES)
        self._check_numbers()
        size = prod(self.live.shape)
        if len(self.picture) not in (0, size) or not all(isfinite(value) for value in self.picture):
            raise ValueError(f"a picture for {self.task} has {size} finite values, or none")
        object.__setattr__(self, "examples", min(self.examples, self.sizes[0]))

    def _check_numbers(self) -> None:
        for name, (low, high) in RANGES.items():
            if name != "learning_rate" or self.learning_rate != 0:
                within(name, getattr(self, name), low, high)
        for name in WHOLE:
            if getattr(self, name) != int(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)}; it must be a whole number")
            object.__setattr__(self, name, int(getattr(self, name)))

    @property
    def live(self) -> Live:
        """How the task is trained live."""
        return live_tasks()[self.task]

    @property
    def sizes(self) -> tuple[int, int]:
        """How many examples the task has to learn from, and how many are held out."""
        return _sizes(self.live.load)

    @property
    def batch(self) -> int:
        """The examples in a batch: no more than there are."""
        return min(self.batch_size, self.examples)

    @property
    def learning_rates(self) -> list[float]:
        """The peak learning rate of each loss, in their order."""
        recommended = self.live.learning_rates[self.optimizer]
        return [self.learning_rate or recommended.of(key) for key in self.losses]


@cache
def _sizes(load: Callable[[], tuple[Dataset, Dataset]]) -> tuple[int, int]:
    learnt, held_out = load()
    return len(learnt), len(held_out)


def softmax_twice(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of probabilities taken for logits: the beginner's pitfall."""
    return F.cross_entropy(logits.softmax(dim=1), target, reduction="none")


_PITFALL = Loss(TWICE, "Softmax applied twice", softmax_twice)


def loss_of(key: str, typed: str) -> Loss:
    """The loss behind a key of a run, the ``typed`` formula and the pitfall among them."""
    if key == OWN:
        return formula.parse(typed)
    return _PITFALL if key == TWICE else LOSSES[key]


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
    # At the end: which held-out examples were right, 0 or 1.
    right: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True)
class Trained:
    """The end of a run: the networks, in the order of the losses, each as the bytes of a
    safetensors file."""

    networks: list[bytes]
