"""Pictures in, tensors out: one way for training, evaluation, app, command line and Python."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from losslens.images import low
from losslens.images.marks import cropped, problem_of
from losslens.images.paper import rim_of
from losslens.images.pen import Strokes
from losslens.images.pieces import rows_of
from losslens.images.reducing import upright_rgb
from losslens.images.strokes import Writing, written_on_photo

DIGIT_SIDE = 28  # pixels; MNIST's picture
PHOTO_SIDE = 292  # pixels: EfficientNet-Lite2's 260 on the middle, and the rim around them

_BOX = 20  # pixels; MNIST fits each digit into this square, keeping its proportions
_LEAST_CONTRAST = 0.12  # of the full range from black to white; below it there is nothing written
_PAPER = 0.25  # ink weaker than this share of the strongest is paper, shadow or noise
_STRONGEST = 90  # percentile of the ink that counts as its full strength
_MOST_PIXELS = 4_000_000  # that are looked at for digits; a larger picture is made smaller

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """What there is to be read; every tensor is the input of a network."""

    whole: Tensor  # what is given as one; all zeros where nothing is written
    problem: str = ""  # why it is no single digit: a key of ``marks.PROBLEMS``
    rows: tuple[tuple[Tensor, ...], ...] = ()  # its parts, where there are several, row by row
    blank: str = ""  # why nothing is found; likewise
    coarse: bool = False  # of few pixels, all ink or paper: a digit may look strange in them


def read_digits(given: Image.Image | Strokes) -> Found:
    """The digits of a picture or of the strokes of a pen, or why there are none.

    Each is as ``digit_tensor`` gives one alone. Several stand side by side, in one row or more,
    with paper between them. Strokes are drawn at the width of MNIST's pen, whatever their size was.
    """
    if isinstance(given, Strokes):
        rows = _tensors([[each.ink() for each in row] for row in given.rows()])
        return Found(_tensor(given.ink()), given.problem, rows)
    written = _written(given)
    problem, rows = problem_of(written.digit), _tensors(written.rows)
    return Found(_tensor(written.digit), problem, rows, written.blank, written.coarse)


def digit_tensor(picture: Image.Image) -> Tensor:
    """One written digit, in the way MNIST was made: (1, S, S) in 0..1, with S = ``DIGIT_SIDE``.

    Ink is bright and paper exactly 0. Dark on light and light on dark are both read. Of a drawing
    or a clean scan the paper is the colour of the rim; of a photo it is estimated at each place,
    and what is not the digit is dropped: lines, edges, specks, fingers. The ink is fitted into a
    20x20 box, keeping its proportions and anti-aliased, and laid with its centre of mass at the
    centre. A picture with nothing written on it, or nothing to be read, gives all zeros.
    http://yann.lecun.com/exdb/mnist/
    """
    return _tensor(_written(picture).digit)


def _written(picture: Image.Image) -> Writing:
    upright = _small_enough(upright_rgb(picture))
    grey = np.asarray(upright.convert("L"), dtype=np.float32) / np.float32(255)
    if max(grey.shape) <= low.LARGEST:
        ink = _ink(grey, low.paper_of(grey))
        return _of_few_pixels(ink) if ink.any() else _drawn(ink)
    rim = rim_of(grey)
    if rim.is_drawing:
        return _drawn(_ink(grey))
    written = written_on_photo(upright)
    if written.blank and rim.is_clean:  # a bar from one side to the other, and nothing else
        return _drawn(_ink(grey))
    return written


def _drawn(ink: Pixels) -> Writing:
    return Writing(ink, rows_of(ink), "" if ink.any() else "empty")


def _small_enough(picture: Image.Image) -> Image.Image:
    factor = math.ceil(math.sqrt(picture.width * picture.height / _MOST_PIXELS))
    return picture.reduce(factor) if factor > 1 else picture


def _of_few_pixels(ink: Pixels) -> Writing:
    smooth = low.without_steps(ink)
    whole = low.in_proportion(smooth) if low.fills_its_frame(ink) else smooth
    return replace(_drawn(whole), coarse=low.has_steps(ink))


def _tensors(rows: list[list[Pixels]]) -> tuple[tuple[Tensor, ...], ...]:
    return tuple(tuple(_tensor(each) for each in row) for row in rows)


def _tensor(ink: Pixels) -> Tensor:
    if not ink.any():
        return torch.zeros(1, DIGIT_SIDE, DIGIT_SIDE)
    return torch.from_numpy(_centred(_fit(cropped(ink), _BOX)))[None]


def photo_tensor(picture: Image.Image) -> Tensor:
    """The middle square of a photo, upright: (3, S, S) in 0..1, with S = ``PHOTO_SIDE``."""
    square = ImageOps.fit(upright_rgb(picture), (PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BICUBIC)
    pixels = np.asarray(square, dtype=np.float32) / np.float32(255)
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()


def is_blank(digit: Tensor) -> bool:
    """Whether a tensor from ``digit_tensor`` holds no ink at all."""
    return not bool(digit.any())


def _ink(grey: Pixels, paper: float | None = None) -> Pixels:
    """How much each pixel differs from the paper, 0..1; 0 everywhere when nothing is written.

    Without its brightness the paper is the colour of the rim.
    """
    if paper is None:
        rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
        paper = rim[0] if (rim == rim[0]).all() else np.median(rim)  # the median takes longer
    darker, lighter = np.clip(paper - grey, 0, None), np.clip(grey - paper, 0, None)
    ink = darker if darker.sum() >= lighter.sum() else lighter
    written = ink[ink > _LEAST_CONTRAST]
    if not written.size:
        return np.zeros_like(ink)
    ink = np.clip(ink / np.percentile(written, _STRONGEST), 0, 1)
    return np.where(ink < _PAPER, 0, ink).astype(np.float32)


def _fit(ink: Pixels, side: int) -> Pixels:
    """Scaled so that the longer side is ``side`` pixels; a new pixel is the mean of its area."""
    height, width = ink.shape
    factor = side / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    way = Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(ink).resize(size, way))


def _centred(ink: Pixels) -> Pixels:
    """Laid on a square field of ``DIGIT_SIDE`` pixels.

    With the centre of mass as near its centre as whole pixels and the rim allow.
    """
    field = np.zeros((DIGIT_SIDE, DIGIT_SIDE), dtype=np.float32)
    height, width = ink.shape
    total = ink.sum()
    row = float((ink.sum(axis=1) * np.arange(height)).sum() / total)
    column = float((ink.sum(axis=0) * np.arange(width)).sum() / total)
    middle = (DIGIT_SIDE - 1) / 2
    top = int(np.clip(round(middle - row), 0, DIGIT_SIDE - height))
    left = int(np.clip(round(middle - column), 0, DIGIT_SIDE - width))
    field[top : top + height, left : left + width] = ink
    return field
