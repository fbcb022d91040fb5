"""What ships with the package: real digits, features of photos, and sample photos to click."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from losslens.data.dataset import Dataset

MINI = Path(__file__).parent / "mini"  # digits, and features of photos
MINI_DIGITS = MINI / "mnist_5k.npz"
MINI_PETS = MINI / "pets_5k.npz"
SAMPLE_DIGITS = MINI / "sample_digits.npz"
SAMPLE_PHOTOS = tuple(
    Path(__file__).parent / "samples" / f"{name}.jpg"
    for name in ("cat", "shepherd", "kitten", "husky", "sheep", "coffee")
)


@cache
def mini_mnist() -> Dataset:
    """5,000 MNIST training digits, as many of each class.

    CC BY-SA 3.0, see mini/LICENSE.
    """
    with np.load(MINI_DIGITS) as archive:
        images = torch.from_numpy(archive["images"])[:, None]
        return Dataset(images, torch.from_numpy(archive["target"]).long())


@cache
def sample_digits() -> dict[str, NDArray[np.uint8]]:
    """MNIST digits (28, 28) to click, ink bright, that the shipped networks never learnt from.

    One of each class, by its label, and some that the networks dispute, by their answers, such as
    "4/9". scripts/sample_digits.py chooses them.
    """
    with np.load(SAMPLE_DIGITS) as archive:
        return dict(zip(archive["keys"].tolist(), archive["images"], strict=True))


@cache
def mini_pets() -> Dataset:
    """The shipped backbone's features (N, 320, 1, 1) of 5,000 photos of pets, in half precision.

    Each is the mean over all places of a photo. The first 1,000 are of photos that the backbone
    never learnt from. See mini/LICENSE.
    """
    with np.load(MINI_PETS) as archive:
        features = torch.from_numpy(archive["features"])[:, :, None, None]
        return Dataset(features, torch.from_numpy(archive["target"]).long())
