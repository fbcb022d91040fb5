"""Saliency maps as a style sheet: it lays each loss's map into its card.

The last maps stay in sight until the next have come.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from losslens.tasks import Task
from losslens.ui.data_urls import jpeg_url, png_url
from losslens.ui.html import Markup, render

Maps = dict[str, NDArray[np.float32]]  # by loss: (H, W), in logits

_FOR, _AGAINST = (214, 40, 57), (38, 96, 201)  # RGB: red and blue
_GAMMA = 0.6  # below 1, so that weak places show too
_INK = 60  # how dark the drawing is under its map, of 255
_OPAQUE = 160  # the strongest place of a map on a photo, of 255


def input_style(task: Task, maps: Maps, picture: Tensor | None) -> Markup:
    """The maps over the faint picture (C, H, W) in 0..1 that the networks see; over plain paper
    without one."""
    ink = None if picture is None else picture.mean(dim=0).numpy()
    images = {loss: png_url(_over_ink(share, ink)) for loss, share in maps.items()}
    return render("answers/saliency.html", task=task.key, maps=images, photo="")


def photo_style(task: Task, maps: Maps, seen: Tensor) -> Markup:
    """The maps laid over what the networks see of a photo (C, H, W) in 0..1, which is sent once."""
    pixels = (seen.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    photo = Image.fromarray(pixels)
    return render(
        "answers/saliency.html",
        task=task.key,
        maps={loss: png_url(_veil(share, photo.size)) for loss, share in maps.items()},
        photo=jpeg_url(photo),
        ratio=f"{photo.width} / {photo.height}",
    )


def _strength(share: NDArray[np.float32]) -> NDArray[np.float64]:
    strongest = max(float(np.abs(share).max()), 1e-9)
    return np.clip(np.abs(share) / strongest, 0, 1)[..., None] ** _GAMMA


def _tint(share: NDArray[np.float32]) -> NDArray[np.int64]:
    """Red where a place spoke for the answer, blue where against."""
    return np.where(share[..., None] > 0, np.array(_FOR), np.array(_AGAINST))


def _over_ink(share: NDArray[np.float32], ink: NDArray[np.float32] | None) -> NDArray[np.uint8]:
    """The tint over the drawing (H, W); RGB, enlarged in the browser."""
    amount = _strength(share)
    drawn = np.zeros_like(share) if ink is None else ink
    paper = 255 - _INK * drawn[..., None].repeat(3, axis=2)
    return (paper * (1 - amount) + _tint(share) * amount).round().astype(np.uint8)


def _veil(share: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The tint alone, clearer the larger the share; RGBA.

    It is smoothed to a quarter of ``size`` (width, height).
    """
    quarter = (size[0] // 4 or 1, size[1] // 4 or 1)
    smooth = np.asarray(Image.fromarray(share).resize(quarter, Image.Resampling.BICUBIC))
    veil = np.concatenate([_tint(smooth), _OPAQUE * _strength(smooth) ** 2], axis=2)
    return veil.round().astype(np.uint8)
