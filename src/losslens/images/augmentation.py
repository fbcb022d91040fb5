"""Random changes to training pictures, on whole batches at once. All randomness comes from the generator given."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def _uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


@dataclass(frozen=True)
class Habit:
    """A stroke that some hands add to a digit and MNIST's writers seldom did: where it starts and
    how it runs."""

    row: float  # of its start, as a share of the ink's height: 0 top, 1 bottom
    angle: tuple[float, float]  # degrees, least and most: 0 to the right, 90 down, 180 to the left
    length: tuple[float, float]  # pixels, least and most
    both_ways: bool = False  # runs to both sides of its start


HABITS: dict[int, tuple[Habit, ...]] = {
    1: (Habit(0.0, (115, 155), (5, 10)),),  # the flag
    7: (Habit(0.5, (165, 195), (3, 5), both_ways=True),),  # the bar
    9: (Habit(1.0, (165, 205), (3, 7)),),  # the hook
}


def augment_digits(
    images: Tensor,
    target: Tensor,
    generator: Generator,
    *,
    rotation: float = 10.0,
    slant: float = 0.2,
    scale: float = 0.12,
    shift: float = 1.2,
    warp: float = 0.7,
    stroke: float = 0.4,
    habit: float = 0.15,
) -> Tensor:
    """Digits (N, 1, 28, 28) in 0..1 of the classes ``target`` (N,), as other hands and pens might
    have written them.

    ``rotation`` is in degrees, ``shift`` and ``warp`` in pixels, ``slant`` and ``scale`` are
    fractions; each is the largest change to either side (``warp``: the standard deviation at 5x5
    control points). ``stroke`` is the share of digits whose stroke is thickened or thinned by up to
    one pixel a side; ``habit`` the share of those in ``HABITS`` that get the added stroke.
    """
    if habit:
        images = _add_habits(images, target, generator, habit)
    count, _, height, _ = images.shape
    angle = _uniform(count, -rotation, rotation, generator) * (math.pi / 180)
    shear = _uniform(count, -slant, slant, generator)
    stretch_x, stretch_y = (1 + _uniform(count, -scale, scale, generator) for _ in range(2))
    move_x, move_y = (_uniform(count, -shift, shift, generator) * (2 / height) for _ in range(2))
    cos, sin = angle.cos(), angle.sin()
    row_x = torch.stack([cos * stretch_x, (shear * cos - sin) * stretch_y, move_x], dim=1)
    row_y = torch.stack([sin * stretch_x, (shear * sin + cos) * stretch_y, move_y], dim=1)
    grid = F.affine_grid(
        torch.stack([row_x, row_y], dim=1), list(images.shape), align_corners=False
    )
    if warp:
        control = torch.randn(count, 2, 5, 5, generator=generator) * (warp * 2 / height)
        field = F.interpolate(control, size=(height, height), mode="bicubic", align_corners=False)
        grid = grid + field.permute(0, 2, 3, 1)
    varied = F.grid_sample(_augment_stroke(images, generator, stroke), grid, align_corners=False)
    return varied.clamp_(0, 1)


def augment_digits_lightly(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    """Likewise, about half as much and with no added stroke: nearer to MNIST's own writers, for the
    end of training."""
    return augment_digits(
        images,
        target,
        generator,
        rotation=7.0,
        slant=0.12,
        scale=0.08,
        shift=1.0,
        warp=0.5,
        stroke=0.2,
        habit=0.0,
    )


def _augment_stroke(images: Tensor, generator: Generator, share: float) -> Tensor:
    """Blend some digits towards their dilation or erosion by one pixel: thicker and thinner
    pens."""
    count = images.shape[0]
    thick = F.max_pool2d(images, 3, stride=1, padding=1)
    thin = -F.max_pool2d(-images, 2, stride=1, padding=1)[:, :, :-1, :-1]
    chosen = torch.rand(count, 1, 1, 1, generator=generator) < share
    thicker = torch.rand(count, 1, 1, 1, generator=generator) < 0.5
    amount = torch.rand(count, 1, 1, 1, generator=generator)
    towards = torch.where(thicker, thick, thin)
    return torch.where(chosen, torch.lerp(images, towards, amount), images)


def _add_habits(images: Tensor, target: Tensor, generator: Generator, share: float) -> Tensor:
    chosen = torch.rand(len(images), generator=generator) < share
    images = images.clone()
    for digit, habits in HABITS.items():
        some = (chosen & (target == digit)).nonzero().squeeze(1)
        for habit in habits:
            images[some, 0] = _with_stroke(images[some, 0], habit, generator)
    return images


def _with_stroke(ink: Tensor, habit: Habit, generator: Generator) -> Tensor:
    """Pictures (M, 28, 28) with a straight stroke added, as wide as the digit's own pen."""
    count, side, _ = ink.shape
    if count == 0:
        return ink
    inked_rows = ink.amax(dim=2) > 0.4  # (M, side)
    rows = torch.arange(side, dtype=ink.dtype)
    top = torch.where(inked_rows, rows, float(side)).amin(dim=1).clamp_max(side - 1)
    bottom = torch.where(inked_rows, rows, -1.0).amax(dim=1).clamp_min(0)
    # Half a stroke inside the ink, so that the new stroke joins the old one in its middle.
    half_width = (ink.sum(dim=(1, 2)) / (bottom - top + 1) / 2).clamp(0.8, 2.0)
    start_y = (top + (bottom - top) * habit.row).clamp(
        top + half_width, torch.maximum(top + half_width, bottom - half_width)
    )
    line = ink[torch.arange(count), start_y.round().long().clamp(0, side - 1)]  # (M, side)
    start_x = (line * rows).sum(dim=1) / line.sum(dim=1).clamp_min(1e-6)
    angle = _uniform(count, *habit.angle, generator) * (math.pi / 180)
    length = _uniform(count, *habit.length, generator)
    step_x, step_y = angle.cos() * length, angle.sin() * length
    back = 1.0 if habit.both_ways else 0.0
    # Distance of each pixel to the segment from start - back * step to start + step.
    to_x = rows[None, None, :] - start_x[:, None, None]
    to_y = rows[None, :, None] - start_y[:, None, None]
    along = (to_x * step_x[:, None, None] + to_y * step_y[:, None, None]) / (length * length)[
        :, None, None
    ]
    along = along.clamp(-back, 1)
    distance = torch.hypot(
        to_x - along * step_x[:, None, None], to_y - along * step_y[:, None, None]
    )
    return torch.maximum(ink, (half_width[:, None, None] + 0.5 - distance).clamp(0, 1))


def augment_photos(
    images: Tensor,
    target: Tensor,
    generator: Generator,
    *,
    side: int = 192,
    least: float = 0.35,
    stretch: float = 4 / 3,
    rotation: float = 8.0,
    colour: float = 0.3,
) -> Tensor:
    """Photos (N, 3, H, W) in 0..1, as other cameras might have taken them: (N, 3, side, side).

    A crop of ``least`` to all of the area, its proportions stretched up to ``stretch`` times either
    way (so that it does not matter whether a photo was squeezed to a square), turned by up to
    ``rotation`` degrees, mirrored or not; brightness, contrast and saturation changed by up to the
    fraction ``colour``.
    """
    count = len(images)
    area = _uniform(count, least, 1.0, generator).sqrt()
    ratio = _uniform(count, -math.log(stretch), math.log(stretch), generator).mul(0.5).exp()
    width, height = (area * ratio).clamp_max(1), (area / ratio).clamp_max(1)
    mirrored = (torch.rand(count, generator=generator) < 0.5).float() * -2 + 1
    move_x, move_y = (
        (1 - part) * _uniform(count, -1.0, 1.0, generator) for part in (width, height)
    )
    angle = _uniform(count, -rotation, rotation, generator) * (math.pi / 180)
    row_x = torch.stack([angle.cos() * width * mirrored, -angle.sin() * height, move_x], dim=1)
    row_y = torch.stack([angle.sin() * width * mirrored, angle.cos() * height, move_y], dim=1)
    grid = F.affine_grid(
        torch.stack([row_x, row_y], dim=1),
        [count, images.shape[1], side, side],
        align_corners=False,
    )
    varied = F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)
    return _augment_colour(varied, generator, colour).clamp_(0, 1)


def _augment_colour(photos: Tensor, generator: Generator, amount: float) -> Tensor:
    brightness, contrast, saturation = (
        (1 + _uniform(len(photos), -amount, amount, generator))[:, None, None, None]
        for _ in range(3)
    )
    photos = photos * brightness
    photos = torch.lerp(photos.mean(dim=(1, 2, 3), keepdim=True), photos, contrast)
    return torch.lerp(photos.mean(dim=1, keepdim=True), photos, saturation)


def shifted(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    """Digits (N, 1, 28, 28), each moved by up to 2 pixels along both axes; black comes in at the
    edges."""
    padded = F.pad(images, (2, 2, 2, 2))
    down, across = torch.randint(0, 5, (2, len(images)), generator=generator)
    windows = padded.unfold(2, 28, 1).unfold(3, 28, 1)  # (N, 1, 5, 5, 28, 28), views
    return windows[torch.arange(len(images)), :, down, across]
