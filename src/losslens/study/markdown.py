"""The study as the tables of docs/results.md; ``losslens study`` prints them."""

from losslens.evaluation.verdicts import BASELINE, LEAST_SEEDS
from losslens.losses import LOSSES
from losslens.study.analysis import Comparison, compared
from losslens.study.runs import Place, Runs
from losslens.study.settings import settings_of

_MARKS = {"better": "**+**", "worse": "**−**", "equal": "=", "unknown": "?"}


def markdown(runs: Runs) -> str:
    """One table a task: each loss's difference to cross-entropy in each setting."""
    parts = [
        f"{runs.networks:,} networks were measured; every cell has at least {runs.seeds} seeds."
    ]
    return "\n\n".join([*parts, *(_table(runs, task) for task in runs.cells)])


def _table(runs: Runs, task: str) -> str:
    settings = [each for each in settings_of(task) if runs.place(task, each.key)]
    columns = [compared([runs.place(task, each.key)], each.measure) for each in settings]
    losses = [loss for loss in LOSSES if any(loss in column for column in columns)]
    head = [f"{task}, points", *(each.key for each in settings)]
    base = ["cross_entropy itself, %"] + [
        _level(runs.place(task, each.key), each.measure) for each in settings
    ]
    rows = [[loss, *(_cell(column.get(loss)) for column in columns)] for loss in losses]
    lines = [head, ["---"] * len(head), base, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _level(place: Place, measure: str) -> str:
    values = list(place[BASELINE].of(measure).values()) if BASELINE in place else []
    return f"{100 * sum(values) / len(values):.1f}" if len(values) >= LEAST_SEEDS else ""


def _cell(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    low, high = 100 * comparison.low, 100 * comparison.high
    mark = _MARKS[comparison.verdict]
    return f"{mark} {100 * comparison.difference:+.1f} ({low:+.1f} to {high:+.1f})"
