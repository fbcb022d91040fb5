"""What one network of the study learns from: drawn from a task's data by setting and seed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from losslens.data.dataset import (
    Dataset,
    Splits,
    imbalanced,
    split_indices,
    with_confusions,
    with_label_noise,
)
from losslens.networks.digit_net import StudyNet
from losslens.study.settings import MOST, Setting
from losslens.tasks import TASKS

_HELD_OUT = 2_000  # examples to choose the learning rate by, at most
_STREAM = 7  # of chance: apart from the other uses of a seed


@dataclass(frozen=True)
class Drawn:
    """Examples as a network gets them; ``held_out`` has its labels wrong, and its classes rare, in
    the same way."""

    train: Dataset
    truth: Tensor  # the right labels of ``train`` (N,)
    held_out: Dataset


def network_of(task: str) -> Callable[[], nn.Module]:
    """What makes an untrained network for the study: a small one, so that many can be trained."""
    record = TASKS[task]
    if record.backbone is None:
        return StudyNet
    assert record.live is not None, f"{task} has no stored features to learn from"
    return record.live.network


@cache
def pool_of(task: str, data_root: str) -> Splits:
    """All that is drawn from: a task's pictures, or, where it has a backbone, the features that
    ship with the package."""
    record = TASKS[task]
    if record.backbone is None or record.live is None:
        return record.load(data_root)
    learnt, test = record.live.load()
    kept, held_out = split_indices(len(learnt), len(learnt) // 4)
    return Splits(learnt.pick(kept), learnt.pick(held_out), test)


def drawn(task: str, setting: Setting, seed: int, pool: Splits) -> Drawn:
    """The examples of one seed: other seeds draw others."""
    if setting.ratio > 1:
        train, held_out = (
            imbalanced(part, setting.ratio, MOST, seed) for part in (pool.train, pool.held_out)
        )
    else:
        train = _some(pool.train, setting.examples, seed)
        held_out = _some(pool.held_out, _HELD_OUT, seed)
    return Drawn(
        _mislabelled(task, setting, train, 2 * seed),
        train.target,
        _mislabelled(task, setting, held_out, 2 * seed + 1),
    )


def _some(dataset: Dataset, count: int, seed: int) -> Dataset:
    order = np.random.default_rng([seed, _STREAM]).permutation(len(dataset))
    return dataset.pick(torch.from_numpy(order[:count]))


def _mislabelled(task: str, setting: Setting, dataset: Dataset, seed: int) -> Dataset:
    record = TASKS[task]
    if setting.family == "symmetric":
        return with_label_noise(dataset, setting.wrong, len(record.labels), seed)
    if setting.family == "asymmetric":
        return with_confusions(dataset, setting.wrong, record.confused, seed)
    return dataset
