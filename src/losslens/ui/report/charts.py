"""The report card's own charts as SVG: values with intervals, reliability, confusion."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from losslens.evaluation.binomial import wilson_interval
from losslens.evaluation.metrics import Bin, Figure
from losslens.ui.charts.line import ticks
from losslens.ui.html import Markup, render

_WIDTH, _ROW = 430, 28  # of a chart of dots, and the height of a row
_NAMES = 172  # width of their names
_SIDE, _EDGE = 200, 26  # of a reliability diagram or a confusion matrix, and of its axes
_MOST_MARKS = 5  # below a chart of dots; more would run into each other on a phone
_LEAST = 1e-6  # a logarithmic axis does not begin below
_FONT = 16.0  # pixels; the largest of a count


@dataclass(frozen=True)
class Row:
    """One loss among others: a filled dot with its interval, and where there are two values, a
    hollow one for the former."""

    label: str
    colour: str
    value: Figure
    before: Figure | None = None
    text: str = ""  # beside the dots


@dataclass(frozen=True)
class _Scale:
    """Where the values of a chart of dots stand from left to right, and which are marked."""

    marks: Sequence[float]
    first: float
    last: float
    log: bool

    def across(self, value: float) -> float:
        scaled = math.log10(max(value, self.marks[0])) if self.log else value
        share = (scaled - self.first) / (self.last - self.first)
        return round(_NAMES + share * (_WIDTH - _NAMES - 20), 1)


def dot_chart(rows: Sequence[Row], *, title: str, x_title: str, log: bool = False) -> Markup:
    """A row of shares (0..1), shown in percent, for each loss; an HTML figure. ``log``: a step for
    each factor of ten."""
    scale = _scale([each for row in rows for each in (row.value, row.before) if each], log)
    bottom = len(rows) * _ROW + 6
    dots = [
        {
            "row": row,
            "y": index * _ROW + _ROW / 2 + 4,
            "value": scale.across(row.value.value),
            "low": scale.across(row.value.low),
            "high": scale.across(row.value.high),
            "before": scale.across(row.before.value) if row.before else None,
        }
        for index, row in enumerate(rows)
    ]
    return render(
        "report/dot_chart.html",
        title=title,
        summary="; ".join(map(_said, rows)),
        x_title=x_title,
        width=_WIDTH,
        height=bottom + 38,
        bottom=bottom,
        middle=(_WIDTH + _NAMES) / 2,
        marks=[{"x": scale.across(mark), "text": _number(mark)} for mark in scale.marks],
        dots=dots,
    )


def _scale(figures: Sequence[Figure], log: bool) -> _Scale:
    low, high = min(figure.low for figure in figures), max(figure.high for figure in figures)
    if log:
        marks = _decades(low, high)
        return _Scale(marks, math.log10(marks[0]), math.log10(marks[-1]), log)
    room = (high - low) * 0.05 or 0.01
    marks = ticks(low - room, high + room)
    marks = marks[::2] if len(marks) > _MOST_MARKS else marks
    return _Scale(marks, low - room, high + room, log)


def _decades(low: float, high: float) -> list[float]:
    first = math.floor(math.log10(max(low, _LEAST)))
    last = math.ceil(math.log10(max(high, _LEAST)))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def _said(row: Row) -> str:
    before = f"{_number(row.before.value)} → " if row.before else ""
    return f"{row.label} {before}{_number(row.value.value)} %"


def _number(share: float) -> str:
    return f"{share * 100:.4g}"


def reliability_diagram(
    before: Sequence[Bin], after: Sequence[Bin], *, title: str, summary: str, axes: str, colour: str
) -> Markup:
    """How often answers were right (up) against how sure the network was (right), in bins of
    equally many examples.

    Hollow dots: the softmax as it is. Filled: calibrated, with Wilson's intervals.
    """
    (left, top), (right, bottom) = _place(0, 1), _place(1, 0)
    marks = [(mark, *_place(mark, mark)) for mark in (0, 0.5, 1)]
    return render(
        "report/reliability_diagram.html",
        title=title,
        summary=summary,
        axes=axes,
        colour=colour,
        side=_SIDE,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        marks=[{"text": f"{mark * 100:.0f}", "x": x, "y": y} for mark, x, y in marks],
        before=[_dot(each) for each in before],
        after=[_dot(each) | _whiskers(each) for each in after],
    )


def _place(confidence: float, accuracy: float) -> tuple[float, float]:
    """Where a point stands in a reliability diagram: (right, down)."""
    room = _SIDE - _EDGE - 12
    return round(_EDGE + confidence * room, 1), round(8 + (1 - accuracy) * room, 1)


def _dot(each: Bin) -> dict[str, float]:
    x, y = _place(each.confidence, each.accuracy)
    return {"x": x, "y": y}


def _whiskers(each: Bin) -> dict[str, float]:
    low, high = wilson_interval(round(each.accuracy * each.count), each.count)
    return {"low": _place(0, low)[1], "high": _place(0, high)[1]}


def confusion_matrix(
    counts: Sequence[Sequence[int]], labels: Sequence[str], *, title: str, summary: str, colour: str
) -> Markup:
    """True classes as rows, answers as columns; errors are shaded by their number, what was right
    is plain."""
    classes = range(len(labels))
    size = (_SIDE - _EDGE) / len(labels)
    most = max((counts[i][j] for i in classes for j in classes if i != j), default=0) or 1
    middles = [_EDGE + (index + 0.5) * size for index in classes]
    cells = [
        _cell(counts[row][column], row, column, size)
        | {"shade": f"{0.75 * (0.0 if row == column else counts[row][column] / most):.2f}"}
        for row in classes
        for column in classes
    ]
    return render(
        "report/confusion_matrix.html",
        title=title,
        summary=summary,
        colour=colour,
        side=_SIDE,
        edge=_EDGE,
        size=f"{size:.1f}",
        labels=[
            {"text": label, "middle": f"{middle:.1f}", "down": f"{middle + 4:.1f}"}
            for label, middle in zip(labels, middles, strict=True)
        ],
        cells=cells,
    )


def _cell(count: int, row: int, column: int, size: float) -> dict[str, object]:
    left, top = _EDGE + column * size, _EDGE + row * size
    font = min(_FONT, size / (0.62 * max(len(str(count)), 2) + 0.25))
    return {
        "count": count,
        "diagonal": row == column,
        "left": f"{left:.1f}",
        "top": f"{top:.1f}",
        "middle": f"{left + size / 2:.1f}",
        "base": f"{top + size / 2 + font * 0.35:.1f}",
        "font": f"{font:.1f}",
    }
