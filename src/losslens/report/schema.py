"""The report card of a task as data: what was measured, kept as ``report.json`` by the checkpoints.

Wherever networks are numbered, their numbers are positions among those measured together, which
the same record names; read pairs of them by key, through ``pairs``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import CheckpointError
from losslens.evaluation.metrics import Bin, Figure, Spread
from losslens.evaluation.significance import Difference, Pairs
from losslens.files import atomic_write

PROBABILITIES = ("softmax", "calibrated")  # the softmax as it is, and at the card's temperature
# Where a risk-coverage curve is kept: closely near its end, where networks this good begin to err.
COVERAGES = (*(part / 20 for part in range(1, 18)), *(0.9 + part / 500 for part in range(51)))


@dataclass(frozen=True)
class Measured:
    """One network on the test data; ``figures``, ``seeds`` and ``reliability`` for each of
    ``PROBABILITIES``."""

    figures: dict[str, dict[str, Figure]]
    # Of the figures that every seed's card has; empty where there is one seed.
    seeds: dict[str, dict[str, Spread]]
    reliability: dict[str, list[Bin]]
    risk: list[float]  # the share of wrong answers among the surest, at COVERAGES; by the softmax
    confusion: list[list[int]]  # true class (row), answer (column)
    temperature: float
    train_seconds: float
    trained: str  # the card's date


@dataclass(frozen=True)
class Disputed:
    """A test picture on which the networks disagree."""

    position: int  # in the test data
    truth: int  # its class
    answers: list[int]  # each network's, in the order of ``Tested.networks``


@dataclass(frozen=True)
class Tested:
    """A task's networks on the test data."""

    examples: int
    networks: dict[str, Measured]  # by loss
    together: Figure  # accuracy of the mean of the calibrated probabilities
    differences: list[Difference]
    networks_right: list[int]  # how many pictures none, one, ... all of the networks have right
    split: int  # pictures with more than one answer
    disputed: list[Disputed]

    @property
    def losses(self) -> list[str]:
        """The losses of the networks, in their order."""
        return list(self.networks)

    @property
    def pairs(self) -> Pairs:
        """The networks compared, on what each has right."""
        return Pairs(self.losses, self.differences)


@dataclass(frozen=True)
class Corrupted:
    """The networks on corrupted pictures: ``examples`` of the test data, the same for each."""

    examples: int
    clean: dict[str, float]  # each loss's accuracy on the pictures as they are, 0..1
    accuracy: dict[str, dict[str, list[float]]]  # by corruption and loss, at its strengths
    # By corruption and strength, the losses that are significantly worse than the best.
    behind: dict[str, list[list[str]]]
    mean: dict[str, float]  # each loss's accuracy over all corruptions and strengths
    # Of how many of a picture's corrupted variants each network has right.
    differences: list[Difference]

    @property
    def losses(self) -> list[str]:
        """The losses of the networks, in their order."""
        return list(self.mean)

    @property
    def variants(self) -> int:
        """How many corrupted variants of each picture there were."""
        return sum(len(strengths) for strengths in self.behind.values())

    @property
    def pairs(self) -> Pairs:
        """The networks compared, over all variants."""
        return Pairs(self.losses, self.differences)


@dataclass(frozen=True)
class LabelNoise:
    """Networks that learnt from partly wrong labels, tested on right ones.

    ``accuracy`` is in 0..1, for each loss, share and seed, in the order of these.
    """

    shares: tuple[float, ...]
    seeds: tuple[int, ...]
    accuracy: dict[str, list[list[float]]]
    differences: list[list[Difference]]  # for each share, over all seeds
    learnt: int  # training examples
    examples: int  # tested on
    config: dict[str, Any]  # of each run, but for loss and seed

    @property
    def pairs(self) -> list[Pairs]:
        """For each share, the losses compared over all seeds."""
        return [Pairs(list(self.accuracy), each) for each in self.differences]


@dataclass(frozen=True)
class Report:
    """All that the report card shows of a task."""

    task: str
    made: str  # ISO 8601, UTC
    versions: dict[str, str]
    tested: Tested
    corrupted: Corrupted | None = None  # None: not measured
    wrong_labels: LabelNoise | None = None


_JSON = TypeAdapter(Report)


def report_path(task: str, folder: Path | None = None) -> Path:
    """Where the report of ``task`` is."""
    return (folder or checkpoints.models_folder()) / task / "report.json"


def load(task: str, folder: Path | None = None) -> Report:
    """The report of ``task``. Raises CheckpointError where it is missing or damaged."""
    path = report_path(task, folder)
    try:
        return _JSON.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CheckpointError(
            f"{path} is missing or damaged. Make it with: losslens report {task}"
        ) from error


def save(report: Report, folder: Path | None = None) -> Path:
    """Write the report; the file appears whole or not at all."""
    path = report_path(report.task, folder)
    with atomic_write(path) as partial:
        partial.write_bytes(_JSON.dump_json(report) + b"\n")
    return path
