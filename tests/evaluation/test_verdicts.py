"""Verdicts: by the tests that scipy has, within a margin, and never equal for want of evidence."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from losslens.evaluation.verdicts import VERDICTS, Estimate, by_verdict, judged

SEEDS = np.array([0.012, 0.004, 0.015, 0.007, 0.011])


def over(values: np.ndarray) -> Estimate:
    error = values.std(ddof=1) / np.sqrt(len(values))
    return Estimate(float(values.mean()), float(error), len(values) - 1)


def test_the_p_values_and_the_interval_are_students() -> None:
    estimate, expected = over(SEEDS), ttest_1samp(SEEDS, 0)
    assert estimate.p_differs == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert estimate.interval == pytest.approx((interval.low, interval.high))
    margin = 0.02
    below = ttest_1samp(SEEDS, margin, alternative="less").pvalue
    above = ttest_1samp(SEEDS, -margin, alternative="greater").pvalue
    assert estimate.p_within(margin) == pytest.approx(max(below, above))


@pytest.mark.parametrize(
    ("difference", "error", "verdict"),
    [
        (0.05, 0.005, "better"),
        (-0.05, 0.005, "worse"),
        (0.001, 0.001, "equal"),
        (0.005, 0.0005, "equal"),  # certain, and within the margin
        (0.0, 0.05, "unknown"),  # no difference found, but none can be ruled out
        (0.02, 0.02, "unknown"),
    ],
)
def test_what_is_not_significant_is_not_equal(
    difference: float, error: float, verdict: str
) -> None:
    found = judged({"a": Estimate(difference, error, 8)}, 0.01)["a"]
    assert found.verdict == verdict and found.low < difference < found.high


def test_where_low_is_better_the_verdict_turns() -> None:
    assert judged({"a": Estimate(-0.05, 0.005, 8)}, 0.01, higher_is_better=False)["a"].verdict == (
        "better"
    )


def test_without_any_spread_there_is_no_doubt() -> None:
    found = judged({"same": Estimate(0, 0, 4), "far": Estimate(0.5, 0, 4)}, 0.01)
    assert [each.verdict for each in found.values()] == ["equal", "better"]
    assert (found["far"].low, found["far"].high) == (0.5, 0.5)


def test_among_many_a_verdict_is_harder_and_the_interval_is_the_same() -> None:
    almost = Estimate(0.03, 0.01, 8)
    alone = judged({"a": almost}, 0.01)["a"]
    among = judged({"a": almost} | {str(n): Estimate(0, 0.05, 8) for n in range(20)}, 0.01)["a"]
    assert alone.verdict == "better" and among.verdict == "unknown"
    assert (alone.low, alone.high) == (among.low, among.high)


def test_keys_are_listed_under_every_verdict() -> None:
    listed = by_verdict({"a": "worse", "b": "equal", "c": "worse"})
    assert tuple(listed) == VERDICTS
    assert listed["worse"] == ["a", "c"] and listed["equal"] == ["b"] and not listed["better"]
