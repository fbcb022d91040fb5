"""Who trains and who waits: in order, a place that becomes free is taken, and a run ends when it is told to."""

import os
import time
from dataclasses import replace

import pytest

from losslens.live.config import LiveError, Point, Trained
from losslens.live.queue import Places, Waiting
from support.live import SHORT, gone

LONG = replace(SHORT, examples=4000, epochs=30)


def test_one_waits_until_the_other_has_stopped() -> None:
    places = Places(at_once=1)
    first, second = places.stream("first", LONG), places.stream("second", SHORT)
    while not isinstance(next(first), Point):
        pass
    (worker,) = places.workers()
    assert [next(second), next(second)] == [Waiting(1), Waiting(1)]
    places.stop("first")
    assert not any(isinstance(news, Trained) for news in first)
    assert gone(worker)
    kinds = [type(news) for news in second]
    assert Point in kinds and kinds[-1] is Trained
    assert places.workers() == []


def test_one_who_waits_can_leave_and_a_second_start_replaces_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = Places(at_once=1)
    running, waiting = places.stream("one", LONG), places.stream("two", LONG)
    assert next(running) is None or places.workers()
    next(waiting)
    places.stop("two")
    with monkeypatch.context() as patch:
        patch.delattr("losslens.live_places.LiveRun")  # for who has left, no worker starts
        assert list(waiting) == []
    again = places.stream("one", SHORT)
    assert next(again) == Waiting(1)  # until the first run has seen that it is to end
    assert not any(isinstance(news, Trained) for news in running)
    assert type([*again][-1]) is Trained


def test_a_full_line_says_so() -> None:
    places = Places(at_once=1, in_line=1)
    streams = [places.stream(str(index), LONG) for index in range(3)]
    next(streams[0])
    assert next(streams[1]) == Waiting(1)
    with pytest.raises(LiveError, match="Too many visitors"):
        next(streams[2])
    for stream in streams:
        stream.close()
    assert places.workers() == []


def test_a_closed_stream_leaves_no_worker() -> None:
    places = Places()
    stream = places.stream("one", LONG)
    next(stream)
    (worker,) = places.workers()
    os.kill(worker, 0)  # it is there
    began = time.monotonic()
    stream.close()
    assert gone(worker) and time.monotonic() - began < 2
