"""Synthetic out-of-distribution (OOD) pictures for digits: letters, signs, scribbles and shapes.

The detector learns from them what a picture of no digit looks like.
"""

import math
import random

import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont
from torch import Generator, Tensor

from losslens.data.dataset import Dataset
from losslens.images.preprocessing import digit_tensor

# Without those that may be written like a digit: B, D, G, I, O, Q, S, Z, b, g, i, j, l, o, q, s, z.
LETTERS = "ACEFHJKLMNPRTUVWXYacdefhkmnprtuvwxy?&@#%+*=$"
_SIDE = 140  # pixels; half the drawing pad's, drawn at the same proportions
_MIDDLE = _SIDE / 2
_MARGIN = 15.0  # pixels at the rim that a scribble stays out of


def synthetic_ood_digits(seed: int, count: int = 12_000) -> Tensor:
    """Pictures (count, 1, S, S) in 0..1 of no digit, as ``digit_tensor`` gives them.

    Half letters and signs, half scribbles and shapes, in turn; the same ones for the same seed.
    """
    chance = random.Random(seed)
    makers = (_letter, _letter, _letter, _scribble, _scribble, _shape)
    return torch.stack(
        [digit_tensor(makers[index % len(makers)](chance)) for index in range(count)]
    )


def two_at_once(digits: Dataset, seed: int, count: int) -> Tensor:
    """Pictures (count, 1, S, S) in 0..1 of two different digits: one over the other, or in a row.

    In turn; two in a row are squeezed to the width of one.
    """
    generator = Generator().manual_seed(seed)
    pairs = torch.randint(len(digits), (4 * count, 2), generator=generator)
    pairs = pairs[digits.target[pairs[:, 0]] != digits.target[pairs[:, 1]]][:count]
    first, second = (digits.batch(part)[0] for part in pairs.T)
    row = F.interpolate(torch.cat([first, second], dim=3), size=(20, 28), mode="area")
    pictures = torch.maximum(first, second)
    pictures[1::2] = F.pad(row, (0, 0, 4, 4))[1::2]
    return pictures


def _letter(chance: random.Random) -> Image.Image:
    """One letter or sign of Pillow's own font, slanted and turned."""
    paper = Image.new("L", (_SIDE, _SIDE), 255)
    font = ImageFont.load_default(size=chance.uniform(60, 100))
    ImageDraw.Draw(paper).text(
        (_MIDDLE, _MIDDLE),
        chance.choice(LETTERS),
        fill=0,
        font=font,
        anchor="mm",
        stroke_width=chance.randint(0, 3),
    )
    shear, squeeze = chance.uniform(-0.3, 0.3), chance.uniform(0.8, 1.25)
    slanted = (squeeze, shear, _MIDDLE * (1 - squeeze - shear), 0, 1, 0)
    paper = paper.transform(
        paper.size, Image.Transform.AFFINE, slanted, Image.Resampling.BILINEAR, fillcolor=255
    )
    return paper.rotate(chance.uniform(-15, 15), Image.Resampling.BILINEAR, fillcolor=255)


def _scribble(chance: random.Random) -> Image.Image:
    """One to three wandering strokes, each a random walk whose direction turns smoothly."""
    strokes = []
    for _ in range(chance.randint(1, 3)):
        x, y = chance.uniform(30, 110), chance.uniform(30, 110)
        heading, turn = chance.uniform(0, 2 * math.pi), chance.uniform(-0.6, 0.6)
        stroke = []
        for _ in range(chance.randint(12, 60)):
            stroke.append((x, y))
            turn = 0.8 * turn + chance.gauss(0, 0.25)
            heading += turn
            x = min(_SIDE - _MARGIN, max(_MARGIN, x + 8 * math.cos(heading)))
            y = min(_SIDE - _MARGIN, max(_MARGIN, y + 8 * math.sin(heading)))
        strokes.append(stroke)
    return _drawn(strokes, chance)


def _shape(chance: random.Random) -> Image.Image:
    """A polygon, a star, a zigzag or a hatching: straight strokes, closed or not."""
    corners = chance.randint(3, 9)
    reach = [chance.uniform(20, 55) for _ in range(corners)]
    order = list(range(corners))
    if chance.random() < 0.5:
        chance.shuffle(order)
    stroke = [
        (
            _MIDDLE + reach[i] * math.cos(2 * math.pi * i / corners),
            _MIDDLE + reach[i] * math.sin(2 * math.pi * i / corners),
        )
        for i in [*order, order[0]]
    ]
    return _drawn([stroke], chance)


def _drawn(strokes: list[list[tuple[float, float]]], chance: random.Random) -> Image.Image:
    """Lines through the points of each stroke, in pixels, all with one pen."""
    paper = Image.new("L", (_SIDE, _SIDE), 255)
    pen = ImageDraw.Draw(paper)
    width = chance.randint(7, 13)
    for stroke in strokes:
        pen.line(stroke, fill=0, width=width, joint="curve")
    return paper
