"""Figures of a network on a dataset, with intervals: accuracy, likelihood, calibration, risk.

A few lines each of numpy and scipy, which are here anyway: torchmetrics has the calibration error
with bins of equal width alone, and no intervals; statsmodels, relplot and netcal would bring 6, 13
and 23 more packages.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from losslens.data.dataset import Dataset
from losslens.evaluation.binomial import wilson_interval
from losslens.losses.functions import brier, cross_entropy

BINS = 15  # of the calibration error
RESAMPLES = 1000  # of the examples, for an interval by the bootstrap
LEAST = 1e-6  # the least probability that a likelihood is taken of, where a link gives 0
_BATCH = 250

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A measured value with its 95 % interval over examples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Spread:
    """A figure over training seeds: mean, standard deviation, and Student's 95 % interval of the
    mean."""

    mean: float
    deviation: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True)
class Bin:
    """One bin of a reliability diagram: the mean confidence of ``count`` examples, and the share
    that was right."""

    confidence: float
    accuracy: float
    count: int


@torch.inference_mode()
def outputs_of(
    network: nn.Module, dataset: Dataset, batch: int = _BATCH, progress: str = ""
) -> Tensor:
    """What the network makes of every example, in order, unaugmented: its logits (N, C), or a
    backbone's features. ``progress`` names a progress bar; without it there is none."""
    network.eval()
    batches = tqdm(
        torch.arange(len(dataset)).split(batch), progress, disable=not progress, leave=False
    )
    inputs = (dataset.batch(indices)[0] for indices in batches)
    return torch.cat(
        [network(each.contiguous(memory_format=torch.channels_last)) for each in inputs]
    )


def calibration_error(confidence: Values, correct: Values) -> float:
    """Expected calibration error over ``BINS`` bins of equally many examples, in 0..1.

    ``confidence`` (N,) is the probability of each answer, ``correct`` (N,) whether it was right (0
    or 1). Nixon et al. 2019, https://arxiv.org/abs/1904.01685
    """
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, BINS)
    gaps = [abs(float((confidence[part] - correct[part]).sum())) for part in parts]
    return sum(gaps) / len(confidence)


def reliability(confidence: Values, correct: Values) -> list[Bin]:
    """The bins of ``calibration_error``, least confident first; it is their mean gap, weighted by
    count."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return [
        Bin(float(confidence[part].mean()), float(correct[part].mean()), len(part))
        for part in parts
    ]


def risk_coverage(confidence: Values, correct: Values) -> Values:
    """The share of wrong answers among the k most confident, for k = 1..N: (N,) in 0..1.

    ``confidence`` (N,) is any score that orders the answers; ``log_odds`` tells more of them apart
    than a softmax that rounds to 1.
    Examples of equal confidence have no order: each counts as the mean of its equals. Its mean is
    the area under the risk-coverage curve. Geifman and El-Yaniv 2017,
    https://arxiv.org/abs/1705.08500
    """
    _, group, count = np.unique(-confidence, return_inverse=True, return_counts=True)
    wrong = np.repeat(np.bincount(group, weights=1 - correct) / count, count)
    risk: Values = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    return risk


def log_odds(logits: Tensor) -> Tensor:
    """How far the highest logit lies above all others together (N,), in nats: the order of the
    highest softmax probability, but never saturated."""
    exact = logits.double()
    top, index = exact.max(dim=1)
    return top - exact.scatter(1, index[:, None], -torch.inf).logsumexp(dim=1)


def confusion(logits: Tensor, target: Tensor) -> list[list[int]]:
    """How many examples of each true class (row) got each answer (column)."""
    classes = logits.shape[1]
    counted = torch.bincount(target * classes + logits.argmax(dim=1), minlength=classes * classes)
    rows: list[list[int]] = counted.reshape(classes, classes).tolist()
    return rows


def accuracy(correct: Values) -> Figure:
    """The share of right answers, with Wilson's interval; ``correct`` (N,) is 0 or 1 an example."""
    return Figure(float(correct.mean()), *wilson_interval(int(correct.sum()), len(correct)))


def spread(values: Sequence[float]) -> Spread:
    """The mean of two or more seeds' figures, and how far they lie apart."""
    # Here, since scipy takes half a second to import.
    from scipy.stats import t as student  # noqa: PLC0415

    mean, deviation = statistics.mean(values), statistics.stdev(values)
    half = float(student.ppf(0.975, len(values) - 1)) * deviation / math.sqrt(len(values))
    return Spread(mean, deviation, mean - half, mean + half, len(values))


def confidence_and_correct(
    logits: Tensor, target: Tensor, temperature: float = 1.0
) -> tuple[Values, Values]:
    """Each answer's probability (N,), and whether it was right (N,), 0 or 1."""
    confidence, answer = (logits.double() / temperature).softmax(dim=1).max(dim=1)
    return confidence.numpy(), (answer == target).double().numpy()


def figures(logits: Tensor, target: Tensor, temperature: float = 1.0) -> dict[str, Figure]:
    """The figures of softmax(logits / temperature) on logits (N, C) and target (N,).

    accuracy (0..1, Wilson's interval); and with bootstrap intervals nll (nats), brier (0..2),
    calibration_error (0..1), and aurc (0..1), the area under the risk-coverage curve when the
    answers are ranked by ``log_odds``.
    """
    scaled = logits.double() / temperature
    confidence, correct = confidence_and_correct(logits, target, temperature)
    pairs = np.stack([confidence, correct], axis=1)
    ranked = np.stack([log_odds(scaled).numpy(), correct], axis=1)
    return {
        "accuracy": accuracy(correct),
        "nll": _bootstrapped(cross_entropy(scaled, target).numpy()[:, None], _mean),
        "brier": _bootstrapped(brier(scaled, target).numpy()[:, None], _mean),
        "calibration_error": _bootstrapped(
            pairs, lambda rows: calibration_error(rows[:, 0], rows[:, 1])
        ),
        "aurc": _bootstrapped(
            ranked, lambda rows: float(risk_coverage(rows[:, 0], rows[:, 1]).mean())
        ),
    }


def figures_of_probabilities(probs: Tensor, target: Tensor) -> dict[str, float]:
    """nll (nats), brier (at least 0) and calibration_error (0..1) of probabilities (N, C) that need
    not be a softmax, such as those of a loss's own link, on target (N,).

    Rows need not sum to 1. A probability below ``LEAST`` counts as that: a link may give 0.
    """
    exact = probs.double()
    confidence, answer = exact.max(dim=1)
    correct = (answer == target).double()
    of_true = exact.gather(1, target[:, None]).squeeze(1)
    one_hot = F.one_hot(target, exact.shape[1])
    return {
        "nll": float(-of_true.clamp_min(LEAST).log().mean()),
        "brier": float((exact - one_hot).square().sum(dim=1).mean()),
        "calibration_error": calibration_error(confidence.numpy(), correct.numpy()),
    }


def _mean(rows: Values) -> float:
    return float(rows.mean())


def _bootstrapped(rows: Values, statistic: Callable[[Values], float]) -> Figure:
    """``statistic`` of the examples ``rows`` (N, columns), with the percentile interval of its
    values on resamples.

    Efron 1979, https://doi.org/10.1214/aos/1176344552
    """
    generator = np.random.default_rng(0)
    resampled = [
        statistic(rows[generator.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Figure(statistic(rows), float(low), float(high))
