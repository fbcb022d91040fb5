"""Losses against cross-entropy, paired by seed."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from losslens.evaluation.verdicts import LEAST_SEEDS
from losslens.study.analysis import MEASURES, Measure, by_seed, compare, compared
from losslens.study.runs import Results

ACCURACY = MEASURES["accuracy"]
BASE = {seed: 0.9 + 0.01 * seed for seed in range(5)}
JITTER = (0.001, -0.001, 0.002, 0.0, -0.002)


def shifted(by: float, scale: float = 1.0) -> dict[int, float]:
    return {seed: BASE[seed] + by + scale * JITTER[seed] for seed in BASE}


def verdict(of_loss: dict[int, float], measure: Measure = ACCURACY) -> str:
    return compare({"cross_entropy": BASE, "gce": of_loss}, measure)["gce"].verdict


@pytest.mark.parametrize(
    ("by", "scale", "expected"),
    [(0.05, 1, "better"), (-0.05, 1, "worse"), (0.001, 1, "equal"), (0.01, 30, "unknown")],
)
def test_the_verdict_follows_from_difference_and_spread(
    by: float, scale: float, expected: str
) -> None:
    assert verdict(shifted(by, scale)) == expected


def test_of_a_measure_that_is_better_low_the_lower_is_better() -> None:
    assert verdict(shifted(-0.05), MEASURES["ece"]) == "better"


def test_a_difference_within_the_margin_is_equal_even_where_it_is_certain() -> None:
    found = compare({"cross_entropy": BASE, "gce": shifted(0.004, 0.1)}, ACCURACY)["gce"]
    assert found.p_value < 0.001 and found.verdict == "equal"


def test_the_interval_is_students_paired_one() -> None:
    own = shifted(0.03)
    found = compare({"cross_entropy": BASE, "gce": own}, ACCURACY)["gce"]
    expected = ttest_rel(list(own.values()), list(BASE.values())).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_pairs_are_by_seed_whatever_their_order() -> None:
    own = dict(reversed(shifted(0.03).items()))
    assert compare({"cross_entropy": BASE, "gce": own}, ACCURACY)["gce"].seeds == 5
    assert compare({"cross_entropy": BASE, "gce": own}, ACCURACY)["gce"].low > 0.02


def test_nothing_is_said_of_a_loss_with_too_few_seeds() -> None:
    few = {seed: 0.5 for seed in range(LEAST_SEEDS - 1)}
    assert compare({"cross_entropy": BASE, "gce": few}, ACCURACY) == {}
    assert compare({"gce": BASE}, ACCURACY) == {}


def test_more_losses_make_a_verdict_harder() -> None:
    """Holm's correction: the same difference among many others is no longer certain."""
    almost = shifted(0.0125, 5)
    alone = compare({"cross_entropy": BASE, "gce": almost}, ACCURACY)["gce"]
    others = {f"other {number}": shifted(0.0, 20) for number in range(20)}
    among = compare({"cross_entropy": BASE, "gce": almost, **others}, ACCURACY)["gce"]
    assert alone.p_value < 0.05 < among.p_value
    assert alone.difference == among.difference


def test_seeds_that_all_agree_leave_no_doubt() -> None:
    assert verdict(BASE) == "equal"
    assert verdict({seed: value + 0.5 for seed, value in BASE.items()}) == "better"


def test_several_tasks_are_averaged_seed_by_seed() -> None:
    def results(values: list[float]) -> Results:
        return Results(0.01, {}, [0, 1, 2], {"accuracy": values})

    places = [
        {"cross_entropy": results([0.1, 0.2, 0.3]), "gce": results([0.3, 0.4, 0.5])},
        {"cross_entropy": results([0.3, 0.4, 0.5]), "mse": results([0.3, 0.4, 0.5])},
    ]
    assert by_seed(places, "accuracy") == {"cross_entropy": pytest.approx({0: 0.2, 1: 0.3, 2: 0.4})}
    alone = compared(places[:1], "accuracy")["gce"]
    assert np.isclose(alone.difference, 0.2) and alone.verdict == "better"
