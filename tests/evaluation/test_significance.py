"""McNemar's exact test by hand, Holm's correction by statsmodels' definition, pairs by key."""

import pytest

from losslens.evaluation.significance import Difference, Pairs, paired_differences


def test_two_networks_with_the_same_answers_do_not_differ() -> None:
    (pair,) = paired_differences([[1, 0, 1], [1, 0, 1]])
    assert pair.p_value == 1 and not pair.significant


def test_the_exact_p_value_of_ten_to_none() -> None:
    (pair,) = paired_differences([[1] * 10 + [1] * 5, [0] * 10 + [1] * 5])
    assert (pair.only_first, pair.only_second) == (10, 0)
    assert pair.p_value == pytest.approx(2 / 2**10)
    assert pair.significant


def test_more_pairs_need_stronger_evidence() -> None:
    first, second = [1] * 6, [0] * 6
    (alone,) = paired_differences([first, second])
    assert alone.p_value == pytest.approx(2 / 2**6) and alone.significant
    among = paired_differences([first, second, first])
    assert [pair.p_value for pair in among] == pytest.approx([3 * 2 / 2**6, 1.0, 3 * 2 / 2**6])
    assert not any(pair.significant for pair in among)


def test_of_several_seeds_the_weakest_evidence_counts() -> None:
    strong, weak = [[1] * 12, [0] * 12], [[1] * 12, [0] * 7 + [1] * 5]
    (pair,) = paired_differences(strong, weak)
    assert pair.p_value == pytest.approx(2 / 2**7) and pair.significant
    assert (pair.only_first, pair.only_second) == (19, 0)


def test_seeds_that_disagree_which_is_better_find_no_difference() -> None:
    (pair,) = paired_differences([[1] * 12, [0] * 12], [[0] * 12, [1] * 12])
    assert pair.p_value == 1 and not pair.significant


def test_counts_are_compared_example_by_example() -> None:
    (pair,) = paired_differences([[30, 3, 5, 7, 30, 9], [2, 2, 4, 6, 29, 10]])
    assert (pair.only_first, pair.only_second) == (5, 1)
    assert pair.p_value == pytest.approx(2 * 7 / 2**6)


RIGHT = {"bad": [0] * 20, "good": [1] * 20, "fair": [1] * 19 + [0]}


def test_pairs_are_read_by_key_in_either_order() -> None:
    pairs = Pairs.of(RIGHT)
    assert [(a, b) for a, b, _ in pairs] == [("bad", "good"), ("bad", "fair"), ("good", "fair")]
    assert len(pairs) == 3 and list(pairs.differences) == paired_differences([*RIGHT.values()])
    assert pairs.better("bad", "good") == pairs.better("good", "bad") == "good"
    assert pairs.better("good", "fair") is None
    assert pairs.significant == [("good", "bad"), ("fair", "bad")]
    assert pairs.behind("good") == pairs.behind("fair") == ["bad"] and pairs.behind("bad") == []
    there, back = pairs.between("bad", "good"), pairs.between("good", "bad")
    assert there == Difference(0, 1, 0, 20, there.p_value)
    assert back == Difference(1, 0, 20, 0, there.p_value)


def test_the_keys_are_those_of_the_stored_differences_whatever_a_catalogue_has() -> None:
    pairs = Pairs(["x", "y"], [Difference(0, 1, 9, 0, 0.004)])
    assert pairs.better("x", "y") == "x" and pairs.behind("x") == ["y"]
    with pytest.raises(KeyError):
        pairs.between("x", "cross_entropy")


def test_several_seeds_are_matched_by_key() -> None:
    other_order = dict(reversed(RIGHT.items()))
    assert Pairs.of(RIGHT, other_order).significant == [("good", "bad"), ("fair", "bad")]


def test_one_network_makes_no_pairs() -> None:
    alone = Pairs.of({"good": [1, 1]})
    assert len(alone) == 0 and alone.significant == [] and alone.behind("good") == []
