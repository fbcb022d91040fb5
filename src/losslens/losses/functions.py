"""The losses, as pure functions: what each one asks of a network, per example.

The contract of every function here: ``logits`` is a float tensor of shape (N, C), any real values;
``target`` is an int64 tensor of shape (N,) with class indices in 0..C-1; the result is a float
tensor of shape (N,), one value an example, in the loss's own units (nats for the likelihood-based
ones), differentiable in ``logits``. Take the mean to train on a batch. A target outside 0..C-1
raises the error of torch (RuntimeError or IndexError).

To add a loss, write one such function and give it one entry in ``catalogue``.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Negative log-likelihood of the true class, ``-log p_y``, in nats; at least 0.

    Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4.
    """
    return F.cross_entropy(logits, target, reduction="none")


def kl_div(logits: Tensor, target: Tensor, eps: float = 0.1) -> Tensor:
    """Kullback-Leibler divergence from the smoothed one-hot target to the prediction, in nats; at
    least 0.

    The target distribution is ``(1 - eps) * one_hot + eps / C``. With ``eps = 0`` its entropy is 0
    and the value and gradient are those of :func:`cross_entropy`. ``eps`` is in 0..1. Label
    smoothing: Szegedy et al. 2016, https://arxiv.org/abs/1512.00567
    """
    num_classes = logits.shape[1]
    smoothed = F.one_hot(target, num_classes).to(logits.dtype) * (1 - eps) + eps / num_classes
    return F.kl_div(F.log_softmax(logits, dim=1), smoothed, reduction="none").sum(dim=1)


def mse(logits: Tensor, target: Tensor) -> Tensor:
    """Squared error between the raw logits and the one-hot target, summed over classes; at least 0.

    A perfect fit has logits of exactly 0 and 1, so softmax of a perfect fit shows only ``e / (e + C
    - 1)``: 23 % for ten classes. Hui and Belkin 2021, https://arxiv.org/abs/2006.07322
    """
    return (logits - F.one_hot(target, logits.shape[1])).square().sum(dim=1)


def brier(logits: Tensor, target: Tensor) -> Tensor:
    """Squared error between softmax probabilities and the one-hot target, summed over classes; in
    0..2.

    Its gradient vanishes where the network is confidently wrong. Brier 1950,
    https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
    """
    return (logits.softmax(dim=1) - F.one_hot(target, logits.shape[1])).square().sum(dim=1)


def bce(logits: Tensor, target: Tensor) -> Tensor:
    """One-vs-rest: binary cross-entropy of each class's sigmoid, summed over classes, in nats; at
    least 0.

    Rifkin and Klautau 2004, https://jmlr.org/papers/v5/rifkin04a.html
    """
    one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)
    return F.binary_cross_entropy_with_logits(logits, one_hot, reduction="none").sum(dim=1)


def focal(logits: Tensor, target: Tensor, gamma: float = 2.0) -> Tensor:
    """Cross-entropy scaled by ``(1 - p_y)**gamma``, so that easy examples count less; at least 0.

    ``gamma = 0`` is :func:`cross_entropy`; ``gamma`` is at least 0. Lin et al. 2017,
    https://arxiv.org/abs/1708.02002
    """
    nll = cross_entropy(logits, target)
    # -expm1(-nll) is 1 - p_y without cancellation; the clamp keeps the power's slope finite at p_y
    # = 1 for gamma < 1.
    return (-torch.expm1(-nll)).clamp_min(torch.finfo(logits.dtype).tiny) ** gamma * nll


def margin(logits: Tensor, target: Tensor, width: float = 1.0) -> Tensor:
    """Multi-class hinge: how far the best wrong logit comes within ``width`` of the true one; at
    least 0.

    Zero, with zero gradient, once the true logit leads by ``width``. Needs at least two classes.
    Crammer and Singer 2001, https://jmlr.org/papers/v2/crammer01a.html
    """
    true_logit = logits.gather(1, target[:, None]).squeeze(1)
    is_true = F.one_hot(target, logits.shape[1]).bool()
    best_wrong = logits.masked_fill(is_true, -torch.inf).amax(dim=1)
    return F.relu(width + best_wrong - true_logit)


def gce(logits: Tensor, target: Tensor, q: float = 0.7) -> Tensor:
    """Generalised cross-entropy ``(1 - p_y**q) / q``, made for wrong labels; in 0..1/q.

    ``q`` is in 0..1 without 0: towards 0 it is :func:`cross_entropy`, at 1 it is half the mean
    absolute error. Zhang and Sabuncu 2018, https://arxiv.org/abs/1805.07836
    """
    return -torch.expm1(-q * cross_entropy(logits, target)) / q


def nll(logits: Tensor, target: Tensor) -> Tensor:
    """Negative log-likelihood of the log-softmax, in nats; at least 0.

    It is :func:`cross_entropy` in two steps, as a network that ends in a log-softmax needs it.
    """
    return F.nll_loss(F.log_softmax(logits, dim=1), target, reduction="none")


def label_smoothing(logits: Tensor, target: Tensor, eps: float = 0.1) -> Tensor:
    """Cross-entropy to the smoothed one-hot target, in nats; at least 0.

    It is :func:`kl_div` plus the entropy of the target, a constant: their gradients are equal.
    ``eps`` is in 0..1. Szegedy et al. 2016, https://arxiv.org/abs/1512.00567
    """
    return F.cross_entropy(logits, target, label_smoothing=eps, reduction="none")


def poly1(logits: Tensor, target: Tensor, eps: float = 1.0) -> Tensor:
    """Cross-entropy plus ``eps * (1 - p_y)``: the first term of its series in ``1 - p_y``, given
    more weight; at least 0.

    ``eps`` is at least -1; 0 is :func:`cross_entropy`. Leng et al. 2022,
    https://arxiv.org/abs/2204.12511
    """
    nll = cross_entropy(logits, target)
    return nll - eps * torch.expm1(-nll)


def asymmetric(logits: Tensor, target: Tensor, gamma: float = 4.0, shift: float = 0.05) -> Tensor:
    """One-vs-rest in which wrong classes count little: by ``q**gamma``, where q is their sigmoid
    less ``shift``, at least 0; in nats, at least 0.

    Made for pictures with several labels, where most classes are absent. ``gamma`` is at least 1,
    ``shift`` in 0..1; with 0 and 0 it is :func:`bce`. Ridnik et al. 2021,
    https://arxiv.org/abs/2009.14119
    """
    one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)
    shifted = F.relu(logits.sigmoid() - shift)
    of_wrong = -(shifted**gamma) * torch.log((torch.sigmoid(-logits) + shift).clamp_max(1))
    return (one_hot * F.softplus(-logits) + (1 - one_hot) * of_wrong).sum(dim=1)


def squared_hinge(logits: Tensor, target: Tensor) -> Tensor:
    """Squared hinge of every wrong class, summed over them; at least 0.

    A wrong class costs the square of how far its logit comes within 1 of the true one. Weston and
    Watkins 1999 without the square; with it Tang 2013, https://arxiv.org/abs/1306.0239
    """
    return F.multi_margin_loss(logits, target, p=2, reduction="none") * logits.shape[1]


def mae(logits: Tensor, target: Tensor) -> Tensor:
    """Absolute error between softmax probabilities and the one-hot target, summed over classes:
    ``2 * (1 - p_y)``, in 0..2.

    Summed over all classes that could be the true one it is constant: label noise that is the same
    for all classes does not move its minimum. Ghosh et al. 2017, https://arxiv.org/abs/1712.09482
    """
    return -2 * torch.expm1(-cross_entropy(logits, target))


# What the logarithm of 0 is taken for by the reverse cross-entropy, as in its authors' code.
LOG_ZERO = -9.210340371976182  # log(1e-4)


def sce(logits: Tensor, target: Tensor, alpha: float = 0.1, beta: float = 1.0) -> Tensor:
    """Symmetric cross-entropy: ``alpha`` times cross-entropy and ``beta`` times the reverse one,
    which takes the prediction for the truth; made for wrong labels; at least 0.

    The reverse part is bounded: ``9.21 * (1 - p_y)``. Wang et al. 2019,
    https://arxiv.org/abs/1908.06112
    """
    nll = cross_entropy(logits, target)
    return alpha * nll + beta * LOG_ZERO * torch.expm1(-nll)


def nce_rce(logits: Tensor, target: Tensor, alpha: float = 1.0, beta: float = 1.0) -> Tensor:
    """Normalised and reverse cross-entropy, made for wrong labels; at least 0 and bounded.

    The first is cross-entropy divided by its sum over all classes that could be the true one. Both
    sum to a constant over them, as :func:`mae` does. Ma et al. 2020,
    https://arxiv.org/abs/2006.13554
    """
    nll = cross_entropy(logits, target)
    normalised = nll / -F.log_softmax(logits, dim=1).sum(dim=1)
    return alpha * normalised + beta * LOG_ZERO * torch.expm1(-nll)
