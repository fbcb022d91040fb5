"""The runs of the study: finished networks as lines on disk, and all of them in one JSON."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from losslens.files import atomic_write

SHIPPED = Path(__file__).with_name("runs.json")
_DIGITS = 4  # significant ones that are kept of a measure

Cell = tuple[str, str, str]  # task, setting, loss
Line = dict[str, Any]


class Journal:
    """Finished networks of the study, a JSON line each, in a folder that processes share.

    Each process writes a file of its own, a line at once; all read all of them as they start. A
    line that was cut off is passed over, and its network is trained again. A network is of a kind:
    "tuning", whose one measure is its score on held-out examples, or "run".
    """

    def __init__(self, folder: Path, process: int = 0) -> None:
        self._path = folder / f"{process}.jsonl"
        lines = (line for path in sorted(folder.glob("*.jsonl")) for line in _readable(path))
        self._lines: dict[tuple[Any, ...], Line] = {_key(line): line for line in lines}

    def get(self, kind: str, cell: Cell, seed: int, rate: float) -> dict[str, float] | None:
        """What was measured of a network; None where it is not there."""
        line = self._lines.get((kind, *cell, seed, rate))
        return None if line is None else dict(line["measures"])

    def add(
        self, kind: str, cell: Cell, seed: int, rate: float, measures: dict[str, float]
    ) -> None:
        """Keep a finished network, on disk at once."""
        task, setting, loss = cell
        line: Line = {"kind": kind, "task": task, "setting": setting, "loss": loss}
        line |= {"seed": seed, "rate": rate, "measures": measures}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            # A line that was cut off ends here, and not with this one.
            cut_off = self._path.read_bytes()[-1:] not in (b"", b"\n")
            os.write(handle, ("\n" * cut_off + json.dumps(line) + "\n").encode())
        finally:
            os.close(handle)
        self._lines[_key(line)] = line

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines.values())


def _readable(path: Path) -> Iterator[Line]:
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(text)
        except json.JSONDecodeError:
            continue


def _key(line: Line) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("kind", "task", "setting", "loss", "seed", "rate"))


@dataclass(frozen=True)
class Results:
    """The networks of one cell."""

    rate: float  # peak learning rate: of those tried the best on held-out examples
    tuning: dict[str, float] = field(default_factory=dict)  # by rate: mean score, 0..1
    seeds: list[int] = field(default_factory=list)
    # By measure, in the order of ``seeds``; see ``measures``.
    measures: dict[str, list[float]] = field(default_factory=dict)

    def of(self, measure: str) -> dict[int, float]:
        """The values of a measure by seed; empty where it was not measured."""
        return dict(zip(self.seeds, self.measures.get(measure, []), strict=False))


Place = Mapping[str, Results]  # by loss: the cells of one task and setting


@dataclass(frozen=True)
class Runs:
    """All that the study has found so far."""

    made: str  # ISO 8601, UTC
    versions: dict[str, str]
    tuning_seeds: int
    cells: dict[str, dict[str, dict[str, Results]]]  # by task, setting and loss

    def place(self, task: str, setting: str) -> Place:
        """The cells of a task and a setting; empty where nothing was run."""
        return self.cells.get(task, {}).get(setting, {})

    @property
    def seeds(self) -> int:
        """How many seeds every cell has at least."""
        return min((len(results.seeds) for *_, results in self), default=0)

    @property
    def networks(self) -> int:
        """How many networks were measured."""
        return sum(len(results.seeds) for *_, results in self)

    def __iter__(self) -> Iterator[tuple[str, str, str, Results]]:
        for task, settings in self.cells.items():
            for setting, place in settings.items():
                for loss, results in place.items():
                    yield task, setting, loss, results


_JSON = TypeAdapter(Runs)


def collected(journal: Iterable[Line]) -> Runs:
    """The lines of a journal as one record; of each cell the networks at its rate."""
    cells: dict[str, dict[str, dict[str, Results]]] = {}
    tuning: dict[Cell, dict[float, list[float]]] = {}
    measured: dict[Cell, list[Line]] = {}
    for line in journal:
        cell = (line["task"], line["setting"], line["loss"])
        if line["kind"] == "tuning":
            scores = tuning.setdefault(cell, {}).setdefault(line["rate"], [])
            scores.append(line["measures"]["score"])
        else:
            measured.setdefault(cell, []).append(line)
    for (task, setting, loss), lines in measured.items():
        results = _results(lines, tuning.get((task, setting, loss), {}))
        if results is not None:
            cells.setdefault(task, {}).setdefault(setting, {})[loss] = results
    counts = [len(scores) for rates in tuning.values() for scores in rates.values()]
    return Runs(
        made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        versions={name: version(name) for name in ("torch", "numpy", "scipy")},
        tuning_seeds=max(counts, default=0),
        cells=cells,
    )


def best_rate(scores: Mapping[float, float]) -> float:
    """Of learning rates with their scores the best; of equal ones the lowest."""
    return max(sorted(scores), key=scores.__getitem__)


def _results(lines: list[Line], tuning: dict[float, list[float]]) -> Results | None:
    """None where no network was measured yet at the best rate of those tried so far."""
    scores = {each: sum(values) / len(values) for each, values in sorted(tuning.items())}
    rate = best_rate(scores)
    kept = sorted((line for line in lines if line["rate"] == rate), key=lambda line: line["seed"])
    if not kept:
        return None
    names = [name for name in kept[0]["measures"] if all(name in line["measures"] for line in kept)]
    return Results(
        rate=rate,
        tuning={f"{each:g}": _rounded(score) for each, score in scores.items()},
        seeds=[line["seed"] for line in kept],
        measures={name: [_rounded(line["measures"][name]) for line in kept] for name in names},
    )


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def save(runs: Runs, path: Path = SHIPPED) -> None:
    """Write all runs; the file appears whole or not at all."""
    with atomic_write(path) as partial:
        partial.write_bytes(_JSON.dump_json(runs) + b"\n")


@cache
def load(path: Path = SHIPPED) -> Runs:
    """All runs. Raises OSError where there is no such file, and pydantic.ValidationError, a
    ValueError, where it is damaged."""
    return _JSON.validate_json(path.read_bytes())
