"""The crossed interval: by hand on its parts, and its coverage where truth is known."""

import math

import numpy as np
import pytest

from losslens.evaluation.crossed import crossed, over_examples
from losslens.evaluation.significance import Difference

PAIR = Difference(0, 1, 30, 10, 0.01)
OWN, BASE = {0: 0.97, 1: 0.96, 2: 0.98}, {0: 0.95, 1: 0.95, 2: 0.95}


def test_over_examples_it_is_the_paired_difference_with_its_standard_error() -> None:
    found = over_examples(PAIR, 1_000)
    each = np.array([1] * 30 + [-1] * 10 + [0] * 960)
    assert found.difference == pytest.approx(each.mean())
    assert found.error == pytest.approx(each.std() / math.sqrt(1_000))
    assert found.freedom == 999


def test_seeds_and_examples_both_count_and_satterthwaite_gives_the_freedom() -> None:
    found = crossed(OWN, BASE, PAIR, 1_000)
    seeds, examples = 0.01**2 / 3, over_examples(PAIR, 1_000).error ** 2
    assert found.difference == pytest.approx(0.02)
    assert found.error == pytest.approx(math.sqrt(seeds + examples))
    freedom = (seeds + examples) ** 2 / (seeds**2 / 2 + examples**2 / 999)
    assert found.freedom == pytest.approx(freedom) and 2 < found.freedom < 999


def test_seeds_are_paired_by_number_and_those_of_one_alone_are_left_out() -> None:
    shuffled = {5: 0.1, **dict(reversed(OWN.items()))}
    assert crossed(shuffled, BASE, PAIR, 1_000) == crossed(OWN, BASE, PAIR, 1_000)


def test_with_too_few_seeds_it_is_over_the_examples_alone() -> None:
    few = {0: 0.97, 1: 0.96}
    assert crossed(few, BASE, PAIR, 1_000) == over_examples(PAIR, 1_000)


def test_networks_that_never_disagree_leave_no_doubt() -> None:
    found = crossed(BASE, BASE, Difference(0, 1, 0, 0, 1.0), 1_000)
    assert (found.difference, found.error) == (0, 0)
    assert found.interval == (0, 0) and found.p_differs == 1


def test_the_interval_holds_the_truth_at_least_as_often_as_it_says() -> None:
    """Two losses of the same quality on examples of unequal difficulty: 95 % or more."""
    rng, examples, seeds, held = np.random.default_rng(0), 500, 3, 0
    for _ in range(300):
        difficulty = rng.normal(2, 1, examples)
        leaning = rng.normal(0, 0.5, examples)  # the examples on which the first is better
        right = np.array(
            [
                rng.random((seeds, examples))
                < 1 / (1 + np.exp(-(difficulty + sign * leaning + rng.normal(0, 0.2, (seeds, 1)))))
                for sign in (1, -1)
            ]
        )
        first, second = right[:, 0]
        pair = Difference(0, 1, int((first & ~second).sum()), int((second & ~first).sum()), 1.0)
        accuracy = [dict(enumerate(each.mean(axis=1))) for each in right]
        low, high = crossed(*accuracy, pair, examples).interval
        held += low <= 0 <= high
    assert held / 300 >= 0.95
