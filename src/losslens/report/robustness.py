"""How the networks bear corrupted pictures: their accuracy under each corruption of the task."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator

from losslens.checkpoints.ensemble import Ensemble
from losslens.data.dataset import Dataset, as_bytes
from losslens.images.corruptions import CORRUPTIONS, Corrupt
from losslens.report.schema import Corrupted
from losslens.tasks import Task

_BATCH = 250
_SEED = 0
_ORDER_SEED = 1

Right = dict[str, NDArray[np.int64]]  # for each loss (N,), 0 or 1


def corruptions_of(task: Task) -> list[str]:
    """The corruptions that have strengths for ``task``, in the order of CORRUPTIONS."""
    return [key for key in CORRUPTIONS if key in task.corruption_strengths]


def variants_of(task: Task) -> int:
    """How many corrupted variants of each picture are measured; 0: the task has none."""
    return sum(len(task.corruption_strengths[key]) for key in corruptions_of(task))


def measure(
    ensemble: Ensemble, test: Dataset, advance: Callable[[], object] = lambda: None
) -> Corrupted:
    """All of it, on ``task.corruption_examples`` of the test data, the first of a fixed random
    order; ``advance`` is called after each corruption and strength.

    Raises ValueError for a task without strengths.
    """
    task, losses = ensemble.task, ensemble.losses
    if not variants_of(task):
        raise ValueError(f"no corruption has strengths for {task.key}")
    order = torch.randperm(len(test), generator=Generator().manual_seed(_ORDER_SEED))
    pictures = test.pick(order[: task.corruption_examples])
    right: dict[str, list[Right]] = {key: [] for key in corruptions_of(task)}
    for key, levels in right.items():
        for strength in task.corruption_strengths[key]:
            bad = corrupted(pictures, CORRUPTIONS[key], strength)
            levels.append(right_under(ensemble, bad))
            advance()
    variants = [level for levels in right.values() for level in levels]
    read = {loss: np.sum([level[loss] for level in variants], axis=0) for loss in losses}
    clean = right_under(ensemble, pictures)
    return Corrupted(
        examples=len(pictures),
        clean={loss: float(each.mean()) for loss, each in clean.items()},
        accuracy={
            key: {loss: [float(level[loss].mean()) for level in levels] for loss in losses}
            for key, levels in right.items()
        },
        mean={loss: float(np.mean(read[loss])) / len(variants) for loss in losses},
    )


def corrupted(pictures: Dataset, corrupt: Corrupt, strength: float) -> Dataset:
    """The pictures corrupted, as bytes again: the same on every machine, whatever network they are
    for."""
    generator, bad = Generator().manual_seed(_SEED), torch.empty_like(pictures.images)
    for indices in torch.arange(len(pictures)).split(_BATCH):
        images, _ = pictures.batch(indices)
        bad[indices] = as_bytes(corrupt(images, strength, generator))
    return Dataset(bad, pictures.target)


def right_under(ensemble: Ensemble, pictures: Dataset) -> Right:
    """Which pictures (N,) each loss's network has right."""
    return {
        loss: (logits.argmax(dim=1) == pictures.target).long().numpy()
        for loss, logits in ensemble.outputs(pictures).items()
    }
