"""A digit on a photo or a scan: found among all else that is to be seen there."""

from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from losslens.images.paper import Mask, Pixels, difference, noise_of, without_lines
from losslens.images.pieces import Box, Labels, boxes_of, grouped, mask_of

_LONGEST = 560  # pixels; larger photos are made smaller first
_LEAST = 0.05  # of the paper's brightness; what differs less is not written
_OVER_NOISE = 4.0  # standard deviations; likewise
_PAGE = 0.08  # of the picture; what is written stands on a page of at least this size
_FACTORS = (1, 2, 4)  # of the threshold, at which pieces are looked for
_CENTRAL = 4.0  # how much less likely a piece is the further off the middle it lies
_FRAMED = 0.25  # of the size and strength of a frame; so much at least has what it runs around
_SMALLEST = 0.07  # of the shorter side; a digit is at least so tall or wide
_FAINT = 0.3  # ink weaker than this share of the digit's own is paper, shadow or noise
_STRONGEST = 85  # percentile of the digit's ink that counts as its full strength
_NEAR = 0.2  # of the digit's size; a piece of it is no further away
_PIECE = 0.12  # of the digit's size; a smaller piece is a speck
_LARGEST = 1.6  # likewise; a larger piece is something else
_ALIKE = 2.0  # times as strong or as weak as the largest is a piece at most
_SOLID = 0.6  # of the longer side; what is thicker is no stroke
_NEXT = 1.0  # of the taller one; digits of one number are no further apart
_NEXT_SIZE = 0.5  # likewise; nor smaller than this share of each other
_SLENDER = 0.35  # of the longer side; a sheet's edge is no thicker
_ONE_PAPER = 0.65  # times as bright is the darker side of a stroke at least
_SPECK = 0.03  # of the shorter side; nothing smaller was written to be read
_THINNEST = 0.1  # of the digit's size; thinner strokes are made so thick


@dataclass(frozen=True)
class Writing:
    """Ink 0..1 of what is written on a picture: of each digit, in a map of its own."""

    digit: Pixels  # the one in the middle of a photo, or all that is drawn; else all zeros
    rows: list[list[Pixels]] = field(default_factory=list)  # several digits; empty for one
    blank: str = ""  # why there is no digit: a key of ``marks.PROBLEMS``
    coarse: bool = False  # of few pixels, all ink or paper


def written_on_photo(picture: Image.Image) -> Writing:
    """The digits on an RGB photo; of a large one the maps are smaller."""
    colour = _smaller(picture)
    away = difference(colour)
    strength = np.sqrt((away**2).sum(axis=2))
    digit = _digit(strength)
    if digit is None:
        return Writing(np.zeros(away.shape[:2], dtype=np.float32), blank=_why_blank(strength))
    # What the strokes say: darker or lighter than the paper, and of which colour.
    direction = away[digit.main].mean(axis=0)
    direction /= max(float(np.linalg.norm(direction)), 1e-6)
    ink = away @ direction
    digit = _digit(ink, digit.main) or digit
    rows = [[_thickened(each) for each in row] for row in _row_by_row(digit, colour)]
    return Writing(_thickened(digit), rows)


@dataclass(frozen=True)
class _Digit:
    first: int  # the label of its largest piece
    mask: Mask  # of all its pieces
    everything: Pixels  # the ink of the whole picture, without the lines of the paper
    strength: float  # of its own ink
    labels: Labels  # of all pieces of the picture
    like: list[Box]  # the pieces that the same pen may have written

    @property
    def main(self) -> Mask:
        """Its largest piece."""
        return mask_of(self.labels, [self.first])

    def ink(self, place: tuple[slice, slice]) -> Pixels:
        """Its own ink at a place, 0..1."""
        ink = np.clip(self.everything[place] / self.strength, 0, 1)
        return np.where(self.mask[place], ink, 0).astype(np.float32)


def _smaller(picture: Image.Image) -> Pixels:
    factor = max(picture.size) / _LONGEST
    if factor > 1:
        size = (max(1, round(picture.width / factor)), max(1, round(picture.height / factor)))
        picture = picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _digit(raw: Pixels, known: Mask | None = None) -> _Digit | None:
    """The digit; where it is known already, it is only looked at more closely."""
    from scipy import ndimage  # noqa: PLC0415

    ink = ndimage.gaussian_filter(raw, 0.6)
    threshold = max(_LEAST, _OVER_NOISE * noise_of(ink))
    ink = np.clip(ink - np.median(ink), 0, None)
    ink = without_lines(ink, threshold)
    main = _main(ink, threshold) if known is None else known & (ink > threshold)
    if main is None or not main.any():
        return None
    strength = float(np.percentile(ink[main], _STRONGEST))
    strong = ink > max(threshold, _FAINT * strength)
    labels, count = ndimage.label(strong, np.ones((3, 3)))
    within = np.unique(labels[main & strong])
    sizes = np.bincount(labels[main & strong], minlength=count + 1)
    first = int(sizes[1:].argmax()) + 1 if within.size else 0
    if not first:
        return None
    like = _like(labels, first, ink)
    main_box = next(each for each in like if first in each.numbers)
    near = [each for each in like if each.gap(main_box) <= _NEAR * main_box.long]
    mask = mask_of(labels, [each.numbers[0] for each in near])
    return _Digit(first, mask, ink, strength, labels, like)


def _main(ink: Pixels, threshold: float) -> Mask | None:
    """The piece that is most likely the digit.

    Stronger ink is looked at alone, too: something faint may tie the digit to the rim.
    """
    found = [_likeliest(ink, threshold * factor) for factor in _FACTORS]
    return max(found, key=lambda each: each[0])[1]


def _likeliest(ink: Pixels, threshold: float) -> tuple[float, Mask | None]:
    """The piece with much ink, in the middle of a page, in strokes; first how likely it is."""
    from scipy import ndimage  # noqa: PLC0415

    strong = ink > threshold
    labels, _ = ndimage.label(strong & _on_a_page(strong), np.ones((3, 3)))
    pieces: list[_Piece] = []
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        long = max(part.stop - part.start for part in place)
        if long < _SMALLEST * min(ink.shape):
            continue
        mask = labels[place] == number
        thickness = 2 * ndimage.distance_transform_edt(np.pad(mask, 1)).max()
        if thickness <= _SOLID * long:
            pieces.append(_Piece(place, mask, long, float(ink[place][mask].mean())))
    inner = [each for each in pieces if not any(each.frames(other) for other in pieces)]
    if not inner:
        return 0.0, None
    score, best = max(((each.score(ink), each) for each in inner), key=lambda pair: pair[0])
    found = np.zeros(ink.shape, dtype=bool)
    found[best.place] = best.mask
    return score, found


@dataclass(frozen=True)
class _Piece:
    """Ink that hangs together."""

    place: tuple[slice, slice]
    mask: Mask  # at this place
    long: int  # pixels
    strength: float

    def frames(self, other: "_Piece") -> bool:
        """Whether it runs around the other, as the edges of a sheet do around what is written."""
        if other.long < _FRAMED * self.long or other.strength < _FRAMED * self.strength:
            return False
        inside = all(
            outer.start < part.start and part.stop < outer.stop
            for outer, part in zip(self.place, other.place, strict=True)
        )
        if not inside:
            return False
        from scipy import ndimage  # noqa: PLC0415

        (row, column), filled = np.argwhere(other.mask)[0], ndimage.binary_fill_holes(self.mask)
        top, left = (o.start - p.start for o, p in zip(other.place, self.place, strict=True))
        return bool(filled[row + top, column + left])

    def score(self, ink: Pixels) -> float:
        """How likely it is the digit: much ink, near the middle."""
        centre = np.array([(part.start + part.stop) / 2 for part in self.place])
        off = float(((centre - np.array(ink.shape) / 2) ** 2).sum()) / min(ink.shape) ** 2
        return float(ink[self.place][self.mask].sum() * np.exp(-_CENTRAL * off))


def _on_a_page(strong: Mask) -> Mask:
    """What some large area of paper goes all the way around."""
    from scipy import ndimage  # noqa: PLC0415

    labels, count = ndimage.label(~strong)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    within = np.zeros(strong.shape, dtype=bool)
    for number in np.flatnonzero(sizes >= _PAGE * strong.size):
        if number:
            within |= ndimage.binary_fill_holes(labels == number)
    return within


def _like(labels: Labels, first: int, ink: Pixels) -> list[Box]:
    """The pieces that may be written by the same pen as the first, which is one of them."""
    boxes = boxes_of(labels)
    main, found = boxes[first - 1], []
    strength = float(ink[labels == first].mean())
    for box in boxes:
        if not _PIECE * main.long <= box.long <= _LARGEST * main.long or box.at_rim(labels.shape):
            continue
        place = slice(box.top, box.bottom), slice(box.left, box.right)
        own = ink[place][labels[place] == box.numbers[0]].mean()
        if strength / _ALIKE < own < strength * _ALIKE:
            found.append(box)
    return found if main in found else [main, *found]


def _row_by_row(digit: _Digit, colour: Pixels) -> list[list[_Digit]]:
    """All digits of a number, of which one is known; none where it stands alone."""
    main = next(each for each in digit.like if digit.first in each.numbers)
    chain, others = [main], [each for each in digit.like if each is not main]
    others = [each for each in others if not _is_edge(each, colour)]
    while near := [each for each in others if any(_is_next(each, one) for one in chain)]:
        chain += near
        others = [each for each in others if each not in near]
    return [
        [replace(digit, mask=mask_of(digit.labels, each.numbers)) for each in row]
        for row in grouped(chain + others)
    ]


def _is_edge(box: Box, colour: Pixels) -> bool:
    """Whether a slender piece is where a sheet ends: paper on one side, and a table on the other.

    In the middle of its length, at its width's distance.
    """
    tall, wide = box.height, box.right - box.left
    if max(tall, wide) * _SLENDER < min(tall, wide):
        return False
    light = colour.mean(axis=2)
    light, start, stop = (
        (light[(box.top + box.bottom) // 2], box.left, box.right)
        if tall > wide
        else (light[:, (box.left + box.right) // 2], box.top, box.bottom)
    )
    off = max(3, stop - start)
    before, after = light[max(0, start - off) : start], light[stop : stop + off]
    levels = sorted((float(np.median(before)), float(np.median(after))))
    return levels[0] < _ONE_PAPER * levels[1]


def _is_next(box: Box, to: Box) -> bool:
    """Whether two pieces are near enough for digits of one number, side by side or in two rows."""
    shorter, taller = sorted((box.height, to.height))
    return shorter >= _NEXT_SIZE * taller and box.gap(to) <= _NEXT * taller


def _why_blank(ink: Pixels) -> str:
    """Why no digit is found: nothing is written, or too small, or else what there is is none."""
    from scipy import ndimage  # noqa: PLC0415

    ink = ndimage.gaussian_filter(ink, 0.6)
    strong = ink - np.median(ink) > max(_LEAST, _OVER_NOISE * noise_of(ink))
    longest = max((each.long for each in boxes_of(ndimage.label(strong)[0])), default=0)
    shorter_side = min(ink.shape)
    if longest < _SPECK * shorter_side:
        return "empty"
    return "small" if longest < _SMALLEST * shorter_side else "unclear"


def _thickened(digit: _Digit) -> Pixels:
    """Thin strokes made as thick as MNIST's pens were, so that they are not lost when shrunk."""
    from scipy import ndimage  # noqa: PLC0415

    rows, columns = (np.flatnonzero(digit.mask.any(axis=axis)) for axis in (1, 0))
    place = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    mask, ink = digit.mask[place], digit.ink(place)
    depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    thickness = 4 * float(depth[mask].mean()) - 1
    more = round((_THINNEST * max(mask.shape) - thickness) / 2)
    if more < 1:
        return ink
    disc = np.hypot(*np.mgrid[-more : more + 1, -more : more + 1]) <= more + 0.5
    thick: Pixels = ndimage.grey_dilation(np.pad(ink, more), footprint=disc)
    return thick
