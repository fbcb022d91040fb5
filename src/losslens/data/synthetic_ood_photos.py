"""Synthetic out-of-distribution (OOD) pictures for photo tasks.

Textures, gradients, noise, pages of text, digits and shapes, in many colours.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from losslens.data.bundled import mini_mnist
from losslens.images.preprocessing import PHOTO_SIDE, photo_tensor

_WORDS = "the of and to in is you that it he was for on are with his they"

Pixels = NDArray[np.float64]


def synthetic_ood_photos(seed: int, count: int = 2_400) -> Tensor:
    """Pictures (count, 3, S, S) in 0..1 of no photo's subject, as ``photo_tensor`` gives them.

    As many of each of ``KINDS``, in turn; the same ones for the same seed.
    """
    chance = default_rng(seed)
    makers = list(KINDS.values())
    return torch.stack(
        [photo_tensor(makers[index % len(makers)](chance)) for index in range(count)]
    )


def _colours(chance: Generator, amount: Pixels) -> Image.Image:
    """A picture of two random colours: ``amount`` (H, W) in 0..1 blends the one into the other."""
    one, other = chance.uniform(0, 255, (2, 3))
    return Image.fromarray((one + (other - one) * amount[..., None]).round().astype(np.uint8))


def _clouds(chance: Generator) -> Image.Image:
    """Noise at several scales, each twice as fine as the last: like stone, cloth or clouds."""
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
    fields = (
        np.sin(pitch * along),
        np.sin(pitch * rings),
        np.sin(pitch * along) * np.sin(pitch * across),
    )
    field = fields[chance.integers(3)]
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
    cells, channels = int(chance.choice([4, 8, 16, 32, 64, PHOTO_SIDE])), int(chance.choice([1, 3]))
    values = chance.integers(0, 256, (cells, cells, channels)).repeat(3 // channels, axis=2)
    way = Image.Resampling.NEAREST if chance.random() < 0.5 else Image.Resampling.BICUBIC
    return Image.fromarray(values.astype(np.uint8)).resize((PHOTO_SIDE, PHOTO_SIDE), way)


def _page(chance: Generator) -> Image.Image:
    """Lines of text."""
    light, dark = chance.uniform(170, 255, 3), chance.uniform(0, 100, 3)
    if chance.random() < 0.25:
        light, dark = dark, light
    paper, ink = tuple(light.astype(int)), tuple(dark.astype(int))
    page = Image.new("RGB", (PHOTO_SIDE, PHOTO_SIDE), paper)
    size = chance.uniform(9, 40)
    font = ImageFont.load_default(size=size)
    for line in range(int(PHOTO_SIDE / size / 1.3)):
        words = " ".join(chance.choice(_WORDS.split(), 12))
        ImageDraw.Draw(page).text((6, 6 + line * size * 1.3), words, fill=ink, font=font)
    return page.rotate(chance.uniform(-20, 20), Image.Resampling.BILINEAR, fillcolor=paper)


def _digits(chance: Generator) -> Image.Image:
    """One to nine written digits."""
    each_way = int(chance.integers(1, 4))
    mini = mini_mnist()
    chosen = torch.from_numpy(chance.integers(0, len(mini), each_way * each_way))
    digits = mini.images[chosen, 0].numpy()
    pixels = each_way * digits.shape[1]
    rows = digits.reshape(each_way, each_way, *digits.shape[1:]).transpose(0, 2, 1, 3)
    picture = _colours(chance, rows.reshape(pixels, pixels) / 255.0)
    return picture.resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BICUBIC)


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


KINDS: dict[str, Callable[[Generator], Image.Image]] = {
    "clouds": _clouds,
    "waves": _waves,
    "gradients": _gradient,
    "noise": _noise,
    "pages of text": _page,
    "digits": _digits,
    "shapes": _shapes,
}
