"""A photo of a piece of clothing to a picture as Fashion-MNIST was made."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps
from torch import Tensor

from losslens.images.reducing import upright_rgb

CLOTHES_SIDE = 28  # pixels; Fashion-MNIST's picture

_SMALL = 8 * CLOTHES_SIDE  # pixels; the longer side of the picture that the piece is looked for in
_BACKGROUND = 0.05  # of the range from black to white: what is so near the background belongs to it
_THREAD = 0.01  # of a row or column; the piece takes more of it, and a speck less
_NEAR = 0.1  # likewise: what of the rim is so near its median is background for certain
_WHITE = 0.5  # a background lighter than this is white, a darker one black
_SHARPENING = ImageFilter.UnsharpMask(radius=1, percent=100, threshold=0)

Pixels = NDArray[np.float32]


def clothes_tensor(picture: Image.Image) -> Tensor:
    """One piece of clothing on a plain background: (1, S, S) in 0..1, with S = ``CLOTHES_SIDE``.

    In the way Fashion-MNIST was made: grey, the rim that has the background's colour cut off, the
    longer side scaled to S pixels, sharpened, the piece light on black and in the middle. So on a
    light background the picture is negated, and what is white there is dark here. What has S x S
    pixels is taken to be such a picture, and at most negated. A picture of nothing but background
    gives all zeros. Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747
    """
    rgb = upright_rgb(picture)
    if rgb.size == (CLOTHES_SIDE, CLOTHES_SIDE):
        made = np.asarray(rgb.convert("L"), dtype=np.float32) / np.float32(255)
        return torch.from_numpy(1 - made if np.median(_rim(made)) > _WHITE else made)[None]
    return torch.from_numpy(_fitted(_light(ImageOps.contain(rgb, (_SMALL, _SMALL)))))[None]


def _light(rgb: Image.Image) -> Pixels:
    """How far each pixel is from the background towards its opposite (H, W), 0..1; of background 0.

    The background is a plane through the colours of the rim, so it may lie in uneven light.
    """
    colour = np.asarray(rgb, dtype=np.float32) / np.float32(255)
    background = _plane(colour)
    grey, ground = (each.mean(axis=2) for each in (colour, background))
    white = float(np.median(ground)) > _WHITE
    away = ground - grey if white else grey - ground
    light = away / np.maximum(ground if white else 1 - ground, _WHITE)
    piece = np.abs(colour - background).max(axis=2) > _BACKGROUND
    found: Pixels = np.where(piece, np.clip(light, 0, 1), 0).astype(np.float32)
    return found


def _plane(colour: Pixels) -> Pixels:
    """The plane through the colours (H, W, 3) of the rim, without what lies far from the most."""
    height, width, _ = colour.shape
    down, across = np.mgrid[:height, :width] / np.float32(max(height, width))
    places = np.stack([np.ones_like(down), down, across], axis=2)
    at, seen = _rim(places), _rim(colour)
    away = np.abs(seen - np.median(seen, axis=0)).max(axis=1)
    near = away <= max(_NEAR, float(np.median(away)))
    fitted = np.linalg.lstsq(at[near], seen[near], rcond=None)[0]
    plane: Pixels = np.clip(places @ fitted, 0, 1).astype(np.float32)
    return plane


def _rim(pixels: Pixels) -> Pixels:
    return np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])


def _fitted(light: Pixels) -> Pixels:
    """The piece cut out, its longer side ``CLOTHES_SIDE`` pixels, sharpened, and in the middle."""
    field = np.zeros((CLOTHES_SIDE, CLOTHES_SIDE), dtype=np.float32)
    rows, columns = (np.flatnonzero((light > 0).mean(axis=axis) > _THREAD) for axis in (1, 0))
    if not rows.size or not columns.size:
        return field
    piece = light[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    made = Image.fromarray((piece * 255).round().astype(np.uint8))
    made = ImageOps.contain(made, field.shape).filter(_SHARPENING)
    top, left = (CLOTHES_SIDE - made.height) // 2, (CLOTHES_SIDE - made.width) // 2
    field[top : top + made.height, left : left + made.width] = np.asarray(made) / np.float32(255)
    return field
