"""The report card's own charts as SVG: values with intervals, reliability diagrams, confusion matrices."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from scipy.stats import binomtest

from losslens.evaluation.metrics import Bin, Figure
from losslens.ui.charts.line import ticks

_WIDTH, _ROW = 430, 28  # of a chart of dots, and the height of a row
_NAMES = 172  # width of their names
_SIDE, _EDGE = 200, 26  # of a reliability diagram, and of its axes


@dataclass(frozen=True)
class Row:
    """One loss among others: a filled dot with its interval, and where something was done, a hollow
    one from before."""

    label: str
    colour: str
    value: Figure
    before: Figure | None = None
    text: str = ""  # beside the dots


def dot_chart(rows: Sequence[Row], *, title: str, x_title: str, log: bool = False) -> str:
    """A row of shares (0..1), shown in percent, for each loss; an HTML figure. ``log``: a step for
    each factor of ten."""
    figures = [figure for row in rows for figure in (row.value, row.before) if figure]
    low, high = min(figure.low for figure in figures), max(figure.high for figure in figures)
    room = (high - low) * 0.05
    marks = _decades(low, high) if log else ticks(low - room, high + room)
    scale: Callable[[float], float] = (
        (lambda value: math.log10(max(value, marks[0]))) if log else float
    )
    first, last = (scale(marks[0]), scale(marks[-1])) if log else (low - room, high + room)

    def across(value: float) -> float:
        return round(_NAMES + (scale(value) - first) / (last - first) * (_WIDTH - _NAMES - 20), 1)

    bottom = len(rows) * _ROW + 6
    parts = [f'<path d="M{across(mark)} 4V{bottom}" class="grid"/>' for mark in marks]
    parts += [
        f'<text x="{across(mark)}" y="{bottom + 15}" class="tick" text-anchor="middle">{_number(mark)}</text>'
        for mark in marks
    ]
    parts += [_row(row, index * _ROW + _ROW / 2 + 4, across) for index, row in enumerate(rows)]
    parts.append(
        f'<text x="{(_WIDTH + _NAMES) / 2}" y="{bottom + 33}" class="axis">{escape(x_title)}</text>'
    )
    summary = "; ".join(
        f"{row.label} {_number(row.before.value) + ' → ' if row.before else ''}{_number(row.value.value)} %"
        for row in rows
    )
    return _figure(title, f"{title}: {summary}", f"0 0 {_WIDTH} {bottom + 38}", parts)


def _number(share: float) -> str:
    return f"{share * 100:.4g}"


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(max(low, 1e-6))), math.ceil(math.log10(high))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def _row(row: Row, down: float, across: Callable[[float], float]) -> str:
    value, before = row.value, row.before
    parts = [f'<text x="0" y="{down + 4}" class="row">{escape(row.label)}</text>']
    if before:
        parts.append(
            f'<path d="M{across(before.value)} {down}H{across(value.value)}" stroke="{row.colour}" stroke-dasharray="2 3"/>'
            f'<circle cx="{across(before.value)}" cy="{down}" r="5" class="hollow" stroke="{row.colour}" stroke-width="2"/>'
        )
    parts.append(
        f'<path d="M{across(value.low)} {down}H{across(value.high)}" stroke="{row.colour}" stroke-width="2"/>'
        f'<circle cx="{across(value.value)}" cy="{down}" r="5" fill="{row.colour}">'
        f"<title>{escape(row.text)}</title></circle>"
    )
    return "".join(parts)


def reliability_diagram(
    before: Sequence[Bin], after: Sequence[Bin], *, title: str, summary: str, axes: str, colour: str
) -> str:
    """How often answers were right (up) against how sure the network was (right), in bins of
    equally many examples.

    Hollow dots: the softmax as it is. Filled: after the fitted link, with Wilson's intervals.
    """

    def place(confidence: float, accuracy: float) -> tuple[float, float]:
        room = _SIDE - _EDGE - 12
        return round(_EDGE + confidence * room, 1), round(8 + (1 - accuracy) * room, 1)

    (left, top), (right, bottom) = place(0, 1), place(1, 0)
    parts = [
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" class="frame"/>'
    ]
    parts.append(f'<path d="M{left} {bottom}L{right} {top}" class="marker"/>')
    for mark in (0, 0.5, 1):
        across, down = place(mark, mark)
        parts.append(
            f'<text x="{across}" y="{bottom + 14}" class="tick" text-anchor="middle">{mark * 100:.0f}</text>'
        )
        parts.append(
            f'<text x="{left - 3}" y="{down + 4}" class="tick" text-anchor="end">{mark * 100:.0f}</text>'
        )
    for each in before:
        across, down = place(each.confidence, each.accuracy)
        parts.append(
            f'<circle cx="{across}" cy="{down}" r="3.6" class="hollow" stroke="{colour}" stroke-width="1.5"/>'
        )
    for each in after:
        across, down = place(each.confidence, each.accuracy)
        wilson = binomtest(round(each.accuracy * each.count), each.count).proportion_ci(
            method="wilson"
        )
        (_, low), (_, high) = place(0, wilson.low), place(0, wilson.high)
        parts.append(f'<path d="M{across} {low}V{high}" stroke="{colour}" stroke-opacity="0.6"/>')
        parts.append(f'<circle cx="{across}" cy="{down}" r="2.8" fill="{colour}"/>')
    return _figure(
        title, f"{title}: {summary}. {axes}", f"0 0 {_SIDE} {_SIDE}", parts, note=summary
    )


def confusion_matrix(
    counts: Sequence[Sequence[int]], labels: Sequence[str], *, title: str, summary: str, colour: str
) -> str:
    """True classes as rows, answers as columns; mistakes are shaded by their number, what was right
    is plain."""
    size = len(labels)
    cell = (_SIDE - _EDGE) / size
    most = max(counts[i][j] for i in range(size) for j in range(size) if i != j) or 1
    parts = []
    for row in range(size):
        middle = _EDGE + (row + 0.5) * cell
        parts.append(
            f'<text x="{middle:.1f}" y="{_EDGE - 8}" class="tick" text-anchor="middle">{escape(labels[row])}</text>'
        )
        parts.append(
            f'<text x="{_EDGE - 6}" y="{middle + 4:.1f}" class="tick" text-anchor="end">{escape(labels[row])}</text>'
        )
        for column in range(size):
            parts.append(_cell(counts[row][column], row, column, cell, most, colour))
    return _figure(title, f"{title}: {summary}", f"0 0 {_SIDE} {_SIDE}", parts, note=summary)


def _cell(count: int, row: int, column: int, cell: float, most: int, colour: str) -> str:
    left, top = _EDGE + column * cell, _EDGE + row * cell
    shade = 0.0 if row == column else count / most
    parts = [
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{cell:.1f}" height="{cell:.1f}" class="cell" '
        f'fill="{colour}" fill-opacity="{shade * 0.75:.2f}"/>'
    ]
    if count:
        kind = "count diagonal" if row == column else "count"
        size = min(16.0, cell / (0.62 * max(len(str(count)), 2) + 0.25))
        parts.append(
            f'<text x="{left + cell / 2:.1f}" y="{top + cell / 2 + size * 0.35:.1f}" class="{kind}" '
            f'style="font-size:{size:.1f}px">{count}</text>'
        )
    return "".join(parts)


def _figure(title: str, summary: str, box: str, parts: Sequence[str], note: str = "") -> str:
    below = f'<p class="small">{escape(note)}</p>' if note else ""
    return (
        f'<figure class="chart"><figcaption>{escape(title)}</figcaption><svg viewBox="{box}" role="img" '
        f'aria-label="{escape(summary)}">{"".join(parts)}</svg>{below}</figure>'
    )
