"""Random changes to training pictures, on whole batches at once. All randomness comes from the generator given."""

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def _uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def vary_digits(
    images: Tensor,
    generator: Generator,
    *,
    rotation: float = 10.0,
    slant: float = 0.2,
    scale: float = 0.12,
    shift: float = 1.2,
    warp: float = 0.7,
    stroke: float = 0.4,
) -> Tensor:
    """Digits (N, 1, 28, 28) in 0..1, turned, slanted, scaled, shifted, warped, and written with another pen.

    ``rotation`` is in degrees, ``shift`` and ``warp`` in pixels, ``slant`` and ``scale`` are fractions; each is the
    largest change to either side (``warp``: the standard deviation at 5x5 control points). ``stroke`` is the share of
    digits whose stroke is thickened or thinned by up to one pixel a side.
    """
    count, _, height, _ = images.shape
    angle = _uniform(count, -rotation, rotation, generator) * (math.pi / 180)
    shear = _uniform(count, -slant, slant, generator)
    stretch_x, stretch_y = (1 + _uniform(count, -scale, scale, generator) for _ in range(2))
    move_x, move_y = (_uniform(count, -shift, shift, generator) * (2 / height) for _ in range(2))
    cos, sin = angle.cos(), angle.sin()
    row_x = torch.stack([cos * stretch_x, (shear * cos - sin) * stretch_y, move_x], dim=1)
    row_y = torch.stack([sin * stretch_x, (shear * sin + cos) * stretch_y, move_y], dim=1)
    grid = F.affine_grid(torch.stack([row_x, row_y], dim=1), list(images.shape), align_corners=False)
    if warp:
        control = torch.randn(count, 2, 5, 5, generator=generator) * (warp * 2 / height)
        field = F.interpolate(control, size=(height, height), mode="bicubic", align_corners=False)
        grid = grid + field.permute(0, 2, 3, 1)
    varied = F.grid_sample(_vary_stroke(images, generator, stroke), grid, align_corners=False)
    return varied.clamp_(0, 1)


def _vary_stroke(images: Tensor, generator: Generator, share: float) -> Tensor:
    """Blend some digits towards their dilation or erosion by one pixel: thicker and thinner pens."""
    count = images.shape[0]
    thick = F.max_pool2d(images, 3, stride=1, padding=1)
    thin = -F.max_pool2d(-images, 2, stride=1, padding=1)[:, :, :-1, :-1]
    chosen = torch.rand(count, 1, 1, 1, generator=generator) < share
    thicker = torch.rand(count, 1, 1, 1, generator=generator) < 0.5
    amount = torch.rand(count, 1, 1, 1, generator=generator)
    towards = torch.where(thicker, thick, thin)
    return torch.where(chosen, torch.lerp(images, towards, amount), images)
