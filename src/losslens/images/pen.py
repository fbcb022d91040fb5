"""Strokes of a pen, as the drawing pad knows them, drawn at the width of MNIST's pen."""

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from losslens.images.marks import problem_of

MOST_STROKES = 500
MOST_POINTS = 20_000  # of all strokes together
MOST_CHARACTERS = 2_000_000  # of their JSON
FORM = "a list of strokes, each a list of points [x, y], in pixels of the pad, y downward"

_FINE = 8  # times finer than MNIST's pixels, then averaged
_BOX = 20  # of these pixels; the longer side of a digit
_PEN = 2.4  # likewise; as thick as MNIST's strokes are, by the median
_NEAR = 0.25  # likewise; points nearer than that are one
_DOT = 6.0  # pixels of the pad; who presses and lifts moves no further
_LONG = 6.5  # times its longer side is a way that fills the box; of 3,747 pen digits 5.0 at most
_FILLED = 0.45  # of the box; what is written twice, line on line, fills no more
_LONGEST = 13.0  # times the longer side; nobody writes a digit so often on itself
_FARTHEST = 10_000.0  # pixels of the pad, either way

Line = NDArray[np.float64]  # (N, 2): x to the right, y downward


class StrokesError(ValueError):
    """Strokes that cannot be used; the message is a sentence in English."""


@dataclass(frozen=True)
class Strokes:
    """What a pen drew: lines (N, 2) of at least one point each; at least one line."""

    lines: tuple[Line, ...]

    @property
    def size(self) -> float:
        """The longer side of what they take, in their own pixels."""
        points = np.concatenate(self.lines)
        return float(np.ptp(points, axis=0).max())

    @property
    def problem(self) -> str:
        """Why they are no digit: a key of ``marks.PROBLEMS``; empty where they may be one."""
        if self.size < _DOT:
            return "dot"
        way = sum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in self.lines)
        ink = self.ink()
        filled = float(ink.sum()) / max(ink.shape) ** 2 > _FILLED
        is_scribble = way > (_LONG if filled else _LONGEST) * self.size
        return "scribble" if is_scribble else problem_of(ink)

    def ink(self) -> NDArray[np.float32]:
        """Drawn (H, W) in 0..1, the longer side 160 pixels, whatever their size was."""
        lines = self.lines if self.size >= _DOT else (self.lines[0][:1],)
        points = np.concatenate(lines)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        scale = (_BOX - _PEN) * _FINE / max(float(extent.max()), 1e-6)
        radius = _PEN * _FINE / 2
        wide, high = np.ceil(extent * scale + 2 * radius).astype(int)
        picture = Image.new("L", (int(wide), int(high)), 0)
        pen = ImageDraw.Draw(picture)
        for line in lines:
            path = [(float(x), float(y)) for x, y in _thinned((line - low) * scale) + radius - 0.5]
            pen.line(path, fill=255, width=round(2 * radius))
            for x, y in path:
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _thinned(line: Line) -> Line:
    """Without points that lie so near the one before that they change nothing."""
    kept = [line[0]]
    for point in line[1:]:
        if math.dist(point, kept[-1]) >= _NEAR * _FINE:
            kept.append(point)
    if len(kept) > 1 or len(line) == 1:
        return np.stack([*kept[:-1], line[-1]] if len(kept) > 1 else kept)
    return np.stack([line[0], line[-1]])


def read_strokes(value: object) -> Strokes:
    """The strokes of a list ``[[[x, y], ...], ...]``, or of its JSON text.

    Raises StrokesError for what is none, or is too long.
    """
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        raise StrokesError(f"The strokes are longer than {MOST_CHARACTERS:,} characters.")
    try:
        found: Any = json.loads(value) if isinstance(value, str) else value
        lengths = [len(stroke) for stroke in found]
    except (ValueError, TypeError, RecursionError):
        raise _malformed() from None
    if not 0 < len(lengths) <= MOST_STROKES or sum(lengths) > MOST_POINTS:
        raise StrokesError(
            f"There may be 1 to {MOST_STROKES} strokes, and {MOST_POINTS:,} points in all; "
            f"here are {len(lengths)} and {sum(lengths):,}."
        )
    return Strokes(tuple(_line(stroke) for stroke in found))


def _line(stroke: object) -> Line:
    try:
        line = np.array(stroke)
    except ValueError:  # points of different lengths
        raise _malformed() from None
    if line.ndim != 2 or line.shape[1] != 2 or not len(line) or line.dtype.kind not in "if":
        raise _malformed()
    if not (np.abs(line) <= _FARTHEST).all():  # false for what is not a number, too
        raise StrokesError(f"Points must lie within {_FARTHEST:,.0f} pixels of the pad's corner.")
    return line.astype(np.float64)


def _malformed() -> StrokesError:
    return StrokesError(f"These are no strokes; send {FORM}.")
