"""Pictures of few pixels, from scanners and data sets: their paper, their steps, their frame."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from losslens.images.marks import cropped

LARGEST = 40  # pixels; a picture with a longer side is none of these

_CLEAR = 0.7  # of the rim is paper where it is clear which is the paper
_STEPS = 0.95  # of the pixels are all ink or none where edges are steps
_ROUGH = 0.7  # pixels; a blur by so much takes the steps off
_ROUGHEST = 8  # pixels; smaller ink has no shape but its steps
_FINE = 8  # times larger, while it is blurred
_FAINT = 0.25  # of the strongest; weaker ink is none
_STRONGEST = 90  # percentile of the ink that counts as its full strength
_FITTED = 0.7  # of its width a fitted digit keeps; chosen on Semeion among 0.65 to 0.75

Pixels = NDArray[np.float32]


def paper_of(grey: Pixels) -> float | None:
    """The brightness of the paper, 0..1; None where the rim shows it well enough.

    Where a digit fills its frame, the rim is half ink: then the thinner of light and dark is ink.
    """
    from scipy import ndimage  # noqa: PLC0415

    low, high = float(grey.min()), float(grey.max())
    light = grey > (low + high) / 2
    rim = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    if not 1 - _CLEAR < rim.mean() < _CLEAR:
        return None
    thick_light, thick_dark = (
        ndimage.distance_transform_edt(np.pad(mask, 1)).max() for mask in (light, ~light)
    )
    return low if thick_light <= thick_dark else high


def has_steps(ink: Pixels) -> bool:
    """Whether the edges of ink 0..1 are steps of whole pixels; there must be some ink."""
    ink = cropped(ink)
    return bool(((ink == 0) | (ink == 1)).mean() >= _STEPS)


def without_steps(ink: Pixels) -> Pixels:
    """Ink 0..1, enlarged, its edges smooth, where they were steps of whole pixels."""
    from scipy import ndimage  # noqa: PLC0415

    ink = cropped(ink)
    if not has_steps(ink) or max(ink.shape) < _ROUGHEST:
        return ink
    large = np.kron(np.pad(ink, 2), np.ones((_FINE, _FINE), np.float32))
    blurred = ndimage.gaussian_filter(large, _ROUGH * _FINE)
    blurred = blurred / np.percentile(blurred[blurred > 0.5 * blurred.max()], _STRONGEST)
    smooth: Pixels = np.where(blurred < _FAINT, 0, np.clip(blurred, 0, 1)).astype(np.float32)
    return smooth


def in_proportion(ink: Pixels) -> Pixels:
    """Digits that a data set has fitted to a square frame get back the proportions of digits."""
    size = (max(1, round(ink.shape[1] * _FITTED)), ink.shape[0])
    return np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX))


def fills_its_frame(ink: Pixels) -> bool:
    """Whether ink (H, W) reaches all four sides of a square frame."""
    square = ink.shape[0] == ink.shape[1]
    return square and all(bool(side.any()) for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
