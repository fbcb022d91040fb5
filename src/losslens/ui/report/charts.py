"""The report card's charts of dots: a row a loss, with its interval. Texts keep their size on a
narrow screen, where the names stand above the rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from losslens.evaluation.metrics import Figure
from losslens.ui.charts.line import ticks
from losslens.ui.html import Markup, render
from losslens.ui.report.section import points

_SIDE = 4  # percent of the width, left free on each side for the marks' texts
_MOST_MARKS = 5  # more would run into each other on a phone
_LEAST = 1e-6  # a logarithmic axis does not begin below
_ROOM = 1.2  # times the margin: how far a chart of differences reaches at least


@dataclass(frozen=True)
class Row:
    """One loss among others: a filled dot with its interval, and where there are two values, a
    hollow one for the former."""

    label: str
    colour: str
    value: Figure
    before: Figure | None = None
    text: str = ""  # under the pointer


@dataclass(frozen=True)
class _Scale:
    """Where the values of a chart of dots stand from left to right, and which are marked."""

    marks: Sequence[float]
    first: float
    last: float
    log: bool

    def across(self, value: float) -> float:
        """In percent of the width."""
        scaled = math.log10(max(value, self.marks[0])) if self.log else value
        share = (scaled - self.first) / (self.last - self.first)
        return round(_SIDE + share * (100 - 2 * _SIDE), 2)


def dot_chart(rows: Sequence[Row], *, title: str, x_title: str, log: bool = False) -> Markup:
    """A row of shares (0..1), shown in percent, for each loss; an HTML figure. ``log``: a step for
    each factor of ten."""
    scale = _scale([each for row in rows for each in (row.value, row.before) if each], log)
    marks = [(mark, _number(mark)) for mark in scale.marks]
    summary = "; ".join(map(_said, rows))
    return _chart(rows, scale, marks, title=title, x_title=x_title, summary=summary)


def difference_chart(
    rows: Sequence[Row], margin: float, *, title: str, x_title: str, summary: str
) -> Markup:
    """A row of differences of shares (-1..1), shown in points, for each loss; an HTML figure.
    Within the ``margin`` either way, which is shaded, differences count as none."""
    ends = [end for row in rows for end in (row.value.low, row.value.high)]
    reach = max(_ROOM * margin, *(abs(end) * 1.05 for end in ends))
    found = ticks(-reach, reach)
    every = math.ceil(len(found) / (_MOST_MARKS + 1))
    middle = found.index(0.0)
    marks = [mark for at, mark in enumerate(found) if (at - middle) % every == 0]
    scale = _Scale(marks, -reach, reach, log=False)
    texts = [(mark, points(mark, 2).rstrip("0").rstrip(".") or "0") for mark in marks]
    band = scale.across(-margin), scale.across(margin)
    return _chart(rows, scale, texts, title=title, x_title=x_title, summary=summary, band=band)


def _chart(
    rows: Sequence[Row],
    scale: _Scale,
    marks: Sequence[tuple[float, str]],
    *,
    band: tuple[float, float] | None = None,
    **texts: str,
) -> Markup:
    """``texts``: title, x_title and summary; ``band`` is shaded, in percent of the width."""
    dots = [
        {
            "row": row,
            "value": scale.across(row.value.value),
            "low": scale.across(row.value.low),
            "high": scale.across(row.value.high),
            "before": scale.across(row.before.value) if row.before else None,
        }
        for row in rows
    ]
    return render(
        "report/dot_chart.html",
        marks=[{"x": scale.across(mark), "text": text} for mark, text in marks],
        dots=dots,
        band=band,
        **texts,
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
