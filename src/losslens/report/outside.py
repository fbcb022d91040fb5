"""How the networks of a task answer pictures from elsewhere: figures that benchmarks leave beside
the checkpoints, in ``outside.json``."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import CheckpointError
from losslens.files import atomic_write


@dataclass(frozen=True)
class Source:
    """Pictures of one source; shares are in 0..1.

    Of pictures that show one of the classes, ``right`` is the accuracy of the worst and of the best
    loss; of others it is None, and ``auroc`` and ``fpr95`` may say how well they are told from the
    task's test pictures.
    """

    script: str  # the benchmark that measured it, by its file's name without .py
    source: str
    pictures: int
    right: tuple[float, float] | None
    flagged: float  # as none of the classes
    auroc: float | None = None
    fpr95: float | None = None  # the share of test pictures flagged where 95 % of these are


_JSON = TypeAdapter(list[Source])


def outside_path(task: str, folder: Path | None = None) -> Path:
    """Where the figures of ``task`` are."""
    return (folder or checkpoints.models_folder()) / task / "outside.json"


def load(task: str, folder: Path | None = None) -> list[Source]:
    """All sources, none where no benchmark has saved any. Raises CheckpointError for a damaged
    file."""
    path = outside_path(task, folder)
    if not path.is_file():
        return []
    try:
        return _JSON.validate_json(path.read_bytes())
    except ValidationError as error:
        raise CheckpointError(
            f"{path} is damaged. Delete it, and run the benchmarks with --save again."
        ) from error


def save(task: str, found: list[Source], folder: Path | None = None) -> Path:
    """Write the sources of one script or more; those that the same scripts left before go."""
    scripts = {source.script for source in found}
    kept = [source for source in load(task, folder) if source.script not in scripts]
    path = outside_path(task, folder)
    with atomic_write(path) as partial:
        partial.write_bytes(_JSON.dump_json([*kept, *found], indent=1) + b"\n")
    return path
