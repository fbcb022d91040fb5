"""Live training: the same seed gives the same curve, two names of one loss coincide, and a run can be stopped or die."""

import os
import signal
import threading
import time
from dataclasses import replace
from functools import partial

import pytest

from losslens.live.config import LiveConfig, LiveError, Point
from losslens.live.process import LiveRun
from losslens.live.worker import Gate, prepared
from losslens.losses.functions import LossFunction, cross_entropy, kl_div
from losslens.training.loop import train
from support.live import SHORT, finished, gone


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
        for progress in train(training.states[0], function, training.dataset, config.about.augment)
    ]


def test_kl_divergence_without_smoothing_lies_on_cross_entropy() -> None:
    without = losses_of_steps(SHORT, "kl_div", partial(kl_div, eps=0.0))
    assert without == pytest.approx(
        losses_of_steps(SHORT, "cross_entropy", cross_entropy), rel=1e-3
    )
    assert without[-1] != pytest.approx(losses_of_steps(SHORT, "kl_div", kl_div)[-1], rel=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_with_wrong_labels_gce_ends_above_cross_entropy(seed: int) -> None:
    config = LiveConfig(
        losses=("cross_entropy", "gce"), wrong_labels=0.4, examples=1000, epochs=20, seed=seed
    )
    first, second = finished(config)[-1].accuracy
    assert second > first + 0.02


def test_pets_are_told_apart_from_stored_features() -> None:
    cat = LiveConfig(task="pets").about.load()[1].images[0].flatten().tolist()
    points = finished(
        LiveConfig(task="pets", losses=("brier",), examples=1000, epochs=2, picture=cat)
    )
    assert points[-1].accuracy[0] > 0.95 and len(points[-1].reading[0]) == 2


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"losses": ()}, "from 1 to 4"),
        ({"losses": ("hinge",)}, "choose from"),
        ({"losses": ("own",), "formula": "__import__('os')"}, "not allowed|no function|plain"),
        ({"optimizer": "lion"}, "adamw"),
        ({"wrong_labels": 0.7}, "from 0 to 0.6"),
        ({"wrong_labels": float("nan")}, "from 0 to 0.6"),
        ({"examples": 50}, "from 100 to 4000"),
        ({"learning_rate": 2.0}, "from 1e-05 to 1"),
        ({"learning_rate": 1e-9}, "from 1e-05 to 1"),
        ({"task": "birds"}, "digits, pets"),
        ({"examples": 150.5}, "whole number"),
        ({"batch_size": 1}, "from 10 to 200"),
        ({"epochs": 31}, "from 1 to 30"),
        ({"picture": [2.0] * 783}, "784 finite values"),
    ],
)
def test_settings_are_refused_with_what_is_allowed(setting: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(SHORT, **setting)


def test_a_run_stops_within_two_seconds_even_while_paused() -> None:
    run = LiveRun(replace(SHORT, examples=4000, epochs=30))
    assert run.news(wait=60) is not None
    run.pause()
    time.sleep(1)
    while run.news(wait=0.5) is not None:
        pass  # what was on its way
    assert run.news(wait=1) is None
    run.go_on()
    assert run.news(wait=30) is not None
    began = time.monotonic()
    run.close()
    assert time.monotonic() - began < 2
    assert gone(run.pid)
    run.close()


def test_a_gate_holds_each_step_while_paused_and_not_beyond_the_time_limit() -> None:
    gate = Gate(seconds=2)
    gate.pass_through()
    gate.pause()
    passing = threading.Thread(target=gate.pass_through)
    passing.start()
    passing.join(timeout=0.3)
    assert passing.is_alive()
    gate.go_on()
    passing.join(timeout=1)
    assert not passing.is_alive() and gate.held >= 0.3
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
