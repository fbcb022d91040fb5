"""A loss taken apart: value, gradient and softmax at some logits, and curves through them along the true one."""

from dataclasses import dataclass
from functools import lru_cache

import torch

from losslens.losses.analysis import value_and_gradient
from losslens.losses.catalogue import Loss

MAX_CLASSES = 10
MAX_LOGIT = 50.0


@dataclass(frozen=True)
class Anatomy:
    """One example under one loss; lists are per class."""

    value: float  # in the loss's own units
    gradient: list[float]  # d value / d logit
    softmax: list[float]


def anatomy(loss: Loss, logits: list[float], target: int) -> Anatomy:
    """Take one example apart, in float64.

    ``logits`` are 2 to 10 numbers from -50 to 50, ``target`` the index of the true one. Raises
    ValueError otherwise.
    """
    if not 2 <= len(logits) <= MAX_CLASSES:
        raise ValueError(f"{len(logits)} logits are given; from 2 to {MAX_CLASSES} are allowed")
    if any(not abs(logit) <= MAX_LOGIT for logit in logits):  # also NaN
        raise ValueError(f"a logit is a number from -{MAX_LOGIT:g} to {MAX_LOGIT:g}")
    if not 0 <= target < len(logits):
        raise ValueError(
            f"the true class is {target}; with {len(logits)} logits it is from 0 to {len(logits) - 1}"
        )
    values, slopes = value_and_gradient(
        loss, torch.tensor([logits], dtype=torch.float64), torch.tensor([target])
    )
    return Anatomy(
        float(values[0]),
        slopes[0].tolist(),
        torch.tensor(logits, dtype=torch.float64).softmax(dim=0).tolist(),
    )


@dataclass(frozen=True)
class Curves:
    """A loss along a line: the true logit moves, the others stay. All lists have one value a
    point."""

    margin: list[float]  # true logit less the highest other
    true_probability: list[float]
    value: list[float]
    weight: list[
        float
    ]  # how hard the true logit is pulled up, by what cross-entropy would: -slope / (1 - p_y)


@lru_cache(maxsize=128)  # a moved slider draws the same curves again
def curves(loss: Loss, others: tuple[float, ...], reach: float = 8.0, points: int = 161) -> Curves:
    """Follow ``loss`` while the true logit's margin runs from -reach to reach, past the logits of
    the ``others``."""
    margin = torch.linspace(-reach, reach, points, dtype=torch.float64)
    still = torch.tensor(others, dtype=torch.float64).expand(points, -1)
    logits = torch.cat([(margin + max(others))[:, None], still], dim=1)
    target = torch.zeros(points, dtype=torch.long)
    values, slopes = value_and_gradient(loss, logits, target)
    probability = logits.softmax(dim=1)[:, 0]
    weight = -slopes[:, 0] / (1 - probability)
    return Curves(margin.tolist(), probability.tolist(), values.tolist(), weight.tolist())
