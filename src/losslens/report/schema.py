"""The report card of a task: what its eight networks do on test data, measured once and kept as JSON beside them."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import CheckpointError
from losslens.evaluation.metrics import Bin, Figure, Spread
from losslens.evaluation.significance import Difference
from losslens.report.label_noise import LabelNoise
from losslens.report.robustness import Corrupted

LINKS = ("softmax", "calibrated")
# Where a risk-coverage curve is kept: closely near its end, where networks this good begin to err.
COVERAGES = (*(part / 20 for part in range(1, 18)), *(0.9 + part / 500 for part in range(51)))


@dataclass(frozen=True)
class Measured:
    """One network on the test data; ``figures``, ``seeds`` and ``reliability`` for each of
    ``LINKS``."""

    figures: dict[str, dict[str, Figure]]
    seeds: dict[
        str, dict[str, Spread]
    ]  # of the figures that every seed's card has; empty where there is one seed
    reliability: dict[str, list[Bin]]
    risk: list[
        float
    ]  # the share of wrong answers among the surest, at each of COVERAGES; by the softmax
    confusion: list[list[int]]  # true class (row), answer (column)
    temperature: float
    train_seconds: float
    trained: str  # the card's date


@dataclass(frozen=True)
class Disputed:
    """A test picture on which the losses disagree: its position, its true class, and each loss's
    answer."""

    position: int
    truth: int
    answers: list[int]  # in the order of LOSSES


@dataclass(frozen=True)
class Tested:
    """All eight networks on the test data."""

    examples: int
    networks: dict[str, Measured]
    together: Figure  # accuracy of the mean of the calibrated probabilities
    differences: list[Difference]  # positions as in LOSSES
    networks_right: list[
        int
    ]  # how many pictures exactly none, one, ... all eight of the networks have right
    split: int  # pictures with more than one answer
    disputed: list[Disputed]


@dataclass(frozen=True)
class Report:
    """All that the report card shows of a task."""

    task: str
    made: str  # ISO 8601, UTC
    versions: dict[str, str]
    tested: Tested
    corrupted: Corrupted | None = None  # None: not measured yet
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
    partial = path.with_suffix(".partial")
    partial.write_bytes(_JSON.dump_json(report) + b"\n")
    partial.replace(path)
    return path
