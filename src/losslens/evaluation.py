"""Figures of a network on a dataset: accuracy, negative log-likelihood, Brier score and calibration, with intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest
from torch import Tensor, nn

from losslens.data import Dataset
from losslens.losses import brier, cross_entropy

BINS = 15  # equal-mass bins of the calibration error
_RESAMPLES = 1000
_BATCH = 250

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A measured value with its 95 % interval over examples."""

    value: float
    low: float
    high: float


@torch.inference_mode()
def outputs_of(network: nn.Module, dataset: Dataset) -> Tensor:
    """What the network makes of every example, in order, unaugmented: its logits (N, C), or a trunk's features."""
    network.eval()
    batches = torch.arange(len(dataset)).split(_BATCH)
    return torch.cat([network(dataset.batch(b)[0].contiguous(memory_format=torch.channels_last)) for b in batches])


def fit_temperature(logits: Tensor, target: Tensor) -> float:
    """The temperature T > 0 for which softmax(logits / T) has the least negative log-likelihood.

    Fit it on held-out examples. Guo et al. 2017, https://arxiv.org/abs/1706.04599
    """
    exact = logits.double()

    def nll(log_temperature: float) -> float:
        return float(F.cross_entropy(exact / np.exp(log_temperature), target))

    return float(np.exp(minimize_scalar(nll, bounds=(-6.0, 6.0), method="bounded", options={"xatol": 1e-5}).x))


def calibration_error(confidence: Values, correct: Values) -> float:
    """Expected calibration error over 15 equal-mass bins, in 0..1.

    ``confidence`` (N,) is the probability of each answer, ``correct`` (N,) whether it was right (0 or 1).
    Nixon et al. 2019, https://arxiv.org/abs/1904.01685
    """
    order = np.argsort(confidence, kind="stable")
    gaps = [abs(float((confidence[part] - correct[part]).sum())) for part in np.array_split(order, BINS)]
    return sum(gaps) / len(confidence)


def accuracy(correct: Values) -> Figure:
    """The share of right answers; ``correct`` (N,) is 0 or 1 an example. Wilson's interval."""
    wilson = binomtest(int(correct.sum()), len(correct)).proportion_ci(method="wilson")
    return Figure(float(correct.mean()), float(wilson.low), float(wilson.high))


def figures(logits: Tensor, target: Tensor, temperature: float = 1.0) -> dict[str, Figure]:
    """Accuracy (Wilson interval), nll (nats), brier (0..2) and calibration_error (bootstrap intervals) of the softmax."""
    scaled = logits.double() / temperature
    confidence, answer = (part.numpy() for part in scaled.softmax(dim=1).max(dim=1))
    correct = (answer == target.numpy()).astype(np.float64)
    return {
        "accuracy": accuracy(correct),
        "nll": _bootstrapped(cross_entropy(scaled, target).numpy()[:, None], lambda rows: float(rows.mean())),
        "brier": _bootstrapped(brier(scaled, target).numpy()[:, None], lambda rows: float(rows.mean())),
        "calibration_error": _bootstrapped(
            np.stack([confidence, correct], axis=1), lambda rows: calibration_error(rows[:, 0], rows[:, 1])
        ),
    }


def _bootstrapped(rows: Values, statistic: Callable[[Values], float]) -> Figure:
    """``statistic`` of the examples ``rows`` (N, columns) with the percentile interval of 1,000 resamples."""
    generator = np.random.default_rng(0)
    resampled = [statistic(rows[generator.integers(0, len(rows), len(rows))]) for _ in range(_RESAMPLES)]
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Figure(statistic(rows), float(low), float(high))
