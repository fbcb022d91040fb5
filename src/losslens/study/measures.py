"""What is measured of a trained network: shares are in 0..1, likelihoods in nats."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from losslens.evaluation.metrics import (
    Values,
    calibration_error,
    confidence_and_correct,
    log_odds,
    risk_coverage,
)
from losslens.evaluation.temperature import fit_temperature
from losslens.losses.functions import brier, cross_entropy
from losslens.losses.links import Link

_TINY = 1e-7  # the least probability that is counted with: else one error is infinite


def score(measure: str, logits: Tensor, target: Tensor) -> float:
    """The accuracy ("accuracy"), or its mean over the classes that occur ("balanced"), in 0..1."""
    recalls = _recalls(logits.argmax(dim=1), target)
    right = (logits.argmax(dim=1) == target).double().mean()
    return float(recalls.mean() if measure == "balanced" else right)


def _recalls(answers: Tensor, target: Tensor) -> Tensor:
    count = torch.bincount(target)
    right = torch.bincount(target[answers == target], minlength=len(count))
    return (right.double() / count)[count > 0]


def answers(logits: Tensor, target: Tensor) -> dict[str, float]:
    """How good the answers are: "accuracy", "balanced", the recall of the "worst" class, and
    "aurc", the area under the risk-coverage curve when the answers are ranked by the log-odds of
    the highest logit, which no softmax saturates."""
    recalls = _recalls(logits.argmax(dim=1), target)
    correct = (logits.argmax(dim=1) == target).double().numpy()
    return {
        "accuracy": float(correct.mean()),
        "balanced": float(recalls.mean()),
        "worst": float(recalls.min()),
        "aurc": float(risk_coverage(log_odds(logits).numpy(), correct).mean()),
    }


def probabilities(
    logits: Tensor, target: Tensor, held_out: tuple[Tensor, Tensor], link: Link | None
) -> dict[str, float]:
    """Likelihood, Brier score and calibration error of what is shown as probability.

    Of the plain softmax ("nll", ...), of the softmax at the "temperature" fitted on ``held_out``
    logits and targets ("nll_calibrated", ...) and, where the loss has one, of its own link
    ("nll_own", ...).
    """
    temperature = fit_temperature(*held_out)
    found = _of_softmax(logits.double(), target, "")
    found |= _of_softmax(logits.double() / temperature, target, "_calibrated")
    if link is not None:
        shown = link(logits.double()).clamp_min(_TINY)
        found |= _of_softmax(shown.log(), target, "_own")
    return found | {"temperature": temperature}


def _of_softmax(logits: Tensor, target: Tensor, suffix: str) -> dict[str, float]:
    confidence, correct = confidence_and_correct(logits, target)
    return {
        f"nll{suffix}": float(cross_entropy(logits, target).mean()),
        f"brier{suffix}": float(brier(logits, target).mean()),
        f"ece{suffix}": calibration_error(confidence, correct),
    }


def memorised(given: Tensor, logits: Tensor, truth: Tensor) -> dict[str, float]:
    """Of the training examples with wrong labels, the share that is answered with that label
    ("memorised"); of those with right labels, the share that is answered right ("fitted").

    ``given`` (N,) are the labels as they were learnt from.
    """
    wrong, same = given != truth, logits.argmax(dim=1) == given
    return {
        "memorised": float(same[wrong].double().mean()),
        "fitted": float(same[~wrong].double().mean()),
    }


def unknown_pictures(known: Tensor, other: Tensor) -> dict[str, float]:
    """How well scores of the logits tell ``known`` pictures (N, C) from ``other`` ones (M, C).

    For each of ``SCORES``, "auroc_<score>", the chance that an other picture scores lower, and
    "fpr95_<score>", the share of others that pass where 95 % of the known do.
    """
    found = {}
    for name, scored in SCORES.items():
        here, there = scored(known.double()).numpy(), scored(other.double()).numpy()
        found[f"auroc_{name}"] = _auroc(here, there)
        found[f"fpr95_{name}"] = float((there >= np.quantile(here, 0.05)).mean())
    return found


def _auroc(higher: Values, lower: Values) -> float:
    # Here, since scipy.stats takes half a second to import.
    from scipy.stats import mannwhitneyu  # noqa: PLC0415

    return float(mannwhitneyu(higher, lower).statistic) / (len(higher) * len(lower))


# By what a picture of no class is to be told; higher is more like the classes. Hendrycks and Gimpel
# 2017, https://arxiv.org/abs/1610.02136; Hendrycks et al. 2022, https://arxiv.org/abs/1911.11132;
# Liu et al. 2020, https://arxiv.org/abs/2010.03759
SCORES: dict[str, Callable[[Tensor], Tensor]] = {
    "log_odds": log_odds,  # as the highest softmax, but never saturated
    "max_logit": lambda logits: logits.amax(dim=1),
    "energy": lambda logits: logits.logsumexp(dim=1),
}
