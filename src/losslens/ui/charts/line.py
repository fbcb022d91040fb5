"""Small charts as SVG: vectors that follow the page's colours, in light and dark."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from losslens.losses import LOSSES

WIDTH, HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 40  # room for the axes
# One colour a loss, in the order of LOSSES, told apart on light and dark paper and by most
# colour-blind eyes; then the own.
COLOURS = (
    "#4f6df5",
    "#0d9488",
    "#d94f3d",
    "#e08a1e",
    "#5b9c2e",
    "#a855d6",
    "#b08b1c",
    "#d6459a",
    "currentColor",
)

Place = Callable[[float, float], tuple[float, float]]  # data to picture


def loss_colour(key: str) -> str:
    """The colour of a loss on every chart; a typed one has the text's own."""
    return COLOURS[list(LOSSES).index(key)] if key in LOSSES else COLOURS[-1]


@dataclass(frozen=True)
class Line:
    """One curve. ``ys`` may hold values that are not finite: the curve is broken there."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    colour: str
    strong: bool = False  # drawn thicker, above the others
    spread: Sequence[
        tuple[float, float]
    ] = ()  # at each x, from where to where the values lie: a dot with whiskers


def line_chart(
    lines: Sequence[Line],
    *,
    title: str,
    x_title: str,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    marker: float | None = None,
    marker_label: str = "",
    level: float | None = None,
    level_label: str = "",
) -> str:
    """Curves with axes and a legend, as an HTML figure. Dashed lines stand at x = ``marker`` and y
    = ``level``."""
    x_low, x_high = x_range
    y_low, y_high = y_range

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (x - x_low) / (x_high - x_low) * (WIDTH - _LEFT - _RIGHT)
        down = HEIGHT - _BOTTOM - (y - y_low) / (y_high - y_low) * (HEIGHT - _TOP - _BOTTOM)
        return round(across, 1), round(down, 1)

    inner = f'x="{_LEFT}" y="{_TOP}" width="{WIDTH - _LEFT - _RIGHT}" height="{HEIGHT - _TOP - _BOTTOM}"'
    frame = f"{_LEFT} {_TOP} {WIDTH - _LEFT - _RIGHT} {HEIGHT - _TOP - _BOTTOM}"
    curves = "".join(
        _curve(line, x_range, y_range, place)
        for line in sorted(lines, key=lambda line: line.strong)
    )
    # A picture within the picture clips the curves at the frame.
    parts = [*_grid(x_range, y_range, place), f'<svg {inner} viewBox="{frame}">{curves}</svg>']
    if marker is not None and x_low <= marker <= x_high:
        (x, top), (_, bottom) = place(marker, y_high), place(marker, y_low)
        parts.append(
            f'<path d="M{x} {top}V{bottom}" class="marker"><title>{escape(marker_label)}</title></path>'
        )
    if level is not None and y_low <= level <= y_high:
        (left, down), (right, _) = place(x_low, level), place(x_high, level)
        parts.append(f'<path d="M{left} {down}H{right}" class="marker"/>')
        parts.append(
            f'<text x="{right}" y="{down + 16}" class="tick" text-anchor="end">{escape(level_label)}</text>'
        )
    parts.append(
        f'<text x="{(WIDTH + _LEFT - _RIGHT) / 2}" y="{HEIGHT - 6}" class="axis">{escape(x_title)}</text>'
    )
    legend = "".join(
        f'<span><i style="background:{line.colour}"></i>{escape(line.label)}</span>'
        for line in lines
    )
    summary = escape(f"{title}; {x_title}; {', '.join(line.label for line in lines)}")
    return (
        f'<figure class="chart"><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{summary}">{"".join(parts)}</svg><div class="legend">{legend}</div></figure>'
    )


def _curve(
    line: Line, x_range: tuple[float, float], y_range: tuple[float, float], place: Place
) -> str:
    path, pen_down = [], False
    for x, y in zip(line.xs, line.ys, strict=True):
        if not math.isfinite(y) or not x_range[0] <= x <= x_range[1]:
            pen_down = False
            continue
        # A little beyond the frame, where the clip hides it, so that steep curves leave it steeply.
        span = y_range[1] - y_range[0]
        across, down = place(x, min(max(y, y_range[0] - span), y_range[1] + span))
        path.append(f"{'L' if pen_down else 'M'}{across} {down}")
        pen_down = True
    width = 3 if line.strong else 1.8
    dots = "".join(
        _dot(x, y, ends, line.colour, place)
        for x, y, ends in zip(line.xs, line.ys, line.spread, strict=False)
    )
    return (
        f'<path d="{" ".join(path)}" fill="none" stroke="{line.colour}" stroke-width="{width}">'
        f"<title>{escape(line.label)}</title></path>{dots}"
    )


def _dot(x: float, y: float, ends: tuple[float, float], colour: str, place: Place) -> str:
    (across, down), (_, low), (_, high) = place(x, y), place(x, ends[0]), place(x, ends[1])
    return (
        f'<path d="M{across} {low}V{high}" stroke="{colour}" stroke-width="1.8"/>'
        f'<circle cx="{across}" cy="{down}" r="3.4" fill="{colour}"/>'
    )


def _grid(x_range: tuple[float, float], y_range: tuple[float, float], place: Place) -> list[str]:
    parts = []
    for y in ticks(*y_range):
        (left, down), (right, _) = place(x_range[0], y), place(x_range[1], y)
        parts.append(f'<path d="M{left} {down}H{right}" class="grid"/>')
        parts.append(
            f'<text x="{left - 6}" y="{down + 4}" class="tick" text-anchor="end">{y:g}</text>'
        )
    for x in ticks(*x_range):
        across, bottom = place(x, y_range[0])
        parts.append(
            f'<text x="{across}" y="{bottom + 16}" class="tick" text-anchor="middle">{x:g}</text>'
        )
    return parts


def ticks(low: float, high: float) -> list[float]:
    """Four to nine round numbers from ``low`` to ``high``."""
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if (high - low) / (step * factor) <= 8)
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 10) for index in range(first, math.floor(high / step + 1e-9) + 1)]
