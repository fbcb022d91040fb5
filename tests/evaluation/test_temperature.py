"""The fitted temperature, and its interval."""

import math

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from losslens.evaluation.temperature import fit_temperature, temperature_interval


def calibrated(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Logits (N, 4) whose softmax is the probability of the target."""
    generator = Generator().manual_seed(seed)
    logits = 2 * torch.randn(count, 4, generator=generator)
    return logits, torch.multinomial(logits.softmax(dim=1), 1, generator=generator).squeeze(1)


@pytest.mark.parametrize("temperature", [0.01, 0.1, 30.0, 200.0])
def test_a_far_off_temperature_is_found_exactly(temperature: float) -> None:
    # Two classes; the first always has the probability 0.8, and is right in three of four.
    logits = torch.tensor([[math.log(4.0), 0.0]]).expand(400, 2)
    target = (torch.arange(400) % 4 == 3).long()
    # 0.8 where 0.75 is right: the best temperature takes log 4 to log 3, of scaled logits too.
    best = temperature * math.log(4) / math.log(3)
    assert fit_temperature(logits * temperature, target) == pytest.approx(best, rel=1e-4)


@pytest.mark.parametrize("temperature", [0.2, 1.0, 7.0])
def test_the_interval_lies_around_what_is_fitted_and_holds_the_truth(temperature: float) -> None:
    logits, target = calibrated(2_000)
    fitted = fit_temperature(logits * temperature, target)
    low, high = temperature_interval(logits * temperature, target, fitted)
    assert low < fitted < high and low < temperature < high
    assert (high - low) / fitted < 0.2


def test_it_is_that_of_fits_one_by_one() -> None:
    logits, target = calibrated(300)
    rng = np.random.default_rng(1)
    one_by_one = []
    for _ in range(200):
        drawn = torch.from_numpy(rng.integers(0, 300, 300))
        one_by_one.append(fit_temperature(logits[drawn], target[drawn]))
    expected = np.percentile(one_by_one, [2.5, 97.5])
    found = temperature_interval(logits, target, fit_temperature(logits, target))
    assert found == pytest.approx(tuple(expected), rel=0.06)


def test_more_examples_make_it_narrower() -> None:
    widths = []
    for count in (100, 1_600):
        logits, target = calibrated(count)
        low, high = temperature_interval(logits, target, fit_temperature(logits, target))
        widths.append(high - low)
    assert widths[1] < widths[0] / 3
