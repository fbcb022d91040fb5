"""Live training: the same seed gives the same curve, two names of one loss coincide, and a run can
be stopped or die."""

import os
import signal
import threading
from dataclasses import replace
from functools import partial

import pytest

from losslens.live.conclusions import conclusions
from losslens.live.config import Held, LiveConfig, LiveError, Point, by_run
from losslens.live.gate import Gate
from losslens.live.material import material
from losslens.live.process import LiveRun
from losslens.live.worker import prepared
from losslens.losses import LossFunction
from losslens.losses.functions import cross_entropy, kl_div
from losslens.tasks import TASKS
from losslens.training.loop import train
from losslens.ui.live.settings import PRESETS, config_of, first
from support.live import SHORT, ended, finished, gone


def curve(points: list[Point], index: int = 0) -> list[tuple[float, ...]]:
    return [
        (p.loss[index], p.accuracy[index], p.calibration_error[index], *p.reading[index])
        for p in points
    ]


def test_one_seed_gives_one_curve_and_another_seed_another() -> None:
    first, again, other = finished(SHORT), finished(SHORT), finished(replace(SHORT, seed=1))
    assert curve(first) == curve(again)
    assert curve(first) != curve(other)
    assert [point.seen for point in first] == sorted({point.seen for point in first})
    assert first[-1].seen == first[-1].total == 400
    assert len(first[-1].right[0]) == 1000
    assert sum(first[-1].right[0]) / 1000 == pytest.approx(first[-1].accuracy[0])
    assert sum(first[-1].reading[0]) == pytest.approx(1, abs=1e-5)


def test_the_same_loss_twice_and_typed_by_hand_lie_on_each_other() -> None:
    points = finished(
        replace(SHORT, losses=("cross_entropy", "cross_entropy", "own"), formula="-sum(e * logp)")
    )
    assert curve(points, 0) == curve(points, 1)
    for ours, typed in zip(curve(points, 0), curve(points, 2), strict=True):
        assert typed == pytest.approx(ours, abs=2e-3)


def test_a_network_learns_from_few_digits() -> None:
    points = finished(replace(SHORT, examples=2000, epochs=2))
    assert points[-1].accuracy[0] > 0.8 > points[0].accuracy[0]


def losses_of_steps(config: LiveConfig, key: str, function: LossFunction) -> list[float]:
    training = prepared(replace(config, losses=(key,)))
    return [
        progress.loss
        for progress in train(
            training.states[0], function, training.material.dataset, config.live.augment
        )
    ]


def test_kl_divergence_without_smoothing_lies_on_cross_entropy() -> None:
    without = losses_of_steps(SHORT, "kl_div", partial(kl_div, eps=0.0))
    assert without == pytest.approx(
        losses_of_steps(SHORT, "cross_entropy", cross_entropy), rel=1e-3
    )
    assert without[-1] != pytest.approx(losses_of_steps(SHORT, "kl_div", kl_div)[-1], rel=1e-2)


@pytest.mark.slow
def test_with_wrong_labels_gce_ends_above_cross_entropy() -> None:
    """With one seed; the study has it from ten."""
    config = LiveConfig(losses=("cross_entropy", "gce"), wrong_labels=0.4, examples=1000, epochs=20)
    first, second = finished(config)[-1].accuracy
    assert second > first + 0.02


def test_classes_are_as_rare_and_labels_as_wrong_as_asked_for() -> None:
    rare = prepared(replace(SHORT, examples=4000, imbalance=100)).material.dataset.counts(10)
    assert float(rare.max() / rare.min()) == pytest.approx(100, rel=0.02)
    clean, noisy = (
        prepared(
            replace(SHORT, examples=2000, wrong_labels=share, noise="asymmetric")
        ).material.dataset
        for share in (0.0, 0.4)
    )
    confused = TASKS["digits"].confused
    for truth in range(10):
        given = noisy.target[clean.target == truth]
        assert float((given != truth).float().mean()) == pytest.approx(
            0.4 if truth in confused else 0, abs=0.01
        )
        assert set(given.tolist()) <= {truth, confused.get(truth, truth)}


@pytest.mark.slow
def test_with_rare_classes_logit_adjustment_is_better() -> None:
    """The preset, in balanced accuracy; of its three seeds one."""
    preset = config_of(first() | PRESETS["rare"], "", [])
    assert preset.seeds == 3
    rare = replace(preset, seeds=1)
    (fact, *_) = conclusions(rare, finished(rare)[-1:])
    assert fact.measure == "balanced" and fact.behind == [0] and fact.p_value < 0.05
    assert fact.values[1] - fact.values[0] >= 0.03


def test_seeds_train_one_after_the_other_as_each_does_alone() -> None:
    points, trained = ended(replace(SHORT, seed=4, seeds=2))
    first_run, second_run = by_run(points)
    assert curve(first_run) == curve(finished(replace(SHORT, seed=4)))
    alone = finished(replace(SHORT, seed=5))
    assert [each.accuracy for each in second_run] == [each.accuracy for each in alone]
    assert second_run[-1].right != first_run[-1].right and len(trained.networks) == 2


def test_wrong_and_right_labels_are_watched_apart() -> None:
    config = replace(SHORT, examples=1000, wrong_labels=0.4, epochs=12, losses=("mse",))
    points, given = finished(config), material(config)
    wrong, right = given.wrong, given.rightly_labelled
    assert (len(wrong), len(right)) == (400, 600)
    assert (given.dataset.target[wrong] != given.truth[wrong]).all()
    last = points[-1]
    assert len(last.repeats[0]) == 400
    assert sum(last.repeats[0]) / 400 == pytest.approx(last.memorised[0])
    assert last.kept_right[0] > 0.8 and last.memorised[0] < 0.4  # right ones are learnt first
    assert all(0 <= point.memorised[0] <= 1 for point in points) and not points[0].repeats
    assert finished(SHORT)[-1].memorised == []


def test_a_parameter_changes_what_is_trained() -> None:
    plain, focal = ("cross_entropy",), ("focal",)
    settings = replace(SHORT, losses=focal, parameters="focal=0")
    for ours, theirs in zip(
        curve(finished(settings)), curve(finished(replace(SHORT, losses=plain))), strict=True
    ):
        assert ours == pytest.approx(theirs, abs=2e-3)
    assert curve(finished(replace(SHORT, losses=focal))) != curve(finished(settings))


def test_pets_are_told_apart_from_stored_features() -> None:
    cat = LiveConfig(task="pets").live.load()[1].images[0].flatten().tolist()
    points = finished(
        LiveConfig(task="pets", losses=("brier",), examples=1000, epochs=2, picture=cat)
    )
    assert points[-1].accuracy[0] > 0.95 and len(points[-1].reading[0]) == 2


def test_a_paused_run_stands_still_and_a_closed_one_is_gone() -> None:
    run = LiveRun(replace(SHORT, examples=4000, epochs=30))
    assert run.news(wait=60) is not None
    run.pause()
    news = [run.news(wait=2)]
    while news[-1] is not None:
        news.append(run.news(wait=2))  # what was on its way
    assert Held(True) in news
    run.go_on()
    assert run.news(wait=60) == Held(False)
    assert isinstance(run.news(wait=60), Point)
    run.pause()
    run.close()
    assert gone(run.pid)
    run.close()  # a second time does nothing


def test_a_gate_holds_each_step_while_paused_and_not_beyond_the_time_limit() -> None:
    gate = Gate()
    gate.pass_through()
    gate.pause()
    passing = threading.Thread(target=gate.pass_through)
    passing.start()
    passing.join(timeout=0.3)
    assert passing.is_alive()
    gate.go_on()
    passing.join()
    assert gate.held > 0
    for end in (Gate(seconds=0), Gate(seconds=0.2)):
        end.pause()
        with pytest.raises(TimeoutError, match="longer than"):
            end.pass_through()


def test_a_worker_that_dies_is_told_in_one_sentence() -> None:
    run = LiveRun(replace(SHORT, examples=4000, epochs=30))
    run.news(wait=60)
    os.kill(run.pid, signal.SIGKILL)
    with pytest.raises(LiveError, match="stopped unexpectedly"):
        while True:
            run.news(wait=10)
    run.close()


def test_a_loss_that_blows_up_is_told() -> None:
    run = LiveRun(
        replace(
            SHORT,
            losses=("own",),
            formula="sum(exp(z * z))",
            learning_rate=1.0,
            optimizer="sgd",
            epochs=5,
        )
    )
    with pytest.raises(LiveError, match="lower learning rate"):
        while True:
            assert run.news(wait=60) is not None
    run.close()
