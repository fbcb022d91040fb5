"""Outlier exposure: a network learns a task's classes and one more, "none of these".

Thulasidasan et al. 2021, https://arxiv.org/abs/2105.07107
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from tqdm import tqdm

from losslens.data.dataset import Augment, Dataset

_STEPS = 2_400  # of the first member; each that follows takes as many more
_BATCH = 256  # half of the classes, half of others
_LEARNING_RATE = 3e-3
_SOFT = 0.3  # share of the pictures that are made softer, as by another scanner


def fit_exposed(
    members: Iterable[nn.Module], known: Dataset, others: Tensor, augment: Augment
) -> None:
    """Train networks on pictures of the classes and on others (N, C, H, W), uint8.

    Their last class is that of the others. All are augmented. The same for the same first weights.
    """
    unknown = Dataset(others, torch.full((len(others),), -1))
    for number, member in enumerate(members, start=1):
        _fit(member, (known, unknown), augment, number * _STEPS)


def _fit(network: nn.Module, both: tuple[Dataset, Dataset], augment: Augment, steps: int) -> None:
    generator = Generator().manual_seed(0)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _LEARNING_RATE, total_steps=steps)
    network.train()
    for _ in tqdm(range(steps), desc="outlier exposure", unit="step", leave=False):
        parts = [_drawn(each, generator) for each in both]
        images, target = (torch.cat(part) for part in zip(*parts, strict=True))
        images = _softer(augment(images, target, generator), generator)
        logits = network(images.contiguous(memory_format=torch.channels_last))
        optimizer.zero_grad()
        F.cross_entropy(logits, target.where(target >= 0, logits.shape[1] - 1)).backward()
        optimizer.step()
        schedule.step()
    network.eval()


def _drawn(dataset: Dataset, generator: Generator) -> tuple[Tensor, Tensor]:
    return dataset.batch(torch.randint(len(dataset), (_BATCH // 2,), generator=generator))


def _softer(images: Tensor, generator: Generator) -> Tensor:
    """Some of the pictures blended towards the mean of each pixel's neighbourhood."""
    chosen, amount = torch.rand(2, len(images), 1, 1, 1, generator=generator)
    blurred = F.avg_pool2d(images, 3, stride=1, padding=1)
    return torch.where(chosen < _SOFT, torch.lerp(images, blurred, amount), images)
