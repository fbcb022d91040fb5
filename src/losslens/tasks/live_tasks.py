"""What can be trained live: data that ships with the package, a network that learns in seconds, its learning rates."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from losslens.data.bundled import mini_mnist, mini_pets
from losslens.data.dataset import Dataset, Augment
from losslens.images.augmentation import shifted
from losslens.networks.digit_net import SmallDigitNet
from losslens.networks.pet_net import SmallPetNet

EXAMPLES = 4_000  # to learn from; the other 1,000 are held out, the same in every run
SPLIT_SEED = 7


@dataclass(frozen=True)
class LiveTask:
    """One of the tasks; ``key`` is that of ``tasks.TASKS``, which knows its labels."""

    key: str
    load: Callable[[], tuple[Dataset, Dataset]]  # (to learn from, held out)
    network: type[nn.Sequential]
    shape: tuple[int, int, int]  # (C, H, W) of the network's input
    augment: Augment | None  # augmentation of a training batch
    picture: Callable[[Tensor], Tensor]  # what the app keeps of a visitor's picture -> the network's input (C, H, W)
    learning_rates: dict[str, dict[str, float]]  # of each optimizer and loss; chosen on 800 of the examples to learn from


def _digits() -> tuple[Dataset, Dataset]:
    mini = mini_mnist()
    order = torch.randperm(len(mini), generator=Generator().manual_seed(SPLIT_SEED))
    return mini.pick(order[-EXAMPLES:]), mini.pick(order[:-EXAMPLES])


def _pets() -> tuple[Dataset, Dataset]:
    mini = mini_pets()
    order = torch.arange(len(mini))
    return mini.pick(order[-EXAMPLES:]), mini.pick(order[:-EXAMPLES])


def _rates(usual: float, **others: float) -> dict[str, float]:
    losses = ("cross_entropy", "kl_div", "mse", "brier", "bce", "focal", "margin", "gce")
    return {loss: others.get(loss, usual) for loss in losses}


LIVE_TASKS: dict[str, LiveTask] = {
    task.key: task
    for task in (
        LiveTask(
            key="digits",
            load=_digits,
            network=SmallDigitNet,
            shape=(1, 28, 28),
            augment=shifted,
            picture=lambda digit: digit,
            learning_rates={"adamw": _rates(0.01), "sgd": _rates(0.05, mse=0.005)},
        ),
        LiveTask(
            key="pets",
            load=_pets,
            network=SmallPetNet,
            shape=(320, 1, 1),
            augment=None,
            picture=lambda features: features.mean(dim=(1, 2), keepdim=True),
            learning_rates={"adamw": _rates(0.003), "sgd": _rates(0.02)},
        ),
    )
}
