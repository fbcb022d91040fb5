"""What is drawn, but cannot be a digit: a dot, a blot, a scribble."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PROBLEMS = {
    "dot": "This is a dot, not a digit: draw a digit, larger or with a thinner pen.",
    "scribble": "This is a scribble, not a digit: clear it and draw one digit.",
}

_SIDE = 96  # pixels; larger ink is looked at as small as this
_SOLID = 0.8  # of the longer side is the thickness of a dot; of the thickest of 6,000 of MNIST 0.67
_HOLE = 0.002  # of the longer side squared; smaller holes come from rough edges
_HOLES = 6  # of a scribble; digits have 5 at most
_BUSIEST = 0.15  # of the rows, or columns: those that cross most strokes
_CROSSED = 5.0  # strokes that these cross, of a scribble; of digits 4.5 at most


def problem_of(ink: NDArray[np.float32]) -> str:
    """Why ink (H, W) in 0..1 is no digit: a key of ``PROBLEMS``; empty where it may be one.

    The bounds leave out none of 6,000 of MNIST's training digits, of 1,592 of Semeion and of 500
    pen strokes; of small digits that the pad's pen has filled, one in 500.
    """
    from scipy import ndimage  # noqa: PLC0415  # a start should not wait for it

    if not ink.any():
        return ""
    mask = _small(cropped(ink)) > 0.5
    longer = max(mask.shape)
    padded = np.pad(mask, 1)
    if 2 * ndimage.distance_transform_edt(padded).max() >= _SOLID * longer:
        return "dot"
    sizes = np.bincount(ndimage.label(~padded)[0].ravel())[2:]  # the first is all around
    holes = int((sizes >= _HOLE * longer**2).sum())
    crossed = max(_crossed(mask), _crossed(mask.T))
    return "scribble" if holes >= _HOLES or crossed >= _CROSSED else ""


def cropped(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rectangle that holds all the ink; there must be some."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _small(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    factor = _SIDE / max(ink.shape)
    if factor >= 1:
        return ink
    size = (max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor)))
    return np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX))


def _crossed(mask: NDArray[np.bool_]) -> float:
    """How many strokes the busiest rows cross, on average."""
    begins = np.diff(np.pad(mask, ((0, 0), (1, 0))).astype(np.int8), axis=1) == 1
    busiest = max(1, round(_BUSIEST * max(mask.shape)))
    return float(np.sort(begins.sum(axis=1))[-busiest:].mean())
