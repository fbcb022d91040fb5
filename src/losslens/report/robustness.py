"""How the networks bear bad pictures: their accuracy under ten corruptions at three strengths."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator

from losslens.data.dataset import Dataset
from losslens.evaluation.significance import Difference, compare
from losslens.images.corruptions import CORRUPTIONS, LEVELS, Corruption
from losslens.losses import LOSSES
from losslens.report.predictions import Networks

EXAMPLES = {
    "digits": 2_000,
    "pets": 600,
}  # of the test data, the first of a fixed random order: half a minute to ten
_BATCH = 250
_SEED = 0
_ORDER_SEED = 1

Right = dict[str, NDArray[np.int64]]  # for each loss (N,), 0 or 1


@dataclass(frozen=True)
class Corrupted:
    """What was measured on ``examples`` test pictures, the same for every loss."""

    examples: int
    clean: dict[str, float]  # accuracy of each loss on the pictures as they are, 0..1
    accuracy: dict[str, dict[str, list[float]]]  # for each corruption and loss, at the three levels
    behind: dict[
        str, list[list[str]]
    ]  # for each corruption and level, the losses that are really worse than the best
    mean: dict[str, float]  # over all thirty
    differences: list[
        Difference
    ]  # of how many of the thirty each network reads, picture by picture; positions as in LOSSES


def measure(
    task: str, networks: Networks, test: Dataset, advance: Callable[[], None] = lambda: None
) -> Corrupted:
    """All of it; ``advance`` is called after each of the thirty."""
    order = torch.randperm(len(test), generator=Generator().manual_seed(_ORDER_SEED))
    pictures = test.pick(order[: EXAMPLES[task]])
    right: dict[str, list[Right]] = {key: [] for key in CORRUPTIONS}
    for key, corruption in CORRUPTIONS.items():
        for strength in corruption.strengths[task]:
            right[key].append(right_under(networks, corrupted(pictures, corruption, strength)))
            advance()
    read = {
        loss: np.sum([level[loss] for levels in right.values() for level in levels], axis=0)
        for loss in LOSSES
    }
    return Corrupted(
        examples=len(pictures),
        clean={loss: float(each.mean()) for loss, each in right_under(networks, pictures).items()},
        accuracy={
            key: {loss: [float(level[loss].mean()) for level in levels] for loss in LOSSES}
            for key, levels in right.items()
        },
        behind={key: [_behind(level) for level in levels] for key, levels in right.items()},
        mean={
            loss: float(np.mean(read[loss])) / (len(CORRUPTIONS) * len(LEVELS)) for loss in LOSSES
        },
        differences=compare([read[loss] for loss in LOSSES]),
    )


def corrupted(pictures: Dataset, corruption: Corruption, strength: float) -> Dataset:
    """The pictures gone bad, as bytes again: the same on every machine, whatever network they are
    for."""
    generator, bad = Generator().manual_seed(_SEED), torch.empty_like(pictures.images)
    for indices in torch.arange(len(pictures)).split(_BATCH):
        images, _ = pictures.batch(indices)
        bad[indices] = (corruption.fn(images, strength, generator) * 255).round().to(torch.uint8)
    return Dataset(bad, pictures.target)


def right_under(networks: Networks, pictures: Dataset) -> Right:
    """Which pictures each loss's network reads rightly."""
    return {
        loss: (logits.argmax(dim=1) == pictures.target).long().numpy()
        for loss, logits in networks.outputs(pictures).items()
    }


def _behind(right: Right) -> list[str]:
    """The losses that are really worse than the best of them."""
    losses = list(right)
    best = max(range(len(losses)), key=lambda index: right[losses[index]].sum())
    pairs = [
        pair
        for pair in compare([right[loss] for loss in losses])
        if best in (pair.first, pair.second) and not pair.tie
    ]
    return [losses[pair.second if pair.first == best else pair.first] for pair in pairs]
