"""The temperature that calibrates a network, fitted on held-out examples, and its interval."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.evaluation.metrics import RESAMPLES

_REACH, _STEP = 3.0, 0.05  # of the grid of an interval: logarithms of T around the fitted one


def fit_temperature(logits: Tensor, target: Tensor) -> float:
    """The temperature T > 0 for which softmax(logits / T) has the least negative log-likelihood.

    Fit it on held-out examples. Guo et al. 2017, https://arxiv.org/abs/1706.04599
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415

    exact = logits.double()

    def nll(log_temperature: float) -> float:
        return float(F.cross_entropy(exact / np.exp(log_temperature), target))

    found = minimize_scalar(nll, bounds=(-6.0, 6.0), method="bounded", options={"xatol": 1e-5})
    return float(np.exp(found.x))


def temperature_interval(logits: Tensor, target: Tensor, fitted: float) -> tuple[float, float]:
    """The 95 % interval of a temperature ``fitted`` on logits (N, C) and target (N,): the
    percentiles of those fitted on resamples of the examples. Where it holds 1, calibration gains
    nothing that is known.

    Efron 1979, https://doi.org/10.1214/aos/1176344552. Each resample is fitted on a grid of
    temperatures, with a parabola through the three best: all of them in the time of a few fits.
    """
    grid = torch.arange(-_REACH, _REACH + _STEP / 2, _STEP, dtype=torch.float64)
    exact = logits.double()
    losses = torch.stack(  # (grid, N)
        [
            F.cross_entropy(exact / (fitted * float(step.exp())), target, reduction="none")
            for step in grid
        ]
    )
    resampled = np.random.default_rng(0).multinomial(
        len(target), np.full(len(target), 1 / len(target)), RESAMPLES
    )
    curves = torch.from_numpy(resampled).double() @ losses.T  # (resamples, grid)
    best = curves.argmin(dim=1).clamp(1, len(grid) - 2)
    left, middle, right = (curves.gather(1, best[:, None] + side).squeeze(1) for side in (-1, 0, 1))
    bend = (left - 2 * middle + right).clamp_min(1e-12)
    shift = ((left - right) / (2 * bend)).clamp(-1, 1)
    temperatures = fitted * (grid[best] + shift * _STEP).exp()
    low, high = np.percentile(temperatures.numpy(), [2.5, 97.5])
    return float(low), float(high)
