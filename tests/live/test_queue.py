"""Who trains and who waits: in order, who comes next starts when a run ends, and a run ends when it
is told to."""

import os
from dataclasses import replace

import pytest

from losslens.live.config import LiveError, Point, Trained
from losslens.live.queue import TrainingQueue, Waiting
from support.live import SHORT, gone

LONG = replace(SHORT, examples=4000, epochs=30)


def test_one_waits_until_the_other_has_stopped() -> None:
    queue = TrainingQueue(at_once=1)
    first, second = queue.stream("first", LONG), queue.stream("second", SHORT)
    while not isinstance(next(first), Point):
        pass
    (worker,) = queue.workers()
    assert [next(second), next(second)] == [Waiting(1), Waiting(1)]
    queue.stop("first")
    assert not any(isinstance(news, Trained) for news in first)
    assert gone(worker)
    kinds = [type(news) for news in second]
    assert Point in kinds and kinds[-1] is Trained
    assert queue.workers() == []


def test_one_who_waits_can_leave_and_a_second_start_requeue_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = TrainingQueue(at_once=1)
    running, waiting = queue.stream("one", LONG), queue.stream("two", LONG)
    assert next(running) is None or queue.workers()
    next(waiting)
    queue.stop("two")
    with monkeypatch.context() as patch:
        patch.delattr("losslens.live.queue.LiveRun")  # for who has left, no worker starts
        assert list(waiting) == []
    again = queue.stream("one", SHORT)
    assert next(again) == Waiting(1)  # until the first run has seen that it is to end
    assert not any(isinstance(news, Trained) for news in running)
    assert type([*again][-1]) is Trained


def test_a_full_queue_says_so() -> None:
    queue = TrainingQueue(at_once=1, max_waiting=1)
    streams = [queue.stream(str(index), LONG) for index in range(3)]
    next(streams[0])
    assert next(streams[1]) == Waiting(1)
    with pytest.raises(LiveError, match="Too many visitors"):
        next(streams[2])
    for stream in streams:
        stream.close()
    assert queue.workers() == []


def test_a_closed_stream_leaves_no_worker() -> None:
    queue = TrainingQueue()
    stream = queue.stream("one", LONG)
    next(stream)
    (worker,) = queue.workers()
    os.kill(worker, 0)  # it is there
    stream.close()
    assert gone(worker)
