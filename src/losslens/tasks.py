"""The tasks. A task carries all that its weights need: labels, network, preprocessing and data."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from losslens.augmentation import vary_digits
from losslens.data import Splits, Vary, mnist
from losslens.networks import DigitNet
from losslens.pictures import digit_tensor


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

    def blank(self) -> Tensor:
        """An input with nothing on it."""
        return torch.zeros(self.shape)


TASKS: dict[str, Task] = {
    task.key: task
    for task in (
        Task(
            key="digits",
            labels=tuple("0123456789"),
            shape=(1, 28, 28),
            network=DigitNet,
            to_tensor=digit_tensor,
            load=mnist,
            vary=vary_digits,
            epochs=12,
            learning_rate=4e-3,
        ),
    )
}
