"""What a run comes to: facts that change with what its networks did, each with its test."""

from dataclasses import replace

import numpy as np
import pytest

from losslens.live.conclusions import Fact, class_weights, conclusions
from losslens.live.config import LiveConfig, Point
from losslens.tasks import TASKS

CONFIG = LiveConfig(losses=("cross_entropy", "gce", "focal"))
COUNT = 1000


def end(right: list[list[int]], confidence: list[float], repeats: list[list[int]]) -> Point:
    """The last point of a run of networks with these answers."""
    count = len(right)
    said = [[each] * COUNT for each in confidence]
    zeros = [0.0] * count
    return Point(8, 8, 1.0, zeros, zeros, zeros, [], right, said, repeats=repeats)


def row(share: float) -> list[int]:
    return [1] * round(COUNT * share) + [0] * round(COUNT * (1 - share))


RIGHT = [row(0.98), row(0.97), row(0.60)]
END = end(RIGHT, [0.59, 0.97, 0.99], [row(0.5), row(0.03), row(0.52)])


def fact(measure: str, config: LiveConfig, *ends: Point) -> Fact:
    return next(each for each in conclusions(config, ends) if each.measure == measure)


def test_the_best_is_named_with_those_that_are_significantly_behind() -> None:
    found = fact("accuracy", CONFIG, END)
    assert found.values == pytest.approx([0.98, 0.97, 0.6])
    assert (found.best, found.worst, found.behind) == (0, 2, [2, 1]) and found.p_value < 0.05
    near = replace(END, right=[row(0.98), row(0.979), row(0.978)])
    found = fact("accuracy", CONFIG, near)
    assert found.behind == [] and found.p_value > 0.05


def test_calibration_is_what_a_network_says_against_what_it_gets_right() -> None:
    found = fact("calibration", CONFIG, END)
    assert found.says == pytest.approx([0.59, 0.97, 0.99])
    assert found.right == pytest.approx([0.98, 0.97, 0.6])
    assert found.values == pytest.approx([0.39, 0.0, 0.39], abs=1e-9)
    assert found.best == 1 and set(found.behind) == {0, 2} and found.p_value < 0.01


def test_as_far_off_in_either_direction_is_no_difference() -> None:
    config = replace(CONFIG, losses=("cross_entropy", "gce"))
    same = end([row(0.8), row(0.8)], [0.7, 0.9], [])
    found = fact("calibration", config, same)
    assert found.values == pytest.approx([0.1, 0.1]) and found.behind == []


def test_of_wrong_labels_the_fewest_repeated_are_best() -> None:
    found = fact("memorised", CONFIG, END)
    assert (found.best, found.count) == (1, COUNT) and found.behind == [2, 0]
    assert [each.measure for each in conclusions(CONFIG, [replace(END, repeats=[])])] == [
        *("accuracy", "calibration")
    ]


def test_where_classes_are_rare_every_class_counts_alike() -> None:
    rare = replace(CONFIG, losses=("cross_entropy", "logit_adjusted"), imbalance=100)
    target = rare.live.load()[1].target.numpy()
    counts = np.bincount(target, minlength=10)
    assert class_weights(rare).mean() == pytest.approx(1)
    right = [(target != 3).astype(int).tolist(), (target != 4).astype(int).tolist()]
    found = fact("balanced", rare, end(right, [0.9, 0.9], []))
    assert found.values == pytest.approx([0.9, 0.9]) and found.behind == []
    assert counts[3] != counts[4]  # by accuracy they would differ
    assert len(TASKS["digits"].labels) == 10


def test_over_seeds_only_what_holds_in_each_is_significant() -> None:
    config = replace(CONFIG, losses=("cross_entropy", "gce"), seeds=2)
    one, other = (
        end([row(0.9), row(0.7)], [0.9, 0.9], []),
        end([row(0.7), row(0.9)], [0.9, 0.9], []),
    )
    assert fact("accuracy", config, one, one).behind == [1]
    assert fact("accuracy", config, one, other).behind == []
    assert fact("accuracy", config, one, other).values == pytest.approx([0.8, 0.8])
    assert fact("calibration", config, one, one).behind == [1]
    assert fact("calibration", config, one, other).behind == []


def test_one_loss_alone_is_compared_with_none() -> None:
    alone = replace(CONFIG, losses=("mse",))
    facts = conclusions(alone, [end([row(0.9)], [0.2], [])])
    assert [(each.best, each.worst, each.behind, each.p_value) for each in facts] == [
        (0, 0, [], 1.0)
    ] * 2
