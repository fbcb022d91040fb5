"""The results of a finished run: figures of each loss, and which pairs differ significantly."""

from dataclasses import asdict

import pytest

from losslens.live.config import LiveConfig, Point
from losslens.live.results import Comparison, results_of

HELD_OUT = 1000


def end(shares: list[float], *, confidence: list[float] | None = None, run: int = 0) -> Point:
    """The last point of networks that are right on the first so many held-out examples, and whose
    softmax says ``confidence`` on each."""
    count = len(shares)
    right = [
        [1] * round(HELD_OUT * share) + [0] * round(HELD_OUT * (1 - share)) for share in shares
    ]
    said = [[each] * HELD_OUT for each in confidence or shares]
    zeros = [0.0] * count
    return Point(8, 8, 1.5, zeros, shares, [0.125] * count, [], right, said, run=run)


def test_figures_and_pairs_are_by_loss() -> None:
    config = LiveConfig(losses=("mse", "gce", "focal"), optimizer="sgd")
    results = results_of(config, [end([0.5, 0.9, 0.896])])
    assert [each.loss for each in results.figures] == ["mse", "gce", "focal"]
    assert [each.accuracy.value for each in results.figures] == [0.5, 0.9, 0.896]
    assert all(0 < each.accuracy.low < each.accuracy.high < 1 for each in results.figures)
    assert [each.learning_rate for each in results.figures] == config.learning_rates
    assert [(each.first, each.second, each.better) for each in results.pairs] == [
        ("mse", "gce", "gce"),
        ("mse", "focal", "focal"),
        ("gce", "focal", None),
    ]
    assert results.seconds == 1.5


def test_one_loss_trained_twice_does_not_differ_from_itself() -> None:
    config = LiveConfig(losses=("mse", "mse", "gce"))
    results = results_of(config, [end([1.0, 1.0, 0.0])])
    assert results.pairs[0] == Comparison("mse", "mse", 1.0, None)
    assert [each.better for each in results.pairs[1:]] == ["mse", "mse"]


def test_one_loss_alone_has_no_pairs_and_all_of_it_is_plain_data() -> None:
    results = asdict(results_of(LiveConfig(losses=("bce",)), [end([0.75])]))
    assert results["pairs"] == [] and results["figures"][0]["calibration_error"] == 0.125
    assert results["figures"][0]["accuracy"]["value"] == pytest.approx(0.75)


def test_of_several_seeds_the_figures_are_means_and_a_difference_holds_in_each() -> None:
    config = LiveConfig(losses=("mse", "gce", "focal"), seeds=2)
    results = results_of(config, [end([0.5, 0.9, 0.6]), end([0.6, 0.8, 0.5], run=1)])
    assert [each.accuracy.value for each in results.figures] == pytest.approx([0.55, 0.85, 0.55])
    assert results.figures[0].accuracy.low < 0.5 and results.seconds == 3.0
    better = {(each.first, each.second): each.better for each in results.pairs}
    assert better[("mse", "gce")] == "gce" and better[("gce", "focal")] == "gce"
    assert better[("mse", "focal")] is None  # once the one, once the other
