"""Pictures in, tensors out: one way for training, evaluation, the app, the command line and Python.

``read_picture`` is the border: whatever a person hands over either comes back as an upright RGB picture on white, or
raises ``PictureError`` with a sentence that says what was wrong and what is accepted.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from losslens.images.reading import upright_rgb

DIGIT_SIDE = 28  # pixels; MNIST's picture
PHOTO_SIDE = 224  # pixels; what EfficientNet-Lite0 was made for
_LONGEST = (
    2.0  # a photo's longer side as a multiple of its shorter one; beyond it the ends are cut off
)
_BOX = 20  # pixels; MNIST fits each digit into this square, keeping its proportions
_LEAST_CONTRAST = 0.12  # of the full range from black to white; below it there is nothing written
_PAPER = 0.25  # ink weaker than this share of the strongest is paper, shadow or noise


def digit_tensor(picture: Image.Image) -> Tensor:
    """One written digit, in the way MNIST was made: (1, 28, 28) in 0..1, ink bright, paper exactly
    0.

    Dark on light and light on dark are both read: the paper is the colour of the rim. The ink is
    fitted into a 20x20 box, keeping its proportions, anti-aliased, and laid with its centre of mass
    at the centre. A picture with nothing written on it gives all zeros.
    http://yann.lecun.com/exdb/mnist/
    """
    grey = np.asarray(upright_rgb(picture).convert("L"), dtype=np.float32) / np.float32(255)
    ink = _ink(grey)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        return torch.zeros(1, DIGIT_SIDE, DIGIT_SIDE)
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return torch.from_numpy(_centred(_fit(cropped, _BOX)))[None]


def photo_tensor(picture: Image.Image) -> Tensor:
    """A photo, upright and squeezed to a square: (3, 224, 224) in 0..1. Of a very long one the
    middle is taken."""
    photo = upright_rgb(picture)
    longest = round(min(photo.size) * _LONGEST)
    if max(photo.size) > longest:
        photo = ImageOps.fit(photo, (min(photo.width, longest), min(photo.height, longest)))
    squeezed = np.asarray(
        photo.resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BICUBIC), dtype=np.float32
    )
    return torch.from_numpy(squeezed / np.float32(255)).permute(2, 0, 1).contiguous()


def is_blank(digit: Tensor) -> bool:
    """Whether a tensor from ``digit_tensor`` holds no ink at all."""
    return not bool(digit.any())


def _ink(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each pixel differs from the paper, 0..1; 0 everywhere when nothing is written."""
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = np.median(rim)
    darker, lighter = np.clip(paper - grey, 0, None), np.clip(grey - paper, 0, None)
    ink = darker if darker.sum() >= lighter.sum() else lighter
    strongest = (
        np.percentile(ink[ink > _LEAST_CONTRAST], 90) if (ink > _LEAST_CONTRAST).any() else 0.0
    )
    if strongest < _LEAST_CONTRAST:
        return np.zeros_like(ink)
    ink = np.clip(ink / strongest, 0, 1)
    return np.where(ink < _PAPER, 0, ink).astype(np.float32)


def _fit(ink: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Scaled so that the longer side is ``side`` pixels, each new pixel the mean of what it
    covers."""
    height, width = ink.shape
    factor = side / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(
        Image.fromarray(ink).resize(
            size, Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR
        )
    )


def _centred(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Laid on a 28x28 field with the centre of mass as near its centre as whole pixels and the rim
    allow."""
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
