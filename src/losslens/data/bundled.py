"""What ships with the package: real digits, features of photos, and sample photos to click."""

from functools import cache
from pathlib import Path

import numpy as np
import torch

from losslens.data.dataset import Dataset

MINI = Path(__file__).parent / "mini"  # digits, and features of photos
SAMPLE_PHOTOS = tuple(
    Path(__file__).parent / "samples" / f"{name}.jpg"
    for name in ("cat", "shepherd", "kitten", "husky", "sheep", "coffee")
)


@cache
def mini_mnist() -> Dataset:
    """5,000 real MNIST training digits, 500 a class, shipped with the package (CC BY-SA 3.0, see
    mini/LICENSE)."""
    with np.load(MINI / "mnist_5k.npz") as archive:
        return Dataset(
            torch.from_numpy(archive["images"])[:, None], torch.from_numpy(archive["target"]).long()
        )


@cache
def mini_pets() -> Dataset:
    """The shipped backbone's features of 5,000 photos, each the mean over all places: (5000, 320,
    1, 1) in half precision.

    The first 1,000 are of photos that the backbone never learnt from. See mini/LICENSE.
    """
    with np.load(MINI / "pets_5k.npz") as archive:
        return Dataset(
            torch.from_numpy(archive["features"])[:, :, None, None],
            torch.from_numpy(archive["target"]).long(),
        )
