"""TODO tasks.base."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from losslens.data.dataset import Splits, Augment


@dataclass(frozen=True)
class Backbone:
    """What the networks of all losses of a task stand on: weights learnt elsewhere, adapted to the task once."""

    build: Callable[[], nn.Module]  # pictures (N, C, H, W) to what the task's networks take
    with_network: Callable[[], nn.Sequential]  # backbone and one network on it, with the weights learnt elsewhere
    epochs: int  # of adapting, under cross-entropy
    learning_rate: float
    batch_size: int
    views: int  # of each training picture, varied, that the losses' networks learn from


@dataclass(frozen=True)
class FineTuning:
    """A shorter second run from where the first ended, on pictures varied less: nearer to those that will be answered.

    He et al. 2019, https://arxiv.org/abs/1909.09148. On 5,000 held-out digits it took brier from 37 errors to 23 and
    cross_entropy from 32 to 27; as many more epochs of the first kind left 33 and 30.
    """

    augment: Augment
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
    augment: Augment  # augmentation of a training batch
    epochs: int  # of the shipped checkpoints
    learning_rate: float
    explain: Callable[[nn.Module, Tensor], NDArray[np.float32]]  # a network and what it was given -> (H, W), in logits
    synthetic_ood: Callable[[int], Tensor]  # seed -> made pictures (N, C, H, W) that are none of the classes
    is_blank: Callable[[Tensor], bool]  # whether there is nothing to answer
    shareable: bool  # whether pictures of the test data may be handed on and shown
    fine_tuning: FineTuning | None = None  # how each network's training ends, where not with its first run
    backbone: Backbone | None = None  # what the losses' networks stand on, where they share anything

    def blank(self) -> Tensor:
        """An input with nothing on it."""
        return torch.zeros(self.shape)
