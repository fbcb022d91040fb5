"""The tasks. A task carries all that its weights need: labels, network, preprocessing and data."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from losslens.augmentation import vary_digits, vary_digits_lightly, vary_photos
from losslens.data import PETS, Splits, Vary, mnist, pets
from losslens.networks import DigitNet, PetNet, PetTrunk, pets_from_imagenet
from losslens.photo_strangers import made_photo_strangers
from losslens.pictures import DIGIT_SIDE, PHOTO_SIDE, digit_tensor, is_blank, photo_tensor
from losslens.reasons import class_activation, integrated_gradients
from losslens.strangers import made_strangers


@dataclass(frozen=True)
class Trunk:
    """What the networks of all losses of a task stand on: weights learnt elsewhere, adapted to the task once."""

    build: Callable[[], nn.Module]  # pictures (N, C, H, W) to what the task's networks take
    with_network: Callable[[], nn.Sequential]  # trunk and one network on it, with the weights learnt elsewhere
    epochs: int  # of adapting, under cross-entropy
    learning_rate: float
    batch_size: int
    views: int  # of each training picture, varied, that the losses' networks learn from


@dataclass(frozen=True)
class Refinement:
    """A shorter second run from where the first ended, on pictures varied less: nearer to those that will be answered.

    He et al. 2019, https://arxiv.org/abs/1909.09148. On 5,000 held-out digits it took brier from 37 errors to 23 and
    cross_entropy from 32 to 27; as many more epochs of the first kind left 33 and 30.
    """

    vary: Vary
    epochs: float  # as a share of the first run's
    learning_rate: float  # likewise


@dataclass(frozen=True)
class Task:
    """One classification task; ``key`` is also the folder in models/."""

    key: str
    labels: tuple[str, ...]
    shape: tuple[int, int, int]  # (C, H, W) of the network's input
    network: Callable[[], nn.Module]  # built on call, never at import
    to_tensor: Callable[[Image.Image], Tensor]  # a person's picture -> (C, H, W) in 0..1
    load: Callable[[str | Path], Splits]  # from a data folder
    vary: Vary  # augmentation of a training batch
    epochs: int  # of the shipped checkpoints
    learning_rate: float
    explain: Callable[[nn.Module, Tensor], NDArray[np.float32]]  # a network and what it was given -> (H, W), in logits
    strangers: Callable[[int], Tensor]  # seed -> made pictures (N, C, H, W) that are none of the classes
    is_blank: Callable[[Tensor], bool]  # whether there is nothing to answer
    free_pictures: bool  # whether pictures of the test data may be handed on and shown
    refinement: Refinement | None = None  # how each network's training ends, where not with its first run
    trunk: Trunk | None = None  # what the losses' networks stand on, where they share anything

    def blank(self) -> Tensor:
        """An input with nothing on it."""
        return torch.zeros(self.shape)


TASKS: dict[str, Task] = {
    task.key: task
    for task in (
        Task(
            key="digits",
            labels=tuple("0123456789"),
            shape=(1, DIGIT_SIDE, DIGIT_SIDE),
            network=DigitNet,
            to_tensor=digit_tensor,
            load=mnist,
            vary=vary_digits,
            epochs=12,
            learning_rate=4e-3,
            explain=integrated_gradients,
            strangers=made_strangers,
            is_blank=is_blank,
            free_pictures=True,
            refinement=Refinement(vary_digits_lightly, epochs=0.25, learning_rate=0.25),
        ),
        Task(
            key="pets",
            labels=PETS,
            shape=(3, PHOTO_SIDE, PHOTO_SIDE),
            network=PetNet,
            to_tensor=photo_tensor,
            load=pets,
            vary=vary_photos,
            epochs=2,
            learning_rate=1e-3,
            explain=class_activation,
            strangers=made_photo_strangers,
            is_blank=lambda _: False,
            free_pictures=False,
            trunk=Trunk(PetTrunk, pets_from_imagenet, epochs=5, learning_rate=5e-4, batch_size=64, views=4),
        ),
    )
}
