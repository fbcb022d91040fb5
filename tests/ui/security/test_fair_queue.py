"""The queue: bounded for each kind of work, fair, and without the dead."""

from types import SimpleNamespace
from typing import Any

import httpx
from gradio.queueing import Event, EventQueue

from losslens.ui.app import build
from losslens.ui.security import fair_queue
from losslens.ui.security.fair_queue import FairQueue
from losslens.ui.security.presence import Presence, address_of
from support.attacks import asked, at_once
from support.waiting import awaited, until

STROKES = [[[140, 40], [140, 240]]]


def training(examples: int, epochs: int) -> list[Any]:
    """The values of a call that trains one network."""
    return [["focal"], "digits", "", 0, examples, epochs, 0, "adamw", 50, 0, "symmetric", 1, 1, ""]


def scope(address: str, forwarded: str = "") -> dict[str, Any]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"client": (address, 1), "headers": headers}


def event(address: str, session: str) -> Event:
    function = SimpleNamespace(concurrency_id="predict", batch=False)
    request: Any = SimpleNamespace(scope=scope(address))
    return Event(session, function, request, None)  # type: ignore[arg-type]


def test_who_was_served_longest_ago_comes_next() -> None:
    queue = build()._queue
    lane = EventQueue("predict", None)
    queue.event_queue_per_concurrency_id["predict"] = lane
    lane.queue = [event("1.1.1.1", "hog") for _ in range(4)] + [event("2.2.2.2", "b")]
    lane.queue += [event("1.1.1.1", "c")]
    served = [queue.get_events()[0][0].session_hash for _ in range(6)]
    assert served == ["hog", "b", "c", "hog", "hog", "hog"]


def test_one_session_and_one_address_take_a_part_of_the_places() -> None:
    waiting = [event("1.1.1.1", "hog") for _ in range(fair_queue._MOST_OF_SESSION)]
    assert "your calls" in fair_queue._refused(waiting, "1.1.1.1", "hog")
    assert not fair_queue._refused(waiting, "1.1.1.1", "another")
    waiting = [event("1.1.1.1", str(each)) for each in range(fair_queue._MOST_OF_ONE)]
    assert "your calls" in fair_queue._refused(waiting, "1.1.1.1", "new")
    assert not fair_queue._refused(waiting, "2.2.2.2", "new")
    waiting += [event("3.3.3.3", str(each)) for each in range(fair_queue.MOST_WAITING)]
    assert "Too many calls" in fair_queue._refused(waiting, "2.2.2.2", "new")


def test_the_address_is_what_the_nearest_proxy_adds_and_no_caller_makes_up() -> None:
    assert address_of(scope("8.8.8.8", "1.2.3.4")) == "8.8.8.8"
    assert address_of(scope("10.0.0.1", "6.6.6.6, 1.2.3.4")) == "1.2.3.4"
    assert address_of(scope("127.0.0.1")) == "127.0.0.1"


def test_fifty_who_draw_at_once_are_all_answered(app_url: str) -> None:
    told = at_once(50, lambda _: asked(app_url, "predict_digit", [STROKES], timeout=120))
    assert ["event: complete" in str(each) for each in told] == [True] * 50


def test_calls_that_nobody_listens_to_are_dropped_within_five_seconds(app_url: str) -> None:
    url = f"{app_url}gradio_api/call/train"
    posted = [httpx.post(url, json={"data": training(5000, 20)}) for _ in range(33)]
    assert all(each.status_code in (200, 503) for each in posted)
    # Others go on meanwhile, and the places are free again soon.
    assert "event: complete" in asked(app_url, "predict_digit", [STROKES])

    def free() -> bool:
        return "event: complete" in asked(app_url, "train", training(200, 1))

    assert until(free, 30)


def test_the_dead_are_dropped_and_who_listens_is_not() -> None:
    presence = Presence()
    queue = FairQueue(True, 4, 1, None, build(), presence=presence)
    lane = queue.event_queue_per_concurrency_id["predict"] = EventQueue("predict", 1)
    for name in ("left", "here"):
        each = event("1.1.1.1", name)
        lane.queue.append(each)
        queue.event_ids_to_events[each._id] = each
        queue.pending_event_ids_session[name] = {each._id}
    presence.enter("here", "1.1.1.1", page=False)

    async def look() -> None:
        for _ in range(fair_queue._PATIENCE + 1):
            await queue.drop_the_dead()

    awaited(look())
    assert [each.session_hash for each in lane.queue] == ["here"]
    assert set(queue.pending_event_ids_session) == {"here"}
