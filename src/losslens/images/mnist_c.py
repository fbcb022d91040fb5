"""MNIST-C's fifteen kinds of corruption, at the strengths of that data set: ``MNIST_C``.

Written from the description and the settings of Mu and Gilmer 2019,
https://arxiv.org/abs/1906.02337; a picture comes out as theirs would, but for chance. Every
function takes a grey picture (28, 28) in 0..1 and a generator, which all chance comes from, and
gives another such picture. Needs scikit-image, of the extra "study".
"""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from skimage.feature import canny
from skimage.filters import gaussian
from skimage.transform import warp

Picture = NDArray[np.float64]  # (28, 28), in 0..1
Corrupt = Callable[[Picture, Generator], Picture]

SIDE = 28
_CENTRE = (SIDE - 1) / 2
_REACH = 2.3  # pixels from the middle of a line to where it ends
_DOT = 2  # pixels, of a dotted line
_ZIGZAG = 2.0  # pixels, both ways
_FOG, _FOG_DECAY, _FOG_SIDE = 3.0, 1.4, 256


def shot_noise(picture: Picture, rng: Generator) -> Picture:
    """Three photons for white."""
    return np.clip(rng.poisson(picture * 3) / 3, 0, 1)


def impulse_noise(picture: Picture, rng: Generator) -> Picture:
    """17 % of the pixels turned black or white."""
    chance = rng.random(picture.shape)
    return np.where(chance < 0.17, (chance < 0.17 / 2).astype(float), picture)


def glass_blur(picture: Picture, rng: Generator) -> Picture:
    """Blurred, pixels swapped with neighbours twice, and blurred again."""
    mixed = _smooth(picture, 0.7)
    for _ in range(2):
        swapped = rng.random(picture.shape) < 0.5
        down, right = rng.integers(-1, 1, (2, *picture.shape))
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                if swapped[row, column]:
                    here = row, column
                    there = row + down[here], column + right[here]
                    mixed[here], mixed[there] = mixed[there], mixed[here]
    return np.clip(_smooth(mixed, 0.7), 0, 1)


def motion_blur(picture: Picture, rng: Generator) -> Picture:
    """Dragged along a direction of up to 45 degrees either way, fading over ten pixels."""
    angle = math.radians(rng.uniform(-45, 45))
    weights = np.exp(-0.5 * (np.arange(21) / 3) ** 2)
    padded = np.pad(picture, 21, mode="edge")
    dragged = np.zeros_like(picture)
    for step, weight in enumerate(weights / weights.sum()):
        top, left = 21 + round(step * math.sin(angle)), 21 + round(step * math.cos(angle))
        dragged += weight * padded[top : top + SIDE, left : left + SIDE]
    return dragged


def shear(picture: Picture, rng: Generator) -> Picture:
    """Sheared by 0.4 radians, either way."""
    angle = 0.4 * rng.choice([-1, 1])
    return _warped(picture, [[1, -math.sin(angle)], [0, math.cos(angle)]])


def scale(picture: Picture, _: Generator) -> Picture:
    """Seven tenths as large."""
    return _warped(picture, [[1 / 0.7, 0], [0, 1 / 0.7]])


def rotate(picture: Picture, rng: Generator) -> Picture:
    """Turned by 0.4 radians, either way."""
    angle = 0.4 * rng.choice([-1, 1])
    cos, sin = math.cos(angle), math.sin(angle)
    return _warped(picture, [[cos, -sin], [sin, cos]])


def brightness(picture: Picture, _: Generator) -> Picture:
    """Every value raised by a half."""
    return np.clip(picture + 0.5, 0, 1)


def translate(picture: Picture, rng: Generator) -> Picture:
    """Moved by three pixels both ways; what was outside is black."""
    down, right = 3 * rng.choice([-1, 1], 2)
    padded = np.pad(picture, 3)
    moved: Picture = padded[3 + down : 3 + down + SIDE, 3 + right : 3 + right + SIDE]
    return moved


def stripe(picture: Picture, _: Generator) -> Picture:
    """The left and the right quarter inverted."""
    striped = picture.copy()
    striped[:, :7] = 1 - striped[:, :7]
    striped[:, 21:] = 1 - striped[:, 21:]
    return striped


def fog(picture: Picture, rng: Generator) -> Picture:
    """A cloud, the plasma fractal, over it."""
    most = float(picture.max())
    return np.clip((picture + _FOG * _cloud(rng)) * most / (most + _FOG), 0, 1)


def spatter(picture: Picture, rng: Generator) -> Picture:
    """Drops of mud."""
    liquid = _smooth(rng.normal(0.65, 0.3, picture.shape), 1)
    drops = _smooth((liquid > 0.65).astype(float), 1.5)
    drops[drops < 0.8] = 0
    return np.clip(picture * (1 - drops) + 63 / 255 * drops, 0, 1)


def dotted_line(picture: Picture, rng: Generator) -> Picture:
    """A dotted line from the left to the right."""
    first, last = rng.integers(0, SIDE - 1, 2)
    line = _line((0, first), (SIDE - 1, last))
    line[:, np.arange(SIDE) // _DOT % 2 == 0] = 0
    return np.clip(picture + line, 0, 1)


def zigzag(picture: Picture, rng: Generator) -> Picture:
    """A zigzag line from the left to the right."""
    start, end = 2, SIDE - 3
    first = rng.integers(0, SIDE - 1)
    slope = rng.integers(-5, 5) / (end - start)
    length = (end - start) * math.hypot(1, slope)
    turns = int((length - _ZIGZAG) // (2 * _ZIGZAG)) + 1
    along = [0.0, *((2 * each + 1) * _ZIGZAG for each in range(turns)), length]
    across = [0.0, *((-1) ** each * _ZIGZAG for each in range(turns)), 0.0]
    angle = math.atan(slope)
    cos, sin = math.cos(angle), math.sin(angle)
    points = [
        (start + cos * x - sin * y, first + sin * x + cos * y)
        for x, y in zip(along, across, strict=True)
    ]
    lines = sum(_line(*ends) for ends in pairwise(points))
    return np.clip(picture + lines, 0, 1)


def canny_edges(picture: Picture, _: Generator) -> Picture:
    """Its edges alone, by Canny's detector."""
    edges: Picture = canny(picture).astype(float)
    return edges


def _smooth(picture: Picture, sigma: float) -> Picture:
    smooth: Picture = gaussian(picture, sigma=sigma)
    return smooth


def _warped(picture: Picture, matrix: list[list[float]]) -> Picture:
    """The picture whose point (x, y), from the middle, is the old one's at ``matrix`` times it."""
    moved = np.eye(3)
    moved[:2, :2] = matrix
    moved[:2, 2] = _CENTRE - moved[:2, :2] @ (_CENTRE, _CENTRE)
    warped: Picture = warp(picture, moved)
    return warped.clip(0, 1)


def _line(start: tuple[float, float], end: tuple[float, float]) -> Picture:
    """A line between two points (x, y), as wide as a pen's, in the columns between them."""
    columns, rows = np.arange(SIDE), np.arange(SIDE)[:, None]
    if start[0] == end[0]:
        return np.zeros((SIDE, SIDE))
    middle = start[1] + (end[1] - start[1]) / (end[0] - start[0]) * (columns - start[0])
    away = np.minimum(np.abs(rows - middle), _REACH - 1e-9)
    ink: Picture = np.clip(1 + np.log(1 - away / _REACH), 0, 1)
    ink[:, : max(0, math.floor(start[0]))] = 0
    ink[:, math.ceil(end[0]) :] = 0
    return ink


def _cloud(rng: Generator) -> Picture:
    """The corner of a plasma fractal, by diamonds and squares: Fournier et al. 1982,
    https://doi.org/10.1145/358523.358553"""
    heights, step, roughness = np.zeros((_FOG_SIDE, _FOG_SIDE)), _FOG_SIDE, 100.0

    def between(total: Picture) -> Picture:
        return total / 4 + roughness * rng.uniform(-roughness, roughness, total.shape)

    while step >= 2:
        half = step // 2
        corners = heights[::step, ::step]
        pairs = corners + np.roll(corners, -1, axis=0)
        heights[half::step, half::step] = between(pairs + np.roll(pairs, -1, axis=1))
        middles = heights[half::step, half::step]
        heights[::step, half::step] = between(
            middles + np.roll(middles, 1, axis=0) + corners + np.roll(corners, -1, axis=1)
        )
        heights[half::step, ::step] = between(
            middles + np.roll(middles, 1, axis=1) + corners + np.roll(corners, -1, axis=0)
        )
        step, roughness = half, roughness / _FOG_DECAY
    heights -= heights.min()
    corner: Picture = (heights / heights.max())[:SIDE, :SIDE]
    return corner


MNIST_C: dict[str, Corrupt] = {
    corrupt.__name__: corrupt
    for corrupt in (
        shot_noise,
        impulse_noise,
        glass_blur,
        motion_blur,
        shear,
        scale,
        rotate,
        brightness,
        translate,
        stripe,
        fog,
        spatter,
        dotted_line,
        zigzag,
        canny_edges,
    )
}
