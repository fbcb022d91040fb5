"""The settings of a live run, and what a run reports as it goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import isfinite, prod
from typing import Any

from losslens.data.dataset import Dataset
from losslens.live.losses import OWN, TWICE, loss_of, parameters_of
from losslens.losses import LOSSES, Loss, formula
from losslens.tasks import TASKS
from losslens.tasks.base import LIVE_EXAMPLES, Live
from losslens.training.config import OPTIMIZERS
from losslens.validation import one_of, within

MAX_LOSSES = 4
MAX_SEEDS = 3
MAX_SECONDS = 180.0
# Held-out examples: five times as many no longer fit into a core's cache, and take twice as long.
MEASURED_AT_ONCE = 50

RANGES: dict[str, tuple[float, float]] = {
    "wrong_labels": (0, 0.6),
    "imbalance": (1, 200),
    "examples": (100, LIVE_EXAMPLES),
    "epochs": (1, 30),
    "learning_rate": (1e-5, 1),
    "batch_size": (10, 200),
    "seed": (0, 2**31 - 1 - MAX_SEEDS),
    "seeds": (1, MAX_SEEDS),
}
NOISES = ("symmetric", "asymmetric")  # kinds of wrong labels
WHOLE = ("examples", "epochs", "batch_size", "seed", "seeds")


class LiveError(RuntimeError):
    """A run that broke off; the message is one sentence for the visitor."""


class NoGpuError(LiveError):
    """A large run that got no GPU."""

    def __init__(self, *, spent: bool) -> None:
        super().__init__("The visitor's GPU time is spent." if spent else "No GPU was to be had.")
        self.spent = spent  # whether the visitor's time on the GPU is used up


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
    epochs: int = 6
    learning_rate: float = 0.0  # one for all losses; 0: for each the one recommended
    optimizer: str = "adamw"
    batch_size: int = 50
    seed: int = 0
    noise: str = NOISES[0]  # how labels are wrong; asymmetric: a share of the confused classes
    imbalance: float = 1.0  # how many times rarer the rarest class is than the commonest
    seeds: int = 1  # trainings one after the other, with this seed and those that follow
    parameters: str = ""  # of the losses, such as "focal=3,gce=0.5"; else they have their own
    picture: list[float] = field(default_factory=list)  # an input, value by value; empty: none
    large: bool = False  # with the task's whole network, where there is a GPU

    @classmethod
    def of(cls, values: dict[str, Any]) -> "LiveConfig":
        """The settings that ``dataclasses.asdict`` and JSON made of others."""
        return cls(**values | {"losses": tuple(values["losses"])})

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
        parameters_of(self.parameters)
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
        live = live_tasks()[self.task]
        return live.enlarged() if self.large else live

    @property
    def sizes(self) -> tuple[int, int]:
        """How many examples the task has to learn from, and how many are held out."""
        return _sizes(self.live.load)

    @property
    def batch(self) -> int:
        """The examples in a batch: no more than there are."""
        return min(self.batch_size, self.examples)

    @property
    def each_seed(self) -> list["LiveConfig"]:
        """The trainings of this run, one a seed, in their order."""
        return [
            replace(self, seed=self.seed + place, seeds=1, picture=[] if place else self.picture)
            for place in range(self.seeds)
        ]

    def loss(self, key: str) -> Loss:
        """The loss of this run behind a key, with its parameter set."""
        return loss_of(key, self.formula, parameters_of(self.parameters))

    @property
    def learning_rates(self) -> list[float]:
        """The peak learning rate of each loss, in their order."""
        recommended = self.live.learning_rates[self.optimizer]
        return [self.learning_rate or recommended.of(key) for key in self.losses]


@cache
def _sizes(load: Callable[[], tuple[Dataset, Dataset]]) -> tuple[int, int]:
    learnt, held_out = load()
    return len(learnt), len(held_out)


@dataclass(frozen=True)
class Point:
    """The run at one moment; lists have one value for each of the run's losses, in their order."""

    seen: int  # examples, of this seed's training
    total: int  # examples in the whole training of a seed
    seconds: float  # of this seed's training, without pauses
    loss: list[float]  # mean over the last steps, each in its own units
    accuracy: list[float]  # on held-out examples, 0..1
    calibration_error: list[float]  # of the plain softmax on held-out examples, 0..1
    reading: list[list[float]]  # softmax of the visitor's picture; empty where there is none
    # At the end: which held-out examples were right, 0 or 1.
    right: list[list[int]] = field(default_factory=list)
    # At the end: the plain softmax's share of the answer to each held-out example.
    confidence: list[list[float]] = field(default_factory=list)
    # Of training examples, where some labels are wrong: the share of the wrong labels that the
    # network repeats, and of the right ones; on the way of a sample, at the end of all.
    memorised: list[float] = field(default_factory=list)
    kept_right: list[float] = field(default_factory=list)
    # At the end: which wrong labels it repeats, 0 or 1, in the order of ``Material.wrong``.
    repeats: list[list[int]] = field(default_factory=list)
    run: int = 0  # which of the seeds, from 0


def by_run(points: Sequence[Point]) -> list[list[Point]]:
    """The points of each seed's training so far."""
    return [[point for point in points if point.run == run] for run in range(points[-1].run + 1)]


@dataclass(frozen=True)
class Held:
    """The run is paused from here on, or goes on."""

    paused: bool


@dataclass(frozen=True)
class Trained:
    """The end of a run: the networks, in the order of the losses and, of several seeds, one seed
    after the other, each as the bytes of a safetensors file."""

    networks: list[bytes]
