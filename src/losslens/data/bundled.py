"""What ships with the package: digits, clothes, features of photos, and sample photos to click."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from losslens.data.dataset import Dataset

MINI = Path(__file__).parent / "mini"  # digits, clothes, and features of photos
MINI_DIGITS = MINI / "mnist_5k.npz"
MINI_FASHION = MINI / "fashion_5k.npz"
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
    return _pictures(MINI_DIGITS)


@cache
def mini_fashion() -> Dataset:
    """5,000 Fashion-MNIST training pictures, as many of each class.

    The first 1,000 are of those held out of the training of the shipped networks. MIT licence, see
    mini/LICENSE.
    """
    return _pictures(MINI_FASHION)


def _pictures(path: Path) -> Dataset:
    """Grey pictures (N, 1, H, W) and their classes."""
    with np.load(path) as archive:
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
def sample_digit_classes() -> dict[str, int]:
    """What each of the sample digits is, 0 to 9, by its key."""
    with np.load(SAMPLE_DIGITS) as archive:
        return dict(zip(archive["keys"].tolist(), archive["target"].tolist(), strict=True))


@cache
def mini_pets() -> Dataset:
    """Features (N, 320, 1, 1) of 5,000 photos of pets, as ``pet_components`` makes them of the
    shipped backbone's, in half precision.

    The first 1,000 are of photos that no network learnt from. See mini/LICENSE.
    """
    with np.load(MINI_PETS) as archive:
        features = torch.from_numpy(archive["features"])[:, :, None, None]
        return Dataset(features, torch.from_numpy(archive["target"]).long())


def pet_components(channels: Tensor) -> Tensor:
    """The first 320 principal components (320,) of a photo's features (1280,), averaged over all
    places."""
    mean, components = _pet_components()
    return components @ (channels - mean)


@cache
def _pet_components() -> tuple[Tensor, Tensor]:
    with np.load(MINI_PETS) as archive:
        mean, components = (torch.from_numpy(archive[name]) for name in ("mean", "components"))
    return mean.float(), components.float()
