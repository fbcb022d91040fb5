"""A loss taken apart: value, gradient and softmax at some logits, curves along the true logit, and
a check whether a network can learn from it, and what it asks for where the class is uncertain."""

from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.losses.catalogue import Loss, LossFunction

MAX_CLASSES = 10  # of one example that is taken apart
MAX_LOGIT = 50.0
_LARGE = 100.0  # a logit that a network may well reach, tried in single precision as it computes
_EXAMPLES = 10_000  # of a training set in which classes are as common as at one example


def value_and_gradient(loss: Loss, logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Each example's value (N,) and its gradient in the logits (N, C).

    The gradient is 0 where the value does not depend on the logits.
    """
    logits = logits.detach().requires_grad_()
    with torch.enable_grad():
        values = loss.fn(logits, target)
        (gradient,) = torch.autograd.grad(values.sum(), logits, allow_unused=True)
    return values.detach(), torch.zeros_like(logits) if gradient is None else gradient


@dataclass(frozen=True)
class Anatomy:
    """One example under one loss; lists are per class."""

    value: float  # in the loss's own units
    gradient: list[float]  # d value / d logit
    softmax: list[float]


def anatomy(loss: Loss, logits: list[float], target: int) -> Anatomy:
    """Take one example apart, in float64.

    ``logits`` are 2 to MAX_CLASSES numbers from -MAX_LOGIT to MAX_LOGIT, ``target`` the index of
    the true one. Raises ValueError otherwise.
    """
    if not 2 <= len(logits) <= MAX_CLASSES:
        raise ValueError(f"{len(logits)} logits are given; from 2 to {MAX_CLASSES} are allowed")
    if any(not abs(logit) <= MAX_LOGIT for logit in logits):  # also NaN
        raise ValueError(f"a logit is a number from -{MAX_LOGIT:g} to {MAX_LOGIT:g}")
    if not 0 <= target < len(logits):
        raise ValueError(
            f"the true class is {target}; "
            f"with {len(logits)} logits it is from 0 to {len(logits) - 1}"
        )
    given = torch.tensor(logits, dtype=torch.float64)
    values, gradients = value_and_gradient(loss, given[None], torch.tensor([target]))
    return Anatomy(float(values[0]), gradients[0].tolist(), given.softmax(dim=0).tolist())


@dataclass(frozen=True)
class Curves:
    """A loss along a line: the true logit moves, the others stay. Lists have one value a point."""

    margin: list[float]  # true logit less the highest other
    true_probability: list[float]
    value: list[float]
    # How hard the true logit is pulled up, by what cross-entropy would: -gradient / (1 - p_y).
    weight: list[float]


@lru_cache(maxsize=128)  # a moved slider draws the same curves again
def curves(loss: Loss, others: tuple[float, ...], reach: float = 8.0, points: int = 161) -> Curves:
    """Follow ``loss`` while the true logit's margin runs from -reach to reach.

    The margin is the true logit's lead over the highest of the logits of the ``others``.
    """
    margin = torch.linspace(-reach, reach, points, dtype=torch.float64)
    still = torch.tensor(others, dtype=torch.float64).expand(points, -1)
    logits = torch.cat([(margin + max(others))[:, None], still], dim=1)
    target = torch.zeros(points, dtype=torch.long)
    values, gradients = value_and_gradient(loss, logits, target)
    probability = logits.softmax(dim=1)[:, 0]
    weight = -gradients[:, 0] / (1 - probability)
    return Curves(margin.tolist(), probability.tolist(), values.tolist(), weight.tolist())


@dataclass(frozen=True)
class Finding:
    """What the check found; ``good`` is whether it speaks for the loss.

    ``kind`` names the text ``soundness.<kind>``.
    """

    kind: str
    good: bool


def check(loss: Loss) -> list[Finding]:
    """Whether a network can learn from a loss, tried on a grid of logits.

    Five findings: is its value finite, is its gradient, does it ever pull the true logit up, does
    it never rise as the true logit rises, and can it not fall for ever?
    """
    logits, target = _grid()
    values, gradients = value_and_gradient(loss, logits, target)
    large = value_and_gradient(loss, logits.float() * _LARGE / logits.max(), target)
    finite = all(bool(each.isfinite().all()) for each in (values, large[0]))
    steady = all(bool(each.isfinite().all()) for each in (gradients, large[1]))
    of_true = gradients.gather(1, target[:, None])[gradients.isfinite().all(dim=1)]
    greatest = gradients[gradients.isfinite()].abs().amax() if gradients.isfinite().any() else 0.0
    tiny = 1e-6 * max(1e-9, float(greatest))
    learns = bool((of_true < -tiny).any())
    decreasing = not bool((of_true > tiny).any())
    bounded = _bounded_below(loss, logits, target)
    return [
        Finding("finite" if finite else "not_finite", finite),
        Finding("gradient_finite" if steady else "gradient_not_finite", steady),
        Finding("learns" if learns else "no_gradient", learns),
        Finding("decreasing" if decreasing else "not_decreasing", decreasing),
        Finding("bounded" if bounded else "unbounded", bounded),
    ]


def _bounded_below(loss: Loss, logits: Tensor, target: Tensor) -> bool:
    """Whether the value stops falling far out: a loss that does not is won by growing the logits.

    Minus the logarithm of a logit still falls by 9 from the one distance to the other.
    """
    near, far = (loss.fn(logits * distance, target).nan_to_num(0) for distance in (1e4, 1e8))
    return float(far.min()) > float(near.min()) - 1


@dataclass(frozen=True)
class Asked:
    """What a loss asks of a network at an example whose class is uncertain."""

    softmax: list[float]  # of the logits with the least expected value
    own: list[float]  # of these logits, by the loss's own link; empty where it has none


@lru_cache(maxsize=1024)  # a moved slider comes back
def asked(loss: Loss, shares: tuple[float, ...], as_common: bool = True) -> Asked:
    """The logits with the least expected value where class k is true with probability
    ``shares[k]``, found numerically.

    ``shares`` are 2 to MAX_CLASSES numbers above 0 that sum to 1, else ValueError. Unless all
    classes are ``as_common`` in the training set, they are as common there as here.
    """
    eta = torch.tensor(shares, dtype=torch.float64)
    if not 2 <= len(eta) <= MAX_CLASSES or not bool((eta > 0).all()) or abs(eta.sum() - 1) > 1e-6:
        raise ValueError(f"from 2 to {MAX_CLASSES} shares above 0 that sum to 1 are allowed")
    function = loss.fn if as_common else loss.for_counts(eta * _EXAMPLES)
    starts = (eta.log(), F.one_hot(eta.argmax(), len(eta)).double())
    _, logits = min((_least(function, eta, start) for start in starts), key=lambda found: found[0])
    own = loss.link(logits[None])[0].tolist() if loss.link else []
    return Asked(logits.softmax(dim=0).tolist(), own)


def _least(function: LossFunction, eta: Tensor, start: Tensor) -> tuple[float, Tensor]:
    """The least expected value that is found from ``start`` (C,), and its logits (C,)."""
    logits, target = start.clone().requires_grad_(), torch.arange(len(eta))
    search = torch.optim.LBFGS([logits], max_iter=100, line_search_fn="strong_wolfe")

    def expected() -> Tensor:
        search.zero_grad()
        value = (eta * function(logits.expand(len(eta), -1), target)).sum()
        value.backward()
        return value.detach()

    with torch.enable_grad():
        search.step(expected)
        return float(expected()), logits.detach()


def _grid() -> tuple[Tensor, Tensor]:
    """Logits (M, 3) from -15 to 15, and the true class, which is the first of each.

    It is right, wrong and undecided, mildly and strongly.
    """
    steps = torch.tensor([-15.0, -4.0, -1.0, 0.0, 1.0, 4.0, 15.0], dtype=torch.float64)
    logits = torch.cartesian_prod(steps, steps, steps[1:-1:2])
    return logits, torch.zeros(len(logits), dtype=torch.long)
