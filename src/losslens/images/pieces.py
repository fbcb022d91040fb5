"""Which pieces of ink are one digit, and which are several digits, side by side or in rows.

No digit is ever cut: digits that touch stay one. In doubt pieces are one digit.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST = 20  # digits; what has more pieces is no number
_LARGE = 0.5  # of the tallest piece; no digit beside others is smaller
_ALIKE = 0.75  # of the taller one; what is shorter may be a part of an open 4, which ends higher
_BASELINE = 0.4  # of the height; digits end so close to one line
_NEAR_BASELINE = 0.25  # likewise, those of unlike heights
_PAPER = 0.05  # likewise; and have so much paper between them
_SLANTED = 0.6  # of the narrower one; slanted digits of one height reach over each other
_APART = 0.15  # of the height; what stands so far beside another is another digit
_LINES = 0.3  # of the height; two rows have so much paper between them
_TOUCHING = 0.2  # of the height; a small piece is no further from its digit
_ONE_ROW = 0.4  # of the shorter one; digits of a row are side by side for so much

Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Box:
    """Where some pieces of ink are; ``numbers`` are their labels."""

    top: int
    bottom: int
    left: int
    right: int
    numbers: tuple[int, ...]

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def long(self) -> int:
        """The longer side in pixels."""
        return max(self.bottom - self.top, self.right - self.left)

    def at_rim(self, shape: tuple[int, ...]) -> bool:
        """Whether it reaches the rim of a picture of this shape, (H, W)."""
        return 0 in (self.top, self.left) or self.bottom == shape[0] or self.right == shape[1]

    def with_(self, other: "Box") -> "Box":
        """Around both."""
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
            self.numbers + other.numbers,
        )

    def beside(self, other: "Box") -> int:
        """Pixels of height that both share; negative where one is above the other."""
        return min(self.bottom, other.bottom) - max(self.top, other.top)

    def above(self, other: "Box") -> int:
        """Pixels of width that both share; negative where they are side by side."""
        return min(self.right, other.right) - max(self.left, other.left)

    def gap(self, other: "Box") -> int:
        """Pixels of paper between both, down or across, whichever are more; 0 where they meet."""
        return max(-self.beside(other), -self.above(other), 0)


def boxes_of(labels: Labels) -> list[Box]:
    """The box of each piece of a label map (H, W), in the order of the labels."""
    from scipy import ndimage  # noqa: PLC0415

    found = enumerate(ndimage.find_objects(labels), start=1)
    return [
        Box(rows.start, rows.stop, columns.start, columns.stop, (number,))
        for number, (rows, columns) in found
    ]


def mask_of(labels: Labels, numbers: Iterable[int]) -> Mask:
    """Where a label map has one of these numbers."""
    among = np.zeros(int(labels.max()) + 1, dtype=bool)
    among[list(numbers)] = True
    mask: Mask = among[labels]
    return mask


def rows_of(ink: Pixels) -> list[list[Pixels]]:
    """The ink (H, W) of each digit, row by row, left to right; [] where there are not several."""
    from scipy import ndimage  # noqa: PLC0415

    labels, _ = ndimage.label(ink > 0, np.ones((3, 3)))
    rows = grouped(boxes_of(labels))
    return [[np.where(mask_of(labels, each.numbers), ink, 0) for each in row] for row in rows]


def grouped(pieces: list[Box]) -> list[list[Box]]:
    """The digits that the pieces make, row by row, left to right: each with all its pieces.

    Empty where they are not several, or too many for a number. Small pieces far from every digit
    belong to none, and are left out.
    """
    tallest = max((each.height for each in pieces), default=0)
    large = [each for each in pieces if each.height >= _LARGE * tallest]
    if len(large) > 2 * _MOST:
        return []
    digits: list[Box] = []
    for piece in sorted(large, key=lambda each: each.left):
        own = [each for each in digits if not _are_two(each, piece)]
        for each in own:
            digits.remove(each)
            piece = piece.with_(each)
        digits.append(piece)
    if not 1 < len(digits) <= _MOST:
        return []
    for small in (each for each in pieces if each.height < _LARGE * tallest):
        nearest = min(digits, key=lambda each: each.gap(small))
        if nearest.gap(small) <= _TOUCHING * nearest.height:
            digits[digits.index(nearest)] = nearest.with_(small)
    return _rows(digits)


def _are_two(one: Box, other: Box) -> bool:
    """Whether these are certainly two digits."""
    taller, shorter = max(one.height, other.height), min(one.height, other.height)
    if one.beside(other) <= -_LINES * shorter or one.above(other) <= -_APART * taller:
        return True
    alike = shorter >= _ALIKE * taller
    off = _BASELINE if alike else _NEAR_BASELINE
    if abs(one.bottom - other.bottom) > off * taller:
        return False
    narrower = min(one.right - one.left, other.right - other.left)
    most = _SLANTED * narrower if alike else -_PAPER * taller
    return one.above(other) < most and one.beside(other) >= _ONE_ROW * shorter


def _rows(digits: list[Box]) -> list[list[Box]]:
    rows: list[list[Box]] = []
    for digit in sorted(digits, key=lambda each: each.top + each.bottom):
        for row in rows:
            if any(digit.beside(e) >= _ONE_ROW * min(digit.height, e.height) for e in row):
                row.append(digit)
                break
        else:
            rows.append([digit])
    return [sorted(row, key=lambda each: each.left + each.right) for row in rows]
