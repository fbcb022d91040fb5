"""Ways in which a picture goes bad, as pure functions of tensors: ``CORRUPTIONS``.

The contract of every function: ``images`` are (N, C, H, W) in 0..1, and so is the result;
``strength`` is at least 0, in the units that each function names, and 0 leaves a picture as it is;
chance comes from the generator alone. The kinds are chosen after ImageNet-C: Hendrycks and
Dietterich 2019, https://arxiv.org/abs/1903.12261

How strong each is at its ``LEVELS`` is part of a task's record: the strengths at which the networks
keep, on the mean, 97, 85 or 60 % of their lead over guessing, on held-out pictures;
``benchmarks/corruption_strengths.py`` finds them. (Of photos upside down they keep 74 %.)
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

Corrupt = Callable[[Tensor, float, Generator], Tensor]

LEVELS = ("mild", "medium", "strong")


def gaussian_noise(images: Tensor, strength: float, generator: Generator) -> Tensor:
    """Normal noise on every value; ``strength`` is its standard deviation."""
    return (images + strength * torch.randn(images.shape, generator=generator)).clamp(0, 1)


def salt_and_pepper(images: Tensor, strength: float, generator: Generator) -> Tensor:
    """A share ``strength`` (0..1) of the pixels turned black or white."""
    count, _, height, width = images.shape
    chance = torch.rand(count, 1, height, width, generator=generator)
    return images.where(chance >= strength, (chance < strength / 2).to(images.dtype))


def blur(images: Tensor, strength: float, _: Generator) -> Tensor:
    """Out of focus; ``strength`` is the standard deviation of the Gaussian in pixels."""
    # Here, since importing torchvision takes a second, and only the report card needs it.
    from torchvision.transforms.v2.functional import gaussian_blur  # noqa: PLC0415

    if strength == 0:
        return images
    reach = min(math.ceil(3 * strength), min(images.shape[2:]) - 1)
    blurred: Tensor = gaussian_blur(images, [2 * reach + 1] * 2, [strength] * 2)
    return blurred.clamp(0, 1)


def motion_blur(images: Tensor, strength: float, generator: Generator) -> Tensor:
    """The camera moved by ``strength`` pixels, in a direction of each picture's own."""
    angle = torch.rand(len(images), generator=generator) * math.pi
    steps = torch.linspace(-strength / 2, strength / 2, math.ceil(strength) + 1)
    moved = [
        _moved(images, angle.cos() * step, angle.sin() * step, padding="border") for step in steps
    ]
    return torch.stack(moved).mean(dim=0)


def pixelate(images: Tensor, strength: float, _: Generator) -> Tensor:
    """Too few pixels: squares of about ``1 + strength`` pixels become one colour."""
    small = [max(1, round(side / (1 + strength))) for side in images.shape[2:]]
    return F.interpolate(
        F.interpolate(images, size=small, mode="area"), size=images.shape[2:], mode="nearest-exact"
    )


def low_contrast(images: Tensor, strength: float, _: Generator) -> Tensor:
    """Faded towards each picture's mean; ``strength`` (0..1) is the share of contrast lost."""
    return torch.lerp(images, images.mean(dim=(1, 2, 3), keepdim=True).expand_as(images), strength)


def overexposed(images: Tensor, strength: float, _: Generator) -> Tensor:
    """Every value raised by ``strength`` (0..1), and cut off at white."""
    return (images + strength).clamp(0, 1)


def rotation(images: Tensor, strength: float, generator: Generator) -> Tensor:
    """Turned by ``strength`` degrees, either way."""
    either = torch.randint(0, 2, (len(images),), generator=generator) * 2 - 1
    angle = either * math.radians(strength)
    zero = torch.zeros(len(images))
    rows = [
        torch.stack([angle.cos(), -angle.sin(), zero], dim=1),
        torch.stack([angle.sin(), angle.cos(), zero], dim=1),
    ]
    return _resampled(images, torch.stack(rows, dim=1), padding="zeros")


def translation(images: Tensor, strength: float, generator: Generator) -> Tensor:
    """Moved by a share ``strength`` of the side, in any direction; what was outside is black."""
    angle = torch.rand(len(images), generator=generator) * (2 * math.pi)
    distance = strength * images.shape[3]
    return _moved(images, angle.cos() * distance, angle.sin() * distance, padding="zeros")


def occlusion(images: Tensor, strength: float, generator: Generator) -> Tensor:
    """A grey square somewhere; ``strength`` (0..1) is its side as a share of the picture's."""
    count, _, height, width = images.shape
    top, left = (
        (torch.rand(count, generator=generator) * side * (1 - strength))[:, None]
        for side in (height, width)
    )
    rows, columns = torch.arange(height) + 0.5, torch.arange(width) + 0.5
    covered_rows = (rows > top) & (rows < top + strength * height)  # (N, H)
    covered_columns = (columns > left) & (columns < left + strength * width)  # (N, W)
    covered = covered_rows[:, None, :, None] & covered_columns[:, None, None, :]
    return images.where(~covered, torch.tensor(0.5))


def _moved(images: Tensor, right: Tensor, down: Tensor, *, padding: str) -> Tensor:
    """Each picture moved by its own number of pixels (N,); ``padding`` as for grid_sample."""
    height, width = images.shape[2:]
    one, zero = torch.ones(len(images)), torch.zeros(len(images))
    rows = [
        torch.stack([one, zero, -right * 2 / width], dim=1),
        torch.stack([zero, one, -down * 2 / height], dim=1),
    ]
    return _resampled(images, torch.stack(rows, dim=1), padding)


def _resampled(images: Tensor, theta: Tensor, padding: str) -> Tensor:
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode=padding, align_corners=False).clamp(0, 1)


CORRUPTIONS: dict[str, Corrupt] = {
    corrupt.__name__: corrupt
    for corrupt in (
        gaussian_noise,
        salt_and_pepper,
        blur,
        motion_blur,
        pixelate,
        low_contrast,
        overexposed,
        rotation,
        translation,
        occlusion,
    )
}
