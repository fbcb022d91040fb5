"""The pitfalls do what their page says, on this torch: errors are raised, the silent damage shows,
and the cures work."""

import pytest

from losslens.tasks import TASKS
from losslens.training.pitfalls import PITFALLS, Outcome, run

CLASSES = len(TASKS["digits"].labels)
LOUD = {
    "float_target": "expected",
    "kl_with_indices": "RuntimeError",
    "mse_with_indices": "size",
    "no_gradient": "does not require grad",
    "no_import": "name 'F' is not defined",
}


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
    assert outcome.accuracies[-1] > (0.75 if key.startswith("mse") else 0.85)
    assert min(outcome.losses) >= 0


def test_the_loud_pitfalls_raise_what_torch_says(wrong: dict[str, Outcome]) -> None:
    assert {key for key, outcome in wrong.items() if outcome.error} == set(LOUD)
    for key, said in LOUD.items():
        assert said in wrong[key].error


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
