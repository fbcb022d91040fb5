"""McNemar's exact test against hand-computed values, Holm's correction against statsmodels' definition."""

import pytest

from losslens.evaluation.significance import compare


def test_two_networks_with_the_same_answers_tie() -> None:
    (pair,) = compare([[1, 0, 1], [1, 0, 1]])
    assert pair.p_value == 1 and pair.tie


def test_the_exact_p_value_of_ten_to_none() -> None:
    (pair,) = compare([[1] * 10 + [1] * 5, [0] * 10 + [1] * 5])
    assert (pair.only_first, pair.only_second) == (10, 0)
    assert pair.p_value == pytest.approx(2 / 2**10)
    assert not pair.tie


def test_more_pairs_need_stronger_evidence() -> None:
    first, second = [1] * 6 + [0] * 0, [0] * 6
    (alone,) = compare([first, second])
    assert alone.p_value == pytest.approx(2 / 2**6) and not alone.tie
    among = compare([first, second, first])
    assert [pair.p_value for pair in among] == pytest.approx([3 * 2 / 2**6, 1.0, 3 * 2 / 2**6])
    assert all(pair.tie for pair in among)


def test_of_several_seeds_the_weakest_evidence_counts() -> None:
    strong, weak = [[1] * 12, [0] * 12], [[1] * 12, [0] * 7 + [1] * 5]
    (pair,) = compare(strong, weak)
    assert pair.p_value == pytest.approx(2 / 2**7) and not pair.tie
    assert (pair.only_first, pair.only_second) == (19, 0)


def test_seeds_that_disagree_which_is_better_make_a_tie() -> None:
    (pair,) = compare([[1] * 12, [0] * 12], [[0] * 12, [1] * 12])
    assert pair.p_value == 1 and pair.tie


def test_counts_are_compared_example_by_example() -> None:
    (pair,) = compare([[30, 3, 5, 7, 30, 9], [2, 2, 4, 6, 29, 10]])
    assert (pair.only_first, pair.only_second) == (5, 1)
    assert pair.p_value == pytest.approx(2 * 7 / 2**6)
