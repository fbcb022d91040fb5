"""Paired permutation tests: exact where that can be known, symmetric, corrected."""

import numpy as np
import pytest

from losslens.evaluation.binomial import exact_p_value
from losslens.evaluation.permutation import swapped_p_values


def test_on_right_and_wrong_it_is_mcnemars_test() -> None:
    both = [1.0] * 50 + [0.0] * 20
    first, second = [*both, *[1.0] * 14, *[0.0] * 4], [*both, *[0.0] * 14, *[1.0] * 4]
    (found,) = swapped_p_values([np.array(first), np.array(second)]).values()
    assert found == pytest.approx(exact_p_value(14, 4), abs=0.01)


def test_equal_rows_never_differ_and_the_order_is_no_matter() -> None:
    chance = np.random.default_rng(1)
    first, second = chance.normal(size=200), chance.normal(0.15, size=200)
    assert swapped_p_values([first, first]) == {(0, 1): 1.0}
    one, other = swapped_p_values([first, second]), swapped_p_values([second, first])
    assert one[0, 1] == pytest.approx(other[0, 1], abs=0.02)


def test_without_a_difference_small_p_values_are_as_rare_as_they_should_be() -> None:
    chance = np.random.default_rng(2)
    found = [
        swapped_p_values([chance.normal(size=40), chance.normal(size=40)], of=np.abs)[0, 1]
        for _ in range(100)
    ]
    assert sum(each < 0.05 for each in found) <= 12  # 5 are expected; more than 12: once in 1,000


def test_of_three_the_p_values_are_corrected_and_of_seeds_the_largest_counts() -> None:
    chance = np.random.default_rng(3)
    rows = [chance.normal(mean, size=100) for mean in (0.0, 0.3, 3.0)]
    alone = swapped_p_values(rows[:2])[0, 1]
    assert swapped_p_values(rows)[0, 1] >= alone
    assert swapped_p_values(rows, rows) == swapped_p_values(rows)
    assert swapped_p_values(rows[1:], rows[:0:-1]) == {(0, 1): 1.0}  # the seeds do not agree
