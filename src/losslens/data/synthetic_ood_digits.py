"""Made pictures that are no digit, to teach the detector what "none of these" looks like: letters, signs, scribbles."""

import math
import random

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from losslens.images.preprocessing import digit_tensor

# Without those that a hand may write like a digit: B, D, G, I, O, Q, S, Z, b, g, i, j, l, o, q, s,
# z.
LETTERS = "ACEFHJKLMNPRTUVWXYacdefhkmnprtuvwxy?&@#%+*=$"
_SIDE = 140  # pixels; half the pad's, drawn at the same proportions


def synthetic_ood_digits(seed: int, count: int = 12_000) -> Tensor:
    """(count, 1, 28, 28) in 0..1, through ``digit_tensor``: half letters and signs, half scribbles
    and shapes."""
    chance = random.Random(seed)
    makers = (_letter, _letter, _letter, _scribble, _scribble, _shape)
    return torch.stack(
        [digit_tensor(makers[index % len(makers)](chance)) for index in range(count)]
    )


def _letter(chance: random.Random) -> Image.Image:
    paper = Image.new("L", (_SIDE, _SIDE), 255)
    font = ImageFont.load_default(size=chance.uniform(60, 100))
    ImageDraw.Draw(paper).text(
        (_SIDE / 2, _SIDE / 2),
        chance.choice(LETTERS),
        fill=0,
        font=font,
        anchor="mm",
        stroke_width=chance.randint(0, 3),
    )
    shear, squeeze = chance.uniform(-0.3, 0.3), chance.uniform(0.8, 1.25)
    middle = _SIDE / 2
    slanted = (squeeze, shear, middle * (1 - squeeze - shear), 0, 1, 0)
    paper = paper.transform(
        paper.size, Image.Transform.AFFINE, slanted, Image.Resampling.BILINEAR, fillcolor=255
    )
    return paper.rotate(chance.uniform(-15, 15), Image.Resampling.BILINEAR, fillcolor=255)


def _scribble(chance: random.Random) -> Image.Image:
    """One to three wandering strokes, each a random walk whose direction turns smoothly."""
    points = []
    for _ in range(chance.randint(1, 3)):
        x, y = chance.uniform(30, 110), chance.uniform(30, 110)
        heading, turn = chance.uniform(0, 2 * math.pi), chance.uniform(-0.6, 0.6)
        stroke = []
        for _ in range(chance.randint(12, 60)):
            stroke.append((x, y))
            turn = 0.8 * turn + chance.gauss(0, 0.25)
            heading += turn
            x = min(125.0, max(15.0, x + 8 * math.cos(heading)))
            y = min(125.0, max(15.0, y + 8 * math.sin(heading)))
        points.append(stroke)
    return _drawn(points, chance)


def _shape(chance: random.Random) -> Image.Image:
    """A polygon, a star, a zigzag or a hatching: straight strokes, closed or not."""
    corners = chance.randint(3, 9)
    reach = [chance.uniform(20, 55) for _ in range(corners)]
    order = list(range(corners))
    if chance.random() < 0.5:
        chance.shuffle(order)
    stroke = [
        (
            70 + reach[i] * math.cos(2 * math.pi * i / corners),
            70 + reach[i] * math.sin(2 * math.pi * i / corners),
        )
        for i in [*order, order[0]]
    ]
    return _drawn([stroke], chance)


def _drawn(strokes: list[list[tuple[float, float]]], chance: random.Random) -> Image.Image:
    paper = Image.new("L", (_SIDE, _SIDE), 255)
    pen = ImageDraw.Draw(paper)
    width = chance.randint(7, 13)
    for stroke in strokes:
        pen.line(stroke, fill=0, width=width, joint="curve")
    return paper
