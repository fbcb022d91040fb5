"""The runs of the study: finished ones as lines on disk, and all of them as one compact JSON."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from losslens.files import atomic_write

RUNS_FILE = Path(__file__).with_name("runs.json")  # ships with the package
_DIGITS = 4  # significant ones, of what is kept but shares

Cell = tuple[str, str, str]  # task, setting, loss


@dataclass(frozen=True)
class Results:
    """All runs of one cell; lists are in the order of ``seeds``."""

    rate: float  # peak learning rate, the best on held-out examples
    tuning: dict[str, float]  # by rate: mean score on held-out examples, over the seeds of tuning
    seeds: list[int]
    measures: dict[str, list[float]]


@dataclass
class Runs:
    """What the study has found, by task, setting and loss."""

    versions: dict[str, str] = field(default_factory=dict)
    tuning_seeds: int = 0
    cells: dict[Cell, Results] = field(default_factory=dict)


class Journal:
    """Finished networks of the study, a JSON line each, in a folder that processes share.

    Each process writes a file of its own, a line at once; all read all of them as they start. A
    line that was cut off is passed over, and its network is trained again.
    """

    def __init__(self, folder: Path, process: int = 0) -> None:
        self._path = folder / f"{process}.jsonl"
        self._lines: dict[tuple[Any, ...], dict[str, Any]] = {}
        for path in sorted(folder.glob("*.jsonl")):
            for line in _readable(path):
                self._lines[_key(line)] = line

    def get(self, kind: str, cell: Cell, seed: int, rate: float) -> dict[str, Any] | None:
        """What was measured of a network of ``kind`` "tuning" or "run"; None where it is not
        there."""
        line = self._lines.get((kind, *cell, seed, rate))
        return None if line is None else line["measures"]

    def add(
        self, kind: str, cell: Cell, seed: int, rate: float, measures: dict[str, float]
    ) -> None:
        """Keep a finished network, on disk at once."""
        task, setting, loss = cell
        line = {"kind": kind, "task": task, "setting": setting, "loss": loss}
        line |= {"seed": seed, "rate": rate, "measures": measures}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, (json.dumps(line) + "\n").encode())
        finally:
            os.close(handle)
        self._lines[_key(line)] = line

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._lines.values())
