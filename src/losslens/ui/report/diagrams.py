"""A network by itself as SVG: its reliability diagram and its confusion matrix."""

from collections.abc import Sequence

from losslens.evaluation.binomial import wilson_interval
from losslens.evaluation.metrics import Bin
from losslens.ui.html import Markup, render

_SIDE, _EDGE = 200, 26  # of a diagram or a matrix, and of its axes
_FONT = 16.0  # pixels; the largest of a count


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
