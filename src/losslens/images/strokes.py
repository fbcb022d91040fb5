"""A digit on a photo or a scan: found among all else that is to be seen there."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from losslens.images.paper import Mask, Pixels, difference, noise_of, without_lines

_LONGEST = 560  # pixels; larger photos are made smaller first
_LEAST = 0.05  # of the paper's brightness; what differs less is not written
_OVER_NOISE = 4.0  # standard deviations; likewise
_PAGE = 0.08  # of the picture; what is written stands on a page of at least this size
_SMALLEST = 0.07  # of the shorter side; a digit is at least so tall or wide
_FAINT = 0.3  # ink weaker than this share of the digit's own is paper, shadow or noise
_STRONGEST = 85  # percentile of the digit's ink that counts as its full strength
_NEAR = 0.2  # of the digit's size; a piece of it is no further away
_PIECE = 0.12  # of the digit's size; a smaller piece is a speck
_SOLID = 0.6  # of the longer side; what is thicker is no stroke
_THINNEST = 0.085  # of the digit's size; thinner strokes are made so thick


def ink_of_photo(picture: Image.Image) -> Pixels:
    """How much ink of the digit is at each place, 0..1; all zeros where no digit is found.

    The picture is RGB; a large one gives a smaller answer.
    """
    away = difference(_smaller(picture))
    digit = _digit(np.sqrt((away**2).sum(axis=2)))
    if digit is None:
        return np.zeros(away.shape[:2], dtype=np.float32)
    # What the strokes say: darker or lighter than the paper, and of which colour.
    direction = away[digit.mask].mean(axis=0)
    direction /= max(float(np.linalg.norm(direction)), 1e-6)
    ink = away @ direction
    digit = _digit(ink) or digit
    return _thickened(digit)


@dataclass(frozen=True)
class _Digit:
    mask: Mask
    ink: Pixels  # without the lines of the paper


def _smaller(picture: Image.Image) -> Pixels:
    factor = max(picture.size) / _LONGEST
    if factor > 1:
        size = (max(1, round(picture.width / factor)), max(1, round(picture.height / factor)))
        picture = picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _digit(raw: Pixels) -> _Digit | None:
    from scipy import ndimage  # noqa: PLC0415

    ink = ndimage.gaussian_filter(raw, 0.6)
    threshold = max(_LEAST, _OVER_NOISE * noise_of(ink))
    ink = np.clip(ink - np.median(ink), 0, None)
    ink = without_lines(ink, threshold)
    main = _main(ink, threshold)
    if main is None:
        return None
    strength = float(np.percentile(ink[main], _STRONGEST))
    strong = ink > max(threshold, _FAINT * strength)
    labels, count = ndimage.label(strong, np.ones((3, 3)))
    within = np.unique(labels[main & strong])
    sizes = np.bincount(labels[main & strong], minlength=count + 1)
    first = int(sizes[1:].argmax()) + 1 if within.size else 0
    if not first:
        return None
    mask = _with_its_pieces(labels, first)
    return _Digit(mask, np.where(mask, np.clip(ink / strength, 0, 1), 0).astype(np.float32))


def _main(ink: Pixels, threshold: float) -> Mask | None:
    """The piece that is most likely the digit: much ink, in the middle of a page, in strokes."""
    from scipy import ndimage  # noqa: PLC0415

    strong = ink > threshold
    labels, _ = ndimage.label(strong & _on_a_page(strong), np.ones((3, 3)))
    best, found = 0.0, None
    middle = np.array(ink.shape) / 2
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        lengths = [part.stop - part.start for part in place]
        if max(lengths) < _SMALLEST * min(ink.shape):
            continue
        piece = labels[place] == number
        thickness = 2 * ndimage.distance_transform_edt(np.pad(piece, 1)).max()
        if thickness > _SOLID * max(lengths):
            continue
        centre = np.array([(part.start + part.stop) / 2 for part in place])
        off = float(((centre - middle) ** 2).sum()) / min(ink.shape) ** 2
        score = float(ink[place][piece].sum()) * np.exp(-4 * off)
        if score > best:
            best, found = score, np.zeros(ink.shape, dtype=bool)
            found[place] = piece
    return found


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


def _with_its_pieces(labels: Pixels, first: int) -> Mask:
    from scipy import ndimage  # noqa: PLC0415

    places = ndimage.find_objects(labels)
    main = places[first - 1]
    size = max(part.stop - part.start for part in main)
    mask: Mask = labels == first
    for number, place in enumerate(places, start=1):
        gaps = [max(a.start - b.stop, b.start - a.stop) for a, b in zip(place, main, strict=True)]
        rim = any(
            part.start == 0 or part.stop == side
            for part, side in zip(place, mask.shape, strict=True)
        )
        long = max(part.stop - part.start for part in place)
        if max(gaps) <= _NEAR * size and _PIECE * size <= long <= size and not rim:
            mask |= labels == number
    return mask


def _thickened(digit: _Digit) -> Pixels:
    """Thin strokes made as thick as MNIST's pens were, so that they are not lost when shrunk."""
    from scipy import ndimage  # noqa: PLC0415

    rows, columns = (np.flatnonzero(digit.mask.any(axis=axis)) for axis in (1, 0))
    size = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    depth = ndimage.distance_transform_edt(digit.mask)
    thickness = 4 * float(depth[digit.mask].mean()) - 1
    more = round((_THINNEST * size - thickness) / 2)
    if more < 1:
        return digit.ink
    disc = np.hypot(*np.mgrid[-more : more + 1, -more : more + 1]) <= more + 0.5
    return ndimage.grey_dilation(np.pad(digit.ink, more), footprint=disc)
