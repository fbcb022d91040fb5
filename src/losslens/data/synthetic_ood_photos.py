"""Made pictures that show no pet: textures, gradients, noise, pages of text, digits and shapes in many colours."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from losslens.data.bundled import mini_mnist
from losslens.images.preprocessing import PHOTO_SIDE, photo_tensor

_WORDS = (
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "you",
    "that",
    "it",
    "he",
    "was",
    "for",
    "on",
    "are",
    "with",
    "his",
    "they",
)

Pixels = NDArray[np.float64]


def synthetic_ood_photos(seed: int, count: int = 2_400) -> Tensor:
    """(count, 3, 224, 224) in 0..1, through ``photo_tensor``: as many of each kind."""
    chance = default_rng(seed)
    makers: tuple[Callable[[Generator], Image.Image], ...] = (
        _clouds,
        _waves,
        _gradient,
        _noise,
        _page,
        _digits,
        _shapes,
    )
    return torch.stack(
        [photo_tensor(makers[index % len(makers)](chance)) for index in range(count)]
    )


def _colours(chance: Generator, amount: Pixels) -> Image.Image:
    """``amount`` (H, W) in 0..1 blends one random colour into another."""
    one, other = chance.uniform(0, 255, (2, 3))
    return Image.fromarray((one + (other - one) * amount[..., None]).round().astype(np.uint8))


def _clouds(chance: Generator) -> Image.Image:
    """Noise at several scales, each twice as fine and weaker: like stone, cloth, grass or
    clouds."""
    total, weight = np.zeros((PHOTO_SIDE, PHOTO_SIDE)), 1.0
    for cells in (2, 4, 8, 16, 32, 64, 128):
        field = Image.fromarray(
            chance.random((cells, max(1, int(cells * chance.uniform(0.3, 1))))).astype(np.float32)
        )
        total += weight * np.asarray(field.resize(total.shape, Image.Resampling.BICUBIC))
        weight *= chance.uniform(0.4, 1.1)
    return _colours(chance, (total - total.min()) / max(float(np.ptp(total)), 1e-6))


def _waves(chance: Generator) -> Image.Image:
    """Stripes, rings or checks."""
    y, x = np.indices((PHOTO_SIDE, PHOTO_SIDE)) / PHOTO_SIDE
    pitch, angle = chance.uniform(5, 120), chance.uniform(0, np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)
    across = y * np.cos(angle) - x * np.sin(angle)
    rings = np.hypot(x - chance.random(), y - chance.random())
    field = (
        np.sin(pitch * along),
        np.sin(pitch * rings),
        np.sin(pitch * along) * np.sin(pitch * across),
    )[chance.integers(3)]
    return _colours(chance, (np.sign(field) if chance.random() < 0.5 else field) / 2 + 0.5)


def _gradient(chance: Generator) -> Image.Image:
    """Four corner colours, blended; sometimes a single colour."""
    corners = chance.uniform(0, 255, (2, 2, 3))
    if chance.random() < 0.2:
        corners[:] = corners[0, 0]
    small = Image.fromarray(corners.round().astype(np.uint8))
    return small.resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BILINEAR)


def _noise(chance: Generator) -> Image.Image:
    """Random pixels or blocks, grey or coloured."""
    cells, channels = int(chance.choice([4, 8, 16, 32, 64, 224])), int(chance.choice([1, 3]))
    values = (
        chance.integers(0, 256, (cells, cells, channels))
        .repeat(3 // channels, axis=2)
        .astype(np.uint8)
    )
    smooth = Image.Resampling.NEAREST if chance.random() < 0.5 else Image.Resampling.BICUBIC
    return Image.fromarray(values).resize((PHOTO_SIDE, PHOTO_SIDE), smooth)


def _page(chance: Generator) -> Image.Image:
    """Lines of text."""
    paper, ink = chance.uniform(170, 255, 3), chance.uniform(0, 100, 3)
    if chance.random() < 0.25:
        paper, ink = ink, paper
    page = Image.new("RGB", (PHOTO_SIDE, PHOTO_SIDE), tuple(paper.astype(int)))
    size = chance.uniform(9, 40)
    font = ImageFont.load_default(size=size)
    for line in range(int(PHOTO_SIDE / size / 1.3)):
        words = " ".join(chance.choice(_WORDS, 12))
        ImageDraw.Draw(page).text(
            (6, 6 + line * size * 1.3), words, fill=tuple(ink.astype(int)), font=font
        )
    return page.rotate(
        chance.uniform(-20, 20), Image.Resampling.BILINEAR, fillcolor=tuple(paper.astype(int))
    )


def _digits(chance: Generator) -> Image.Image:
    """One to nine written digits."""
    side = int(chance.integers(1, 4))
    images = (
        mini_mnist().images[torch.from_numpy(chance.integers(0, 5_000, side * side)), 0].numpy()
    )
    rows = images.reshape(side, side, 28, 28).transpose(0, 2, 1, 3).reshape(28 * side, 28 * side)
    return _colours(chance, rows / 255.0).resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BICUBIC)


def _shapes(chance: Generator) -> Image.Image:
    """Ellipses, boxes and triangles over each other."""
    picture = Image.new("RGB", (PHOTO_SIDE, PHOTO_SIDE), tuple(chance.integers(0, 256, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(int(chance.integers(1, 25))):
        (left, right), (top, bottom) = np.sort(
            chance.uniform(-40, PHOTO_SIDE + 40, (2, 2)), axis=1
        ).tolist()
        colour = tuple(chance.integers(0, 256, 3).tolist())
        match int(chance.integers(3)):
            case 0:
                pen.ellipse((left, top, right, bottom), fill=colour)
            case 1:
                pen.rectangle((left, top, right, bottom), fill=colour)
            case _:
                pen.polygon(
                    [(left, bottom), (right, bottom), (chance.uniform(left, right), top)],
                    fill=colour,
                )
    return picture
