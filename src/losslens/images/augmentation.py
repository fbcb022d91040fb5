"""Random changes to training pictures, on whole batches; all chance comes from the generator."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

_WARP_POINTS = 5  # control points of the warp along each axis
_INK = 0.4  # from here on a pixel of a digit is part of a stroke


@dataclass(frozen=True)
class AddedStroke:
    """A stroke that some people add to a digit, and that is rare in MNIST."""

    row: float  # of its start, as a share of the digit's height: 0 top, 1 bottom
    angle: tuple[float, float]  # degrees, least and most: 0 to the right, 90 down, 180 to the left
    length: tuple[float, float]  # pixels, least and most
    both_ways: bool = False  # whether it runs to both sides of its start


ADDED_STROKES: dict[int, AddedStroke] = {
    1: AddedStroke(0.0, (115, 155), (5, 10)),  # the flag
    7: AddedStroke(0.5, (165, 195), (3, 5), both_ways=True),  # the bar
    9: AddedStroke(1.0, (165, 205), (3, 7)),  # the hook
}


@dataclass(frozen=True)
class DigitVariation:
    """How much ``augment_digits`` changes: each is the largest change to either side."""

    rotation: float = 10.0  # degrees
    slant: float = 0.2  # shift to the side, as a fraction of the height
    scale: float = 0.12  # fraction, of height and width apart
    shift: float = 1.2  # pixels
    warp: float = 0.7  # pixels: the standard deviation at 5x5 control points
    stroke: float = 0.4  # share of digits drawn thicker or thinner, by up to one pixel a side
    added_stroke: float = 0.15  # share of the digits in ``ADDED_STROKES`` that get theirs


# Nearer to MNIST's own writers, for the end of training.
_LIGHT = DigitVariation(
    rotation=7.0, slant=0.12, scale=0.08, shift=1.0, warp=0.5, stroke=0.2, added_stroke=0.0
)


def augment_digits(
    images: Tensor,
    target: Tensor,
    generator: Generator,
    variation: DigitVariation = DigitVariation(),
) -> Tensor:
    """Digits (N, 1, S, S) in 0..1, as other hands and pens might have written them.

    ``target`` (N,) holds their classes. The result has the same shape and range.
    """
    if variation.added_stroke:
        images = _with_added_strokes(images, target, generator, variation.added_stroke)
    grid = _turned_and_scaled(images, generator, variation)
    if variation.warp:
        grid = grid + _warp(images, generator, variation.warp)
    drawn = _thicker_or_thinner(images, generator, variation.stroke)
    return F.grid_sample(drawn, grid, align_corners=False).clamp_(0, 1)


def augment_digits_lightly(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    """Like ``augment_digits``, about half as much and with no added stroke."""
    return augment_digits(images, target, generator, _LIGHT)


# Live training's exported script shows these functions' source: they may use no other name of here
# but each other's.
def mirrored_and_shifted(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    """Pictures (N, 1, S, S), each mirrored or not, and moved as by ``shifted``."""
    return shifted(mirrored(images, target, generator), target, generator)


def mirrored(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    """Pictures (N, C, H, W), each mirrored or not."""
    turned = torch.rand(len(images), 1, 1, 1, generator=generator) < 0.5
    return torch.where(turned, images.flip(3), images)


# Live training's exported script shows this function's source: it may use no other name of here.
def shifted(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    """Pictures (N, 1, S, S), each moved by up to 2 pixels on both axes; what comes in is black."""
    side = images.shape[-1]
    padded = F.pad(images, (2, 2, 2, 2))
    down, across = torch.randint(0, 5, (2, len(images)), generator=generator)
    windows = padded.unfold(2, side, 1).unfold(3, side, 1)  # (N, 1, 5, 5, S, S), views
    return windows[torch.arange(len(images)), :, down, across]


def _uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def _turned_and_scaled(images: Tensor, generator: Generator, most: DigitVariation) -> Tensor:
    """A sampling grid (N, S, S, 2) that turns, slants, scales and moves each digit its own way."""
    count, side = len(images), images.shape[2]
    angle = _uniform(count, -most.rotation, most.rotation, generator) * (math.pi / 180)
    slant = _uniform(count, -most.slant, most.slant, generator)
    scale_x, scale_y = (1 + _uniform(count, -most.scale, most.scale, generator) for _ in range(2))
    move_x, move_y = (
        _uniform(count, -most.shift, most.shift, generator) * (2 / side) for _ in range(2)
    )
    cos, sin = angle.cos(), angle.sin()
    row_x = torch.stack([cos * scale_x, (slant * cos - sin) * scale_y, move_x], dim=1)
    row_y = torch.stack([sin * scale_x, (slant * sin + cos) * scale_y, move_y], dim=1)
    theta = torch.stack([row_x, row_y], dim=1)
    return F.affine_grid(theta, list(images.shape), align_corners=False)


def _warp(images: Tensor, generator: Generator, pixels: float) -> Tensor:
    """A smooth random displacement (N, S, S, 2), in the units of a sampling grid."""
    side = images.shape[2]
    points = torch.randn(len(images), 2, _WARP_POINTS, _WARP_POINTS, generator=generator)
    control = points * (pixels * 2 / side)
    field = F.interpolate(control, size=(side, side), mode="bicubic", align_corners=False)
    return field.permute(0, 2, 3, 1)


def _thicker_or_thinner(images: Tensor, generator: Generator, share: float) -> Tensor:
    """Blend some digits towards their dilation or erosion by one pixel, as by another pen."""
    count = images.shape[0]
    thick = F.max_pool2d(images, 3, stride=1, padding=1)
    thin = -F.max_pool2d(-images, 2, stride=1, padding=1)[:, :, :-1, :-1]
    chosen = torch.rand(count, 1, 1, 1, generator=generator) < share
    thicker = torch.rand(count, 1, 1, 1, generator=generator) < 0.5
    amount = torch.rand(count, 1, 1, 1, generator=generator)
    towards = torch.where(thicker, thick, thin)
    return torch.where(chosen, torch.lerp(images, towards, amount), images)


def _with_added_strokes(
    images: Tensor, target: Tensor, generator: Generator, share: float
) -> Tensor:
    chosen = torch.rand(len(images), generator=generator) < share
    images = images.clone()
    for digit, stroke in ADDED_STROKES.items():
        some = (chosen & (target == digit)).nonzero().squeeze(1)
        if len(some):
            images[some, 0] = _with_stroke(images[some, 0], stroke, generator)
    return images


def _with_stroke(ink: Tensor, stroke: AddedStroke, generator: Generator) -> Tensor:
    """Digits (M, S, S) with a straight stroke added, as wide as the digit's own."""
    half_width, start_x, start_y = _stroke_start(ink, stroke.row)
    angle = _uniform(len(ink), *stroke.angle, generator) * (math.pi / 180)
    length = _uniform(len(ink), *stroke.length, generator)
    # Each pixel's place relative to the start, and the stroke from there to its end.
    rows = torch.arange(ink.shape[1], dtype=ink.dtype)
    to_x = rows[None, None, :] - start_x[:, None, None]
    to_y = rows[None, :, None] - start_y[:, None, None]
    step_x = (angle.cos() * length)[:, None, None]
    step_y = (angle.sin() * length)[:, None, None]
    # The nearest point of the stroke: 0 at its start, 1 at its end.
    along = (to_x * step_x + to_y * step_y) / (length * length)[:, None, None]
    along = along.clamp(-1.0 if stroke.both_ways else 0.0, 1)
    distance = torch.hypot(to_x - along * step_x, to_y - along * step_y)
    return torch.maximum(ink, (half_width[:, None, None] + 0.5 - distance).clamp(0, 1))


def _stroke_start(ink: Tensor, row: float) -> tuple[Tensor, Tensor, Tensor]:
    """Half the width of each digit's strokes, and x and y at which an added one starts: (M,) each.

    Half a stroke inside the ink, so that the new stroke joins the old one in its middle.
    """
    count, side, _ = ink.shape
    rows = torch.arange(side, dtype=ink.dtype)
    inked = ink.amax(dim=2) > _INK  # (M, S)
    top = torch.where(inked, rows, float(side)).amin(dim=1).clamp_max(side - 1)
    bottom = torch.where(inked, rows, -1.0).amax(dim=1).clamp_min(0)
    half_width = (ink.sum(dim=(1, 2)) / (bottom - top + 1) / 2).clamp(0.8, 2.0)
    highest = top + half_width
    lowest = torch.maximum(highest, bottom - half_width)
    start_y = (top + (bottom - top) * row).clamp(highest, lowest)
    line = ink[torch.arange(count), start_y.round().long().clamp(0, side - 1)]  # (M, S)
    start_x = (line * rows).sum(dim=1) / line.sum(dim=1).clamp_min(1e-6)
    return half_width, start_x, start_y
