"""The figures, on logits for which the right value is known."""

import itertools

import numpy as np
import pytest
import torch

from losslens.evaluation.metrics import (
    BINS,
    calibration_error,
    confidence_and_correct,
    confusion,
    figures,
    fit_temperature,
    reliability,
    risk_coverage,
    spread,
)


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
    assert (
        calibration_error(np.full(100, 0.95), np.random.default_rng(0).permutation(correct)) >= 0.2
    )
    assert calibration_error(np.ones(100), np.ones(100)) == 0


def test_the_interval_narrows_with_more_examples() -> None:
    few, many = (figures(*drawn(count=count))["accuracy"] for count in (100, 10_000))
    assert many.high - many.low < (few.high - few.low) / 5


def test_the_bins_of_the_diagram_sum_to_the_calibration_error() -> None:
    logits, target = drawn(2.0, count=997)
    confidence, correct = confidence_and_correct(logits, target)
    bins = reliability(confidence, correct)
    assert len(bins) == BINS and sum(each.count for each in bins) == 997
    gap = sum(each.count * abs(each.confidence - each.accuracy) for each in bins) / 997
    assert gap == pytest.approx(calibration_error(confidence, correct))
    assert [each.confidence for each in bins] == sorted(each.confidence for each in bins)
    assert sum(each.count * each.accuracy for each in bins) / 997 == pytest.approx(
        figures(logits, target)["accuracy"].value
    )


def test_the_risk_at_each_coverage_is_what_counting_gives() -> None:
    confidence, correct = confidence_and_correct(*drawn(count=200))
    surest_first = sorted(range(200), key=lambda index: -confidence[index])
    counted = [1 - np.mean([correct[index] for index in surest_first[: k + 1]]) for k in range(200)]
    np.testing.assert_allclose(risk_coverage(confidence, correct), counted)
    assert figures(*drawn(count=200))["aurc"].value == pytest.approx(np.mean(counted))


def test_equals_in_confidence_count_as_the_mean_of_all_their_orders() -> None:
    confidence, correct = np.array([0.9, 0.5, 0.5, 0.5]), np.array([1.0, 0.0, 1.0, 1.0])
    risks = []
    for order in itertools.permutations([1, 2, 3]):
        wrong = 1 - correct[[0, *order]]
        risks.append(np.cumsum(wrong) / np.arange(1, 5))
    np.testing.assert_allclose(risk_coverage(confidence, correct), np.mean(risks, axis=0))


def test_the_confusion_matrix_counts_every_example_once() -> None:
    logits, target = drawn(count=500)
    counted = np.array(confusion(logits, target))
    assert counted.sum() == 500
    assert counted.diagonal().sum() / 500 == pytest.approx(
        figures(logits, target)["accuracy"].value
    )
    by_hand = sum(int(t == 2 and row.argmax() == 1) for row, t in zip(logits, target, strict=True))
    assert counted[2][1] == by_hand


def test_the_interval_over_three_seeds_is_students() -> None:
    over = spread([0.97, 0.98, 0.99])
    assert (over.mean, over.deviation, over.seeds) == (pytest.approx(0.98), pytest.approx(0.01), 3)
    assert over.high - over.mean == pytest.approx(4.302653 * 0.01 / 3**0.5, rel=1e-6)
