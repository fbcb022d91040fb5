"""Line charts as SVG: vectors that follow the page's colours, in light and dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from losslens.ui.html import Markup, render

WIDTH, HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 40  # room for the axes
_INNER_WIDTH, _INNER_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_THICK, _THIN = 3, 1.8

Range = tuple[float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One curve. ``ys`` may hold values that are not finite: the curve is broken there."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    colour: str
    strong: bool = False  # drawn thicker, above the others
    spread: Sequence[Range] = ()  # at each x, the ends of the values: a dot with whiskers


@dataclass(frozen=True)
class Marker:
    """A dashed line across the chart at one value of x."""

    x: float
    label: str = ""  # shown under the pointer


@dataclass(frozen=True)
class Level:
    """A dashed line along the chart at one value of y."""

    y: float
    label: str = ""  # written under its right end


@dataclass(frozen=True)
class Axes:
    """What a chart shows of which values; a marker or level beyond them is left out."""

    title: str
    x_title: str
    x_range: Range
    y_range: Range
    marker: Marker | None = None
    level: Level | None = None
    beyond: str = ""  # what is said under a chart whose curves leave it at its ends of y
    data: str = ""  # what opens a table of the curves; empty where one stands beside the chart

    def place(self, x: float, y: float) -> Point:
        """Where a value stands in the picture, in its units, from the top left."""
        (x_low, x_high), (y_low, y_high) = self.x_range, self.y_range
        across = _LEFT + (x - x_low) / (x_high - x_low) * _INNER_WIDTH
        down = HEIGHT - _BOTTOM - (y - y_low) / (y_high - y_low) * _INNER_HEIGHT
        return round(across, 1), round(down, 1)


def line_chart(lines: Sequence[Line], axes: Axes) -> Markup:
    """Curves with axes and a legend, as an HTML figure."""
    return render(
        "charts/line.html",
        axes=axes,
        summary="; ".join([axes.title, axes.x_title, ", ".join({line.label: 0 for line in lines})]),
        box=f"0 0 {WIDTH} {HEIGHT}",
        frame=(_LEFT, _TOP, _INNER_WIDTH, _INNER_HEIGHT),
        ticks=_ticks(axes),
        curves=[_curve(line, axes) for line in sorted(lines, key=lambda line: line.strong)],
        beyond=axes.beyond if any(_leaves(line, axes) for line in lines) else "",
        marker=_marker(axes),
        level=_level(axes),
        x_title_at=((WIDTH + _LEFT - _RIGHT) / 2, HEIGHT - 6),
        lines=lines,
        # Several curves of one label, such as of several seeds, share an entry.
        legend=list(dict.fromkeys((line.label, line.colour) for line in lines)),
    )


def _ticks(axes: Axes) -> dict[str, list[tuple[Point, str]]]:
    """Places and texts of the round numbers along both axes."""
    return {
        "x": [(axes.place(x, axes.y_range[0]), f"{x:g}") for x in ticks(*axes.x_range)],
        "y": [(axes.place(axes.x_range[0], y), f"{y:g}") for y in ticks(*axes.y_range)],
    }


def _curve(line: Line, axes: Axes) -> dict[str, object]:
    return {
        "line": line,
        "path": _path(line, axes),
        "width": _THICK if line.strong else _THIN,
        "dots": [
            (axes.place(x, y), axes.place(x, low)[1], axes.place(x, high)[1])
            for x, y, (low, high) in zip(line.xs, line.ys, line.spread, strict=False)
        ],
    }


def _path(line: Line, axes: Axes) -> str:
    path, pen_down = [], False
    y_low, y_high = axes.y_range
    for x, y in zip(line.xs, line.ys, strict=True):
        if not math.isfinite(y) or not axes.x_range[0] <= x <= axes.x_range[1]:
            pen_down = False
            continue
        # A little beyond the frame, which clips it, so that steep curves leave it steeply.
        span = y_high - y_low
        across, down = axes.place(x, min(max(y, y_low - span), y_high + span))
        path.append(f"{'L' if pen_down else 'M'}{across} {down}")
        pen_down = True
    return " ".join(path)


def _leaves(line: Line, axes: Axes) -> bool:
    (x_low, x_high), (y_low, y_high) = axes.x_range, axes.y_range
    return any(
        x_low <= x <= x_high and math.isfinite(y) and not y_low <= y <= y_high
        for x, y in zip(line.xs, line.ys, strict=True)
    )


def _marker(axes: Axes) -> dict[str, object] | None:
    if axes.marker is None or not axes.x_range[0] <= axes.marker.x <= axes.x_range[1]:
        return None
    across, bottom = axes.place(axes.marker.x, axes.y_range[0])
    _, top = axes.place(axes.marker.x, axes.y_range[1])
    return {"path": f"M{across} {top}V{bottom}", "label": axes.marker.label}


def _level(axes: Axes) -> dict[str, object] | None:
    if axes.level is None or not axes.y_range[0] <= axes.level.y <= axes.y_range[1]:
        return None
    left, down = axes.place(axes.x_range[0], axes.level.y)
    right, _ = axes.place(axes.x_range[1], axes.level.y)
    return {"path": f"M{left} {down}H{right}", "at": (right, down + 16), "label": axes.level.label}


def ticks(low: float, high: float) -> list[float]:
    """Four to nine round numbers from ``low`` to ``high``."""
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if (high - low) / (step * factor) <= 8)
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 10) for index in range(first, math.floor(high / step + 1e-9) + 1)]
