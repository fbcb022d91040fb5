"""The report card of a task as data: what was measured, kept as ``report.json`` by the checkpoints.

Wherever networks are numbered, their numbers are positions among those measured together, which
the same record names; read pairs of them by key, through ``pairs``.
"""

from dataclasses import dataclass
from pathlib import Path

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
    by_seed: dict[int, float]  # the accuracy of each seed's network, the shipped one's first
    risk: list[float]  # the share of wrong answers among the surest, at COVERAGES; by log-odds
    confusion: list[list[int]]  # true class (row), answer (column)
    temperature: float
    temperature_interval: tuple[float, float] | None  # 95 %; None where the card has none
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
    """The networks on corrupted pictures: ``examples`` of the test data, the same for each.

    One network a loss: it describes these networks, and tells no losses apart.
    """

    examples: int
    clean: dict[str, float]  # each loss's accuracy on the pictures as they are, 0..1
    accuracy: dict[str, dict[str, list[float]]]  # by corruption and loss, at its strengths
    mean: dict[str, float]  # each loss's accuracy over all corruptions and strengths

    @property
    def losses(self) -> list[str]:
        """The losses of the networks, in their order."""
        return list(self.mean)

    @property
    def variants(self) -> int:
        """How many corrupted variants of each picture there were."""
        return sum(len(by_loss[self.losses[0]]) for by_loss in self.accuracy.values())


@dataclass(frozen=True)
class Report:
    """All that the report card shows of a task."""

    task: str
    made: str  # ISO 8601, UTC
    versions: dict[str, str]
    tested: Tested
    corrupted: Corrupted | None = None  # None: not measured


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
