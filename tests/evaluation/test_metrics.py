"""The figures, on logits for which the right value is known, much of it by paper and pencil."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.stats import beta
from torch import Tensor

from losslens.evaluation.metrics import (
    BINS,
    Bin,
    accuracy,
    calibration_error,
    confidence_and_correct,
    confusion,
    figures,
    log_odds,
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
    logits, target = drawn(count=200)
    correct = (logits.argmax(dim=1) == target).double().numpy()
    confidence = log_odds(logits).numpy()
    surest_first = sorted(range(200), key=lambda index: -confidence[index])
    counted = [1 - np.mean([correct[index] for index in surest_first[: k + 1]]) for k in range(200)]
    np.testing.assert_allclose(risk_coverage(confidence, correct), counted)
    assert figures(logits, target)["aurc"].value == pytest.approx(np.mean(counted))


def test_equals_in_confidence_count_as_the_mean_of_all_their_orders() -> None:
    confidence, correct = np.array([0.9, 0.5, 0.5, 0.5]), np.array([1.0, 0.0, 1.0, 1.0])
    risks = []
    for order in itertools.permutations([1, 2, 3]):
        wrong = 1 - correct[[0, *order]]
        risks.append(np.cumsum(wrong) / np.arange(1, 5))
    np.testing.assert_allclose(risk_coverage(confidence, correct), np.mean(risks, axis=0))


@pytest.mark.parametrize(
    ("values", "mean", "deviation", "student"),  # the last: of the t distribution, at 97.5 %
    [([0.97, 0.98, 0.99], 0.98, 0.01, 4.302653), ([0.5, 0.7], 0.6, 0.02**0.5, 12.706205)],
)
def test_the_interval_over_seeds_is_students(
    values: list[float], mean: float, deviation: float, student: float
) -> None:
    over = spread(values)
    half = student * deviation / len(values) ** 0.5
    assert (over.mean, over.deviation) == (pytest.approx(mean), pytest.approx(deviation))
    assert (over.low, over.high) == (pytest.approx(mean - half), pytest.approx(mean + half))
    assert over.seeds == len(values)


def test_the_calibration_error_is_the_mean_gap_of_bins_of_equal_count() -> None:
    confidence = np.repeat(np.linspace(0.3, 1.0, BINS), 4)
    correct = np.tile([1.0, 1.0, 1.0, 0.0], BINS)
    mixed = np.random.default_rng(0).permutation(len(confidence))
    expected = np.abs(np.linspace(0.3, 1.0, BINS) - 0.75).mean()
    assert calibration_error(confidence[mixed], correct[mixed]) == pytest.approx(expected)
    assert BINS == 15


def test_the_diagram_has_a_bin_for_each_example_where_there_are_few() -> None:
    bins = reliability(np.array([0.9, 0.6, 0.75]), np.array([1.0, 0.0, 1.0]))
    assert bins == [Bin(0.6, 0.0, 1), Bin(0.75, 1.0, 1), Bin(0.9, 1.0, 1)]
    assert calibration_error(
        np.array([0.9, 0.6, 0.75]), np.array([1.0, 0.0, 1.0])
    ) == pytest.approx(0.95 / 3)


def test_rows_of_the_confusion_matrix_are_true_classes_and_columns_answers() -> None:
    answers, target = torch.tensor([0, 1, 1, 2, 0, 1]), torch.tensor([0, 1, 2, 1, 0, 1])
    logits = torch.nn.functional.one_hot(answers, 4).float()
    assert confusion(logits, target) == [[2, 0, 0, 0], [0, 2, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_accuracy_has_wilsons_interval() -> None:
    figure = accuracy(np.array([1.0] * 8 + [0.0] * 2))
    z = 1.959963984540054
    centre = (0.8 + z * z / 20) / (1 + z * z / 10)
    half = z * math.sqrt(0.8 * 0.2 / 10 + z * z / 400) / (1 + z * z / 10)
    assert (figure.value, figure.low, figure.high) == pytest.approx(
        (0.8, centre - half, centre + half)
    )


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_confidence_is_the_highest_probability_at_a_temperature(temperature: float) -> None:
    logits = torch.tensor([[0.7, 2.3, -1.1], [3.9, 0.2, 0.1]])
    confidence, correct = confidence_and_correct(logits, torch.tensor([1, 2]), temperature)
    expected = [max(math.exp(z / temperature) for z in row) for row in logits.tolist()]
    expected = [
        best / sum(math.exp(z / temperature) for z in row)
        for best, row in zip(expected, logits.tolist(), strict=True)
    ]
    assert confidence.tolist() == pytest.approx(expected) and correct.tolist() == [1, 0]
    if temperature == 1:
        assert confidence_and_correct(logits, torch.tensor([1, 2]))[0].tolist() == pytest.approx(
            expected
        )


def known(count: int = 40) -> tuple[Tensor, Tensor]:
    """Two classes; the first always has the probability 0.8, and is right in three of four."""
    logits = torch.tensor([[math.log(4.0), 0.0]]).expand(count, 2)
    return logits, (torch.arange(count) % 4 == 3).long()


def test_every_figure_of_known_probabilities_is_what_paper_and_pencil_give() -> None:
    found = {name: figure.value for name, figure in figures(*known()).items()}
    assert found["accuracy"] == 0.75
    assert found["nll"] == pytest.approx(-0.75 * math.log(0.8) - 0.25 * math.log(0.2))
    assert found["brier"] == pytest.approx(0.75 * 2 * 0.2**2 + 0.25 * 2 * 0.8**2)
    assert found["aurc"] == pytest.approx(0.25)
    colder = {name: figure.value for name, figure in figures(*known(), temperature=0.5).items()}
    share = 16 / 17  # both logits doubled: 4 to 1 becomes 16 to 1
    assert colder["nll"] == pytest.approx(-0.75 * math.log(share) - 0.25 * math.log(1 - share))
    assert colder["brier"] == pytest.approx(2 * (0.75 * (1 - share) ** 2 + 0.25 * share**2))
    assert colder["accuracy"] == found["accuracy"]


def test_calibration_and_risk_are_figured_from_confidence_and_correctness() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(60, 3, generator=generator)
    target = torch.randint(0, 3, (60,), generator=generator)
    pairs = confidence_and_correct(logits, target, 0.7)
    found = figures(logits, target, 0.7)
    assert found["calibration_error"].value == pytest.approx(calibration_error(*pairs))
    assert found["aurc"].value == pytest.approx(float(risk_coverage(*pairs).mean()))


def test_the_bootstraps_interval_has_95_percent_and_repeats() -> None:
    found, again = figures(*known(400)), figures(*known(400))
    assert found == again
    # The number of wrong answers in a resample is binomial; nll and brier are linear in it.
    low_share, high_share = (float(beta.ppf(tail, 100, 300)) for tail in (0.025, 0.975))
    for name, right, wrong in (("nll", -math.log(0.8), -math.log(0.2)), ("brier", 0.08, 1.28)):
        figure = found[name]
        shares = [(end - right) / (wrong - right) for end in (figure.low, figure.high)]
        assert shares == pytest.approx([low_share, high_share], abs=0.003)


def test_every_example_can_be_drawn_by_the_bootstrap() -> None:
    logits, _ = known(2)
    for wrong in range(2):
        found = figures(logits, (torch.arange(2) == wrong).long())["nll"]
        assert (found.low, found.high) == pytest.approx((-math.log(0.8), -math.log(0.2)))


def test_log_odds_rank_as_the_softmax_does_and_go_on_where_it_rounds_to_one() -> None:
    logits, target = drawn(count=200)
    confidence, _ = confidence_and_correct(logits, target)
    odds = log_odds(logits).numpy()
    np.testing.assert_allclose(odds, np.log(confidence / (1 - confidence)))
    sure = torch.tensor([[50.0, 0.0, 0.0], [60.0, 0.0, 0.0]])
    assert (sure.double().softmax(dim=1).max(dim=1).values == 1).all()
    lower, higher = log_odds(sure).tolist()
    assert (lower, higher) == pytest.approx((50 - math.log(2), 60 - math.log(2)))


def test_a_saturated_wrong_answer_costs_less_risk_than_a_surer_one() -> None:
    """All softmax are 1: only the log-odds tell that the wrong one is the least sure."""
    logits = torch.tensor([[50.0, 0.0], [60.0, 0.0], [70.0, 0.0]])
    least_sure_is_wrong, surest_is_wrong = torch.tensor([1, 0, 0]), torch.tensor([0, 0, 1])
    assert figures(logits, least_sure_is_wrong)["aurc"].value == pytest.approx(1 / 9)
    assert figures(logits, surest_is_wrong)["aurc"].value == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
