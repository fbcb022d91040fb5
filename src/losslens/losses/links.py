"""A loss's own link: from the scores that a network learns under it to the probabilities that they
stand for.

The contract of every function here: ``logits`` is a float tensor (N, C); the result is (N, C), each
value in 0..1, each row summing to 1 but where a function says otherwise. It is the class
distribution under which these logits would be the best answer: the loss's expected value has its
minimum there. For losses for rare classes that distribution is the one with all classes as common.

A loss whose value depends on p_y alone, falling as f(p_y), has the link ``-1 / f'(p)``, normalised:
at the minimum ``eta_k * f'(p_k)`` is the same for all k. Charoenphakdee et al. 2021,
https://arxiv.org/abs/2011.09172
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from losslens.losses.functions import LOG_ZERO

Link = Callable[[Tensor], Tensor]


def softmax(logits: Tensor) -> Tensor:
    """The softmax: of losses that ask for the class distribution itself."""
    return logits.softmax(dim=1)


def unsmoothed(logits: Tensor, eps: float = 0.1) -> Tensor:
    """The softmax without what smoothing by ``eps`` added to every class: of label smoothing."""
    return _normalised(logits.softmax(dim=1) - eps / logits.shape[1])


def clipped(logits: Tensor) -> Tensor:
    """The logits themselves, clipped to 0..1: of squared error on logits, which asks for them.

    Rows need not sum to 1: each class is asked for alone.
    """
    return logits.clamp(0, 1)


def one_hot_fit(classes: int) -> float:
    """The softmax, 0..1, of logits that are 1 for one class and 0 for the others."""
    return math.e / (math.e + classes - 1)


def smoothed_fit(classes: int, eps: float = 0.1) -> float:
    """The softmax, 0..1, that a target smoothed by ``eps`` asks for of its class."""
    return 1 - eps + eps / classes


def sigmoids(logits: Tensor) -> Tensor:
    """The sigmoid of each logit: of one-vs-rest. Rows need not sum to 1."""
    return logits.sigmoid()


def focal(logits: Tensor, gamma: float = 2.0) -> Tensor:
    """Of the focal loss, f(p) = ``-(1 - p)**gamma * log p``; the softmax itself is too modest."""
    p = _softmax_without_zeros(logits)
    wrong = -torch.expm1(p.log())
    return _normalised(p / (wrong**gamma - gamma * p * wrong ** (gamma - 1) * p.log()))


def gce(logits: Tensor, q: float = 0.7) -> Tensor:
    """Of generalised cross-entropy, f(p) = ``(1 - p**q) / q``; the softmax is too sure."""
    return ((1 - q) * logits.log_softmax(dim=1)).softmax(dim=1)


def poly1(logits: Tensor, eps: float = 1.0) -> Tensor:
    """Of poly-1, f(p) = ``-log p + eps * (1 - p)``; the softmax is too sure."""
    p = logits.softmax(dim=1)
    return _normalised(p / (1 + eps * p))


def sce(logits: Tensor, alpha: float = 0.1, beta: float = 1.0) -> Tensor:
    """Of symmetric cross-entropy, f(p) = ``-alpha * log p + beta * 9.21 * (1 - p)``."""
    p = logits.softmax(dim=1)
    return _normalised(p / (alpha - beta * LOG_ZERO * p))


def asymmetric(logits: Tensor, gamma: float = 4.0, shift: float = 0.05) -> Tensor:
    """Of the asymmetric loss: for each class alone, the share at which its two slopes cancel.

    Rows need not sum to 1.
    """
    sigmoid = logits.sigmoid()
    shifted = (sigmoid - shift).clamp_min(0)
    kept = 1 - shifted
    odds = sigmoid * (shifted**gamma / kept - gamma * shifted ** (gamma - 1) * kept.log())
    return odds / (1 + odds)


def stationary(loss: Callable[[Tensor, Tensor], Tensor], logits: Tensor) -> Tensor:
    """Of any loss that asks for differences of logits: the distribution ``eta`` under which its
    expected gradient ``sum_k eta_k * gradient(logits, k)`` is 0.

    Where several are, the one of least length.
    """
    with torch.inference_mode(False), torch.enable_grad():
        scores = logits.detach().double().clone().requires_grad_()
        rows = [
            torch.autograd.grad(loss(scores, torch.full_like(scores[:, 0], k).long()).sum(), scores)
            for k in range(scores.shape[1])
        ]
    # (N, C + 1, C): each class's gradient is a column; the last row asks for the sum 1.
    equations = torch.stack([row for (row,) in rows], dim=2)
    equations = torch.cat([equations, torch.ones_like(equations[:, :1])], dim=1)
    sides = torch.zeros_like(equations[:, :, :1])
    sides[:, -1] = 1
    found = torch.linalg.pinv(equations) @ sides
    return _normalised(found.squeeze(2)).to(logits)


def _softmax_without_zeros(logits: Tensor) -> Tensor:
    p = logits.softmax(dim=1)
    return p.clamp(torch.finfo(p.dtype).tiny, 1 - torch.finfo(p.dtype).eps)


def _normalised(shares: Tensor) -> Tensor:
    """Shares (N, C) that sum to 1, those below 0 taken for 0."""
    known = shares.clamp_min(0)
    return known / known.sum(dim=1, keepdim=True)
