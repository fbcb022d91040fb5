"""How far one mislabelled point far off turns the boundary of a linear network: the playground's
first example, small enough to compute."""

import math

import torch
from torch import Tensor

from losslens.losses.catalogue import Loss

_POINTS = 30  # of each class
_FAR = (5.0, 4.0)  # beyond the second class, and labelled as the first
_STEPS = 60  # of L-BFGS, from weights of 0


def turned(loss: Loss) -> float:
    """By how many degrees the far point turns the boundary, 0 to 180."""
    points, target = _clusters()
    far = torch.cat([points, torch.tensor([_FAR])]), torch.cat([target, torch.tensor([0])])
    without, with_it = _normal(loss, points, target), _normal(loss, *far)
    cosine = torch.cosine_similarity(without, with_it, dim=0).clamp(-1, 1)
    return math.degrees(math.acos(float(cosine)))


def _clusters() -> tuple[Tensor, Tensor]:
    chance = torch.Generator().manual_seed(0)
    target = torch.arange(2).repeat_interleave(_POINTS)
    points = 0.4 * torch.randn(len(target), 2, generator=chance)
    points[:, 0] += 2.0 * target - 1.0
    return points, target


def _normal(loss: Loss, points: Tensor, target: Tensor) -> Tensor:
    """The direction (2,) in which the second class's score gains on the first's."""
    weight = torch.zeros(2, 3, requires_grad=True)  # the last column is the bias
    inputs = torch.cat([points, torch.ones(len(points), 1)], dim=1)
    search = torch.optim.LBFGS([weight], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def mean_loss() -> Tensor:
        search.zero_grad()
        value: Tensor = loss.fn(inputs @ weight.T, target).mean()
        value.backward()
        return value.detach()

    with torch.enable_grad():
        search.step(mean_loss)
    return (weight[1] - weight[0]).detach()[:2]
