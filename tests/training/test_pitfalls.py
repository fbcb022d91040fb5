"""The pitfalls do what their page says, on this torch: errors are raised, the silent damage shows,
and the cures work."""

import math

import pytest
import torch
from torch import nn

from losslens.training.pitfall_catalogue import CLASSES, GROUPS, LESSONS, PITFALLS
from losslens.training.pitfalls import Outcome, run


@pytest.fixture(scope="module")
def wrong() -> dict[str, Outcome]:
    return {key: run(pitfall.wrong) for key, pitfall in PITFALLS.items()}


@pytest.fixture(scope="module")
def right() -> dict[str, Outcome]:
    outcomes = {code: run(code) for code in {pitfall.right for pitfall in PITFALLS.values()}}
    return {key: outcomes[pitfall.right] for key, pitfall in PITFALLS.items()}


@pytest.mark.parametrize("key", PITFALLS)
def test_the_right_code_learns(key: str, right: dict[str, Outcome]) -> None:
    outcome = right[key]
    assert outcome.error == "" and outcome.warning == ""
    if PITFALLS[key].tells_digits:
        assert outcome.accuracies[-1] > (0.75 if key.startswith("mse") else 0.85)
    else:
        assert outcome.losses[-1] < outcome.losses[0] / 3
    assert min(outcome.losses) >= 0 and outcome.broke_at is None


@pytest.mark.parametrize("key", PITFALLS)
def test_the_wrong_code_is_told_just_what_the_page_quotes(
    key: str, wrong: dict[str, Outcome]
) -> None:
    assert (wrong[key].error or wrong[key].warning) == PITFALLS[key].says
    assert PITFALLS[key].group in GROUPS


def test_sigmoid_twice_stalls_above_its_floor(wrong: dict[str, Outcome]) -> None:
    outcome, floor = wrong["sigmoid_twice"], PITFALLS["sigmoid_twice"].floor
    best = nn.BCEWithLogitsLoss()(torch.eye(CLASSES), torch.eye(CLASSES)).item()
    assert floor == pytest.approx(best, abs=1e-6) and floor == pytest.approx(0.6552, abs=5e-5)
    assert floor < min(outcome.losses) and outcome.accuracies[-1] < 0.3
    assert outcome.losses[-1] == pytest.approx(math.log(2), abs=0.01)


@pytest.mark.parametrize("key", ["kl_log_target", "log_of_zero", "all_ignored"])
def test_what_is_silent_and_not_a_number_is_found(key: str, wrong: dict[str, Outcome]) -> None:
    outcome = wrong[key]
    assert outcome.error == outcome.warning == "" and outcome.broke_at is not None
    learns = key == "all_ignored"  # its gradient is 0 where its value is nan
    assert (outcome.accuracies[-1] > 0.85) == learns


def test_indices_broadcast_against_probabilities_teach_nothing(wrong: dict[str, Outcome]) -> None:
    assert wrong["kl_broadcast"].accuracies[-1] < 0.5
    assert min(wrong["kl_broadcast"].losses) > 10


def test_one_output_under_cross_entropy_costs_nothing_and_learns_nothing(
    wrong: dict[str, Outcome],
) -> None:
    assert set(wrong["one_output"].losses) == {0.0}


def test_a_softmax_over_the_batch_stays_far_above_the_right_one(
    wrong: dict[str, Outcome], right: dict[str, Outcome]
) -> None:
    assert min(wrong["wrong_dimension"].losses) > 10 * right["wrong_dimension"].losses[-1]


def test_a_gradient_forced_on_a_number_teaches_nothing(wrong: dict[str, Outcome]) -> None:
    assert len(set(wrong["requires_grad_forced"].accuracies)) == 1


def test_a_column_broadcast_predicts_the_mean(
    wrong: dict[str, Outcome], right: dict[str, Outcome]
) -> None:
    """It cannot fall below the spread of the targets, which the right code does."""
    assert min(wrong["mse_column"].losses) > 2 * right["mse_column"].losses[-1]


@pytest.mark.parametrize("key", LESSONS)
def test_the_lessons_hold(key: str) -> None:
    assert "assert" in LESSONS[key]
    exec(LESSONS[key], {"torch": torch, "nn": nn})


def test_softmax_twice_stalls_at_its_floor(
    wrong: dict[str, Outcome], right: dict[str, Outcome]
) -> None:
    floor = PITFALLS["softmax_twice"].floor
    assert floor == pytest.approx(1.4612, abs=5e-5)
    assert min(wrong["softmax_twice"].losses) >= floor
    assert sum(wrong["softmax_twice"].losses[-10:]) / 10 < floor + 0.15  # near it, and
    assert right["softmax_twice"].losses[-1] < 0.3  # far above what the right code reaches


@pytest.mark.parametrize("key", ["kl_with_probabilities", "nll_with_probabilities"])
def test_probabilities_for_log_probabilities_give_a_negative_loss(
    key: str, wrong: dict[str, Outcome]
) -> None:
    assert wrong[key].losses[-1] < 0


def test_kl_mean_is_too_small_by_the_number_of_classes_and_learns_less(
    wrong: dict[str, Outcome], right: dict[str, Outcome]
) -> None:
    assert wrong["kl_mean"].losses[0] == pytest.approx(
        right["kl_mean"].losses[0] / CLASSES, rel=1e-4
    )
    assert wrong["kl_mean"].accuracies[-1] < right["kl_mean"].accuracies[-1] - 0.02


def test_what_never_passes_through_the_model_teaches_nothing(wrong: dict[str, Outcome]) -> None:
    assert len(set(wrong["not_through_the_model"].accuracies)) == 1


def test_a_square_batch_is_broadcast_with_a_warning(wrong: dict[str, Outcome]) -> None:
    assert "broadcast" in wrong["mse_broadcast"].warning
    assert wrong["mse_broadcast"].accuracies[-1] < 0.5


def test_nothing_else_is_run() -> None:
    with pytest.raises(ValueError, match="listed"):
        run("loss = __import__('os').system('true')")
