"""Losses for rare classes: what they ask depends on how many examples each class has.

They keep the contract of ``functions``, with one value more: ``counts`` (C,), the examples of each
class in the training set, in the order of the classes. ``None`` means: as many of each. A class
without examples counts as if it had one.

Weights are scaled so that their mean over the training examples is 1; so the mean over a batch is
in expectation what ``torch.nn.CrossEntropyLoss(weight=...)`` gives, which divides by the batch's
weights.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def class_weighted(logits: Tensor, target: Tensor, counts: Tensor | None = None) -> Tensor:
    """Cross-entropy in which each class weighs ``1 / counts``, in nats; at least 0.

    So each class has the same share of the sum. King and Zeng 2001,
    https://doi.org/10.1093/oxfordjournals.pan.a004868
    """
    known = _known(counts, logits)
    return _weighted(logits, target, 1 / known, known)


def class_balanced(
    logits: Tensor, target: Tensor, counts: Tensor | None = None, beta: float = 0.999
) -> Tensor:
    """Cross-entropy in which each class weighs 1 / its effective number of examples, in nats; at
    least 0.

    That number is ``(1 - beta**n) / (1 - beta)``: it stops growing at ``1 / (1 - beta)``. ``beta``
    is in 0..1 without 1; 0 is cross-entropy, towards 1 it is :func:`class_weighted`. Cui et al.
    2019, https://arxiv.org/abs/1901.05555
    """
    known = _known(counts, logits)
    return _weighted(logits, target, (1 - beta) / (1 - beta**known), known)


def logit_adjusted(
    logits: Tensor, target: Tensor, counts: Tensor | None = None, tau: float = 1.0
) -> Tensor:
    """Cross-entropy of ``logits + tau * log(share of the class)``, in nats; at least 0.

    The network need not learn how common a class is, so its own logits rank the classes as if all
    were as common. ``tau`` is at least 0; 0 is cross-entropy. Menon et al. 2021,
    https://arxiv.org/abs/2007.07314
    """
    return F.cross_entropy(logits + tau * _log_prior(counts, logits), target, reduction="none")


def adjusted_afterwards(logits: Tensor, counts: Tensor, tau: float = 1.0) -> Tensor:
    """The same correction after training: logits (N, C) of a network trained under plain
    cross-entropy, less ``tau * log(share of the class)``.

    Menon et al. 2021, https://arxiv.org/abs/2007.07314
    """
    return logits - tau * _log_prior(counts, logits)


def ldam(
    logits: Tensor, target: Tensor, counts: Tensor | None = None, largest: float = 0.5
) -> Tensor:
    """Label-distribution-aware margin: cross-entropy with the true logit lowered by a margin, the
    larger the rarer the class; in nats, at least 0.

    The margin is proportional to ``counts**(-1/4)``; that of the rarest class is ``largest``, at
    least 0; 0 is cross-entropy. Its authors also normalise the last layer's weights, scale the
    logits by 30 and weight the classes late in training: that is not of the loss, and not done
    here. Cao et al. 2019, https://arxiv.org/abs/1906.07413
    """
    known = _known(counts, logits)
    margins = largest * (known.min() / known) ** 0.25
    lowered = F.one_hot(target, logits.shape[1]) * margins
    return F.cross_entropy(logits - lowered, target, reduction="none")


def _known(counts: Tensor | None, logits: Tensor) -> Tensor:
    """The counts (C,), at least 1 each, in the precision of the logits."""
    if counts is None:
        return logits.new_ones(logits.shape[1])
    return counts.to(logits).clamp_min(1)


def _log_prior(counts: Tensor | None, logits: Tensor) -> Tensor:
    known = _known(counts, logits)
    return torch.log(known / known.sum())


def _weighted(logits: Tensor, target: Tensor, weights: Tensor, counts: Tensor) -> Tensor:
    """Weighted cross-entropy; the weights' mean over the training examples is made 1."""
    mean = (weights * counts).sum() / counts.sum()
    return F.cross_entropy(logits, target, weight=weights / mean, reduction="none")
