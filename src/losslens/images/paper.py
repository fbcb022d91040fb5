"""What is paper on a photo of something written: its colour at each place, and its lines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]

_DRAWN = 0.5  # of the rim has one and the same value on a drawing; a camera's noise leaves less
_SIDE_TAKEN = 0.9  # of one side of the rim, taken by one thing: that is no stroke
_CROSSINGS = 5  # strokes over the rim; more of them are the lines of the paper

_COARSE, _FINE = 42, 72  # pixels; longer side of the pictures that the paper is looked for in
_COARSE_WINDOW, _FINE_WINDOW = 15, 9  # pixels of these; a stroke fills less than half of one
_LIKELY_INK = 0.3  # of the strongest difference; beyond it a place says nothing about its paper
_BROAD = 0.14  # of the shorter side; no stroke is so broad
_DARKEST = 0.08  # of the full range; darker paper is taken to be of this brightness

_SPAN = 0.65  # of the picture's width or height; a line of the paper is at least so long
_SOLID = 0.75  # of a line is to be seen
_REACH = 0.12  # of the longer side; over so long a way a line is straight
_LOOKED_AT = 8_000  # pixels that are asked for the direction of the lines
_OF_A_LINE = 35  # percentile of the ink along a line that is its own: the digit covers the rest
_OVERWRITTEN = 1.5  # times as strong as its line is a place where the digit runs along it


@dataclass(frozen=True)
class Rim:
    """What the rim of a picture (H, W) says of how it was made."""

    is_clean: bool  # most of it has one value, exactly: drawn or made, not photographed
    is_drawing: bool  # and nothing but strokes comes over it


def rim_of(grey: Pixels) -> Rim:
    """Look at the rim of a picture."""
    sides = [grey[0], grey[-1], grey[:, 0], grey[:, -1]]
    if all((side == grey[0, 0]).all() for side in sides):
        return Rim(is_clean=True, is_drawing=True)
    middle = np.median(np.concatenate(sides))
    other = [side != middle for side in sides]
    is_clean = bool(np.concatenate(other).mean() <= 1 - _DRAWN)
    crossings = sum(int(np.count_nonzero(np.diff(side.astype(np.int8)) == 1)) for side in other)
    taken = max(side.mean() for side in other)
    is_drawing = is_clean and bool(taken < _SIDE_TAKEN) and crossings <= _CROSSINGS
    return Rim(is_clean, is_drawing)


def difference(colour: Pixels) -> Pixels:
    """How each pixel (H, W, 3) differs from the paper at its place, at equal light."""
    paper = _levels(colour, _COARSE, _COARSE_WINDOW)
    away = np.abs(_lit(colour, paper)).max(axis=2)
    ink = away > _LIKELY_INK * np.percentile(away, 99.5)
    ink &= ~_broad(ink)
    paper = _levels(np.where(ink[..., None], paper, colour), _FINE, _FINE_WINDOW)
    return _lit(colour, paper)


def _broad(ink: Mask) -> Mask:
    """Where it is too broad for a stroke: a reflection, or a sheet's corner on the table."""
    from scipy import ndimage  # noqa: PLC0415

    side = max(3, round(_BROAD * min(ink.shape)))
    inner = ndimage.minimum_filter(ink.astype(np.uint8), side)
    return np.asarray(ndimage.maximum_filter(inner, side), dtype=bool)


def _lit(colour: Pixels, paper: Pixels) -> Pixels:
    """The difference as a share of the lighter of both, so that light does not matter."""
    lighter = np.maximum(colour.mean(axis=2, keepdims=True), paper.mean(axis=2, keepdims=True))
    lit: Pixels = ((colour - paper) / np.maximum(lighter, _DARKEST)).astype(np.float32)
    return lit


def _levels(colour: Pixels, side: int, window: int) -> Pixels:
    """The median of each neighbourhood, which strokes do not move, and edges do not blur."""
    from scipy.ndimage import median_filter  # noqa: PLC0415

    height, width = colour.shape[:2]
    factor = min(1.0, side / max(height, width))
    size = (max(4, round(width * factor)), max(4, round(height * factor)))
    channels = []
    for channel in np.moveaxis(colour, 2, 0):
        small = np.asarray(Image.fromarray(channel).resize(size, Image.Resampling.BOX))
        # Beyond the rim a slope goes on.
        rim = [(min(window // 2, length - 1),) * 2 for length in small.shape]
        padded = np.pad(small, rim, mode="reflect", reflect_type="odd")
        level = median_filter(padded, window)
        inner = level[rim[0][0] : -rim[0][0], rim[1][0] : -rim[1][0]]
        whole = Image.fromarray(inner).resize((width, height), Image.Resampling.BILINEAR)
        channels.append(np.asarray(whole))
    return np.stack(channels, axis=2)


def noise_of(ink: Pixels) -> float:
    """The standard deviation of what is no ink, from the quieter half of the picture."""
    return float(np.median(np.abs(ink - np.median(ink)))) * 1.4826


def without_lines(ink: Pixels, threshold: float) -> Pixels:
    """Without the straight lines that run through most of the picture, one way and across it.

    Where a stroke crosses a line it is mended.
    """
    angle = _direction(ink, threshold)
    turned = _turned(ink, angle)
    seen = _turned(np.ones_like(ink), angle) > 0.5
    rows = _Lines.of(turned, seen, threshold)
    columns = _Lines.of(turned.T, seen.T, threshold)
    if not rows.mask.any() and not columns.mask.any():
        return ink
    mended = columns.mend(rows.mend(turned).T).T
    back = _turned(mended, -angle)
    top, left = ((have - want) // 2 for have, want in zip(back.shape, ink.shape, strict=True))
    return back[top : top + ink.shape[0], left : left + ink.shape[1]]


@dataclass(frozen=True)
class _Lines:
    """The lines that run along the rows."""

    mask: Mask
    level: Pixels  # how strong the line is at each place of the mask

    @classmethod
    def of(cls, ink: Pixels, seen: Mask, threshold: float) -> "_Lines":
        from scipy import ndimage  # noqa: PLC0415

        reach = max(9, round(_REACH * max(ink.shape)))
        strong = ndimage.maximum_filter1d((ink > threshold).astype(np.float32), 3, axis=0)
        solid = ndimage.uniform_filter1d(strong, reach, axis=1) > _SOLID
        labels, _ = ndimage.label(solid, np.ones((3, 3)))
        mask, level = np.zeros(ink.shape, dtype=bool), np.zeros_like(ink)
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
            place = slice(max(rows.start - 1, 0), rows.stop + 1), columns
            width = seen[(rows.start + rows.stop) // 2].sum()
            if columns.stop - columns.start < _SPAN * max(width, ink.shape[1] // 3):
                continue
            line = ndimage.binary_dilation(labels[place] == number, np.ones((3, 1)))
            mask[place] |= line
            strongest = np.where(line, ink[place], 0).max(axis=0)
            level[place][line] = np.percentile(strongest, _OF_A_LINE)
        return cls(mask, level)

    def mend(self, ink: Pixels) -> Pixels:
        """Ink without the lines."""
        from scipy import ndimage  # noqa: PLC0415

        if not self.mask.any():
            return ink
        gone = np.where(self.mask & (ink < _OVERWRITTEN * self.level), 0, ink)
        across = ndimage.grey_closing(gone, size=(self._thickness() + 2, 3))
        across = np.where(across > _OVERWRITTEN * self.level, across, 0)
        return np.where(self.mask, np.maximum(gone, across), gone).astype(np.float32)

    def _thickness(self) -> int:
        runs = self.mask.sum(axis=0) / np.maximum(
            np.count_nonzero(np.diff(self.mask.astype(np.int8), axis=0) == 1, axis=0), 1
        )
        return int(np.ceil(np.median(runs[runs > 0])))


def _direction(ink: Pixels, threshold: float) -> float:
    """Of the lines, in degrees from -45 to 45: there the sums along the lines differ most."""
    rows, columns = np.nonzero(ink > threshold)
    step = max(1, len(rows) // _LOOKED_AT)
    places = np.stack([rows[::step], columns[::step]]).astype(np.float32)

    def sharpness(angle: float) -> float:
        cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        offset = ink.shape[1] + ink.shape[0]
        down = np.bincount((places[0] * cosine - places[1] * sine + offset).astype(int))
        across = np.bincount((places[0] * sine + places[1] * cosine + offset).astype(int))
        return float((down.astype(float) ** 2).sum() + (across.astype(float) ** 2).sum())

    if not places.size:
        return 0.0
    rough = max(np.arange(-45.0, 45.0, 1.0), key=lambda angle: (sharpness(angle), -abs(angle)))
    near = np.arange(rough - 0.8, rough + 0.81, 0.2)
    best = float(max(near, key=lambda angle: (sharpness(angle), -abs(angle))))
    return 0.0 if abs(best) < 0.3 else best


def _turned(ink: Pixels, angle: float) -> Pixels:
    if angle == 0:
        return ink
    picture = Image.fromarray(np.ascontiguousarray(ink))
    return np.asarray(picture.rotate(angle, Image.Resampling.BILINEAR, expand=True))
