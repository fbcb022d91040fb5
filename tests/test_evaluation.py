"""The figures, on logits for which the right value is known."""

import numpy as np
import pytest
import torch

from losslens.evaluation import calibration_error, figures, fit_temperature


def drawn(scale: float = 1.0, count: int = 20_000) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits whose softmax is the true chance of each class, then multiplied by ``scale``."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(count, 4, generator=generator) * 2
    target = torch.multinomial(logits.softmax(1), 1, generator=generator).squeeze(1)
    return logits * scale, target


@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0])
def test_the_temperature_undoes_a_scale(scale: float) -> None:
    logits, target = drawn(scale)
    assert fit_temperature(logits, target) == pytest.approx(scale, rel=0.05)


def test_true_probabilities_are_calibrated_and_sharpened_ones_are_not() -> None:
    logits, target = drawn()
    honest, sharpened = figures(logits, target), figures(logits * 3, target)
    assert honest["calibration_error"].value < 0.02 < sharpened["calibration_error"].value
    assert honest["nll"].value < sharpened["nll"].value
    assert honest["accuracy"] == sharpened["accuracy"]
    for figure in honest.values():
        assert figure.low <= figure.value <= figure.high or figure is honest["calibration_error"]


def test_the_calibration_error_of_constant_confidence_is_its_gap() -> None:
    correct = np.array([1.0] * 75 + [0.0] * 25)
    assert calibration_error(np.full(100, 0.95), np.random.default_rng(0).permutation(correct)) >= 0.2
    assert calibration_error(np.ones(100), np.ones(100)) == 0


def test_the_interval_narrows_with_more_examples() -> None:
    few, many = (figures(*drawn(count=count))["accuracy"] for count in (100, 10_000))
    assert many.high - many.low < (few.high - few.low) / 5
