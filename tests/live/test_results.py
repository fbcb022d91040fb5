"""The results of a finished run: figures of each loss, and which pairs differ significantly."""

from dataclasses import asdict

import pytest

from losslens.live.config import LiveConfig, Point
from losslens.live.results import Comparison, results_of


def last_point(right: list[list[int]]) -> Point:
    count = len(right)
    return Point(8, 8, 1.5, [0.0] * count, [0.0] * count, [0.125] * count, [], right)


def test_figures_and_pairs_are_by_loss() -> None:
    config = LiveConfig(losses=("mse", "gce", "focal"), optimizer="sgd")
    many, few, some = [1] * 90 + [0] * 10, [1] * 50 + [0] * 50, [1] * 88 + [0] * 12
    results = results_of(config, last_point([few, many, some]))
    assert [each.loss for each in results.figures] == ["mse", "gce", "focal"]
    assert [each.accuracy.value for each in results.figures] == [0.5, 0.9, 0.88]
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
    good, bad = [1] * 100, [0] * 100
    results = results_of(config, last_point([good, good, bad]))
    assert results.pairs[0] == Comparison("mse", "mse", 1.0, None)
    assert [each.better for each in results.pairs[1:]] == ["mse", "mse"]


def test_one_loss_alone_has_no_pairs_and_all_of_it_is_plain_data() -> None:
    results = asdict(results_of(LiveConfig(losses=("bce",)), last_point([[1, 0, 1, 1]])))
    assert results["pairs"] == [] and results["figures"][0]["calibration_error"] == 0.125
    assert results["figures"][0]["accuracy"]["value"] == pytest.approx(0.75)
