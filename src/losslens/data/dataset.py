"""TODO data.dataset."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

HELD_OUT_SEED = 20_240_501  # one split for ever: every seed and every loss is chosen and calibrated on the same examples

Augment = Callable[[Tensor, Tensor, Generator], Tensor]  # images, target, generator -> images


@dataclass(frozen=True)
class Dataset:
    """Pictures and their classes: ``images`` uint8 (N, C, H, W) in 0..255, ``target`` int64 (N,).

    Or a backbone's features of pictures, in half precision.
    """

    images: Tensor
    target: Tensor

    def __len__(self) -> int:
        return len(self.target)

    def pick(self, indices: Tensor) -> "Dataset":
        """The examples at ``indices`` (M,), in that order."""
        return Dataset(self.images[indices], self.target[indices])

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """``(images, target)`` at ``indices`` (M,): images float32 in 0..1 (features as they are),
        target int64."""
        images = self.images[indices]
        return images.float() / 255 if images.dtype == torch.uint8 else images.float(), self.target[
            indices
        ]

    def sha256(self) -> str:
        """A fingerprint of pictures and classes, for the checkpoint's card."""
        digest = hashlib.sha256(self.images.numpy().tobytes())
        digest.update(self.target.numpy().tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Splits:
    """``train`` to learn from, ``held_out`` of it to choose and calibrate by, ``test`` for final
    figures alone."""

    train: Dataset
    held_out: Dataset
    test: Dataset


def split_indices(count: int, held_out: int) -> tuple[Tensor, Tensor]:
    """``(kept, held out)``: a fixed random split of ``count`` examples, the same on every
    machine."""
    order = torch.from_numpy(np.random.default_rng(HELD_OUT_SEED).permutation(count))
    return order[held_out:].sort().values, order[:held_out].sort().values


def with_label_noise(dataset: Dataset, share: float, classes: int, seed: int) -> Dataset:
    """The dataset with ``share`` (0..1) of its labels replaced by another class, each other class
    equally likely."""
    # Not torch's generator: the same seed orders a run's batches, and would put the wrong labels
    # first in its first epoch.
    chance = np.random.default_rng(seed)
    chosen = torch.from_numpy(chance.permutation(len(dataset))[: round(share * len(dataset))])
    target = dataset.target.clone()
    target[chosen] = (
        target[chosen] + torch.from_numpy(chance.integers(1, classes, len(chosen)))
    ) % classes
    return Dataset(dataset.images, target)
