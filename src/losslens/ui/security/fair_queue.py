"""The queue of calls: bounded for each kind of work, fair between clients, and without the dead.

Gradio has one bound for all: whoever fills it with calls that wait keeps everybody out. Here each
kind of work has its own, one address takes a part of it at most, whoever was served longest ago
comes next, and a call that nobody listens to is dropped.
"""

import asyncio
import time
from collections import Counter, OrderedDict
from typing import Any

from gradio.queueing import Event, EventQueue, Queue

from losslens.ui.security.presence import Presence, address_of
from losslens.ui.security.sessions import Sessions

MOST_WAITING = 200  # calls of one kind of work
_MOST_OF_ONE = 150  # of these of one address; a class of fifty behind one has room
_MOST_OF_SESSION = 40  # a page that is drawn on fast has a few
# Looks, one a second, after which a call that nobody listens to is dropped. On a machine that is
# too busy to look, callers need longer, too.
_PATIENCE = 4
_KEPT = 60.0  # seconds for which a finished answer waits to be fetched
_REMEMBERED = 10_000  # clients, by when they were served
_FULL = "Too many calls are waiting just now; please try again in a moment."
_YOURS = "Too many of your calls are waiting; wait for their answers, then send more."


class FairQueue(Queue):
    """Gradio's queue with these rules."""

    def __init__(self, *arguments: Any, presence: Presence, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.ANALYTICS_MAX_EVENTS = 1  # nobody looks at them
        self._presence = presence
        self._turns: OrderedDict[tuple[str, ...], int] = OrderedDict()
        self._turn = 0
        self._finished: dict[str, float] = {}  # sessions with an answer, since when
        self._missed: Counter[str] = Counter()  # by event: looks at which nobody listened

    async def push(self, body: Any, request: Any, username: str | None) -> Any:
        """Take a call, or say why not."""
        fn = self.blocks.fns.get(body.fn_index)
        if fn is None:
            return False, "There is no such event; please load the page again.", "error"
        if body.session_hash is not None and not 0 < len(body.session_hash) <= 80:
            return False, "A session's name has 1 to 80 characters.", "error"
        lane = self.event_queue_per_concurrency_id.get(fn.concurrency_id)
        refused = _refused(lane.queue, address_of(request.scope), body.session_hash) if lane else ""
        if refused:
            return False, refused, "queue_full"
        return await super().push(body, request, username)

    def owes_nothing(self, session: str) -> bool:
        """Whether a session that this queue knows has had the answers to all its calls."""
        known = session in self.pending_messages_per_session
        return known and not self.pending_event_ids_session.get(session)

    def get_events(self) -> Any:
        """The next call: of the client who was served longest ago."""
        for lane in self.event_queue_per_concurrency_id.values():
            if len(lane.queue) > 1 and _has_room(lane):
                first = min(lane.queue, key=self._last_turn)  # of equals the one that came first
                lane.queue.remove(first)
                lane.queue.insert(0, first)
        found = super().get_events()
        if found is not None:
            self._turn += 1
            for event in found[0]:
                for client in _client_of(event):
                    self._turns[client] = self._turn
                    self._turns.move_to_end(client)
            while len(self._turns) > _REMEMBERED:
                self._turns.popitem(last=False)
        return found

    def _last_turn(self, event: Event) -> tuple[int, ...]:
        return tuple(self._turns.get(client, 0) for client in _client_of(event))

    async def process_events(self, events: list[Event], *arguments: Any) -> None:
        """Answer a call, and keep nothing of it beyond its answer."""
        try:
            await super().process_events(events, *arguments)
        finally:
            for event in events:
                event.data = None
                for copy in ("_body", "_json"):  # gradio's loop keeps the last event until the next
                    vars(event.request).pop(copy, None)
                self._finished[event.session_hash] = time.monotonic()
                self._forget_call(event)

    def _forget_call(self, event: Event) -> None:
        """A call without a page leaves no session behind."""
        holder = self.blocks.state_holder
        if isinstance(holder, Sessions) and not self._presence.has_page(event.session_hash):
            public = event.fn.api_visibility == "public"
            if public or event.session_hash == event._id:
                holder.forget(event.session_hash)

    def compute_analytics_summary(self, records: Any) -> Any:
        """Nothing: gradio's took longer with each call, and nobody looks at it."""
        return self.cached_event_analytics_summary

    async def drop_the_dead(self) -> None:
        """Drop calls that nobody listens to, and answers that nobody fetched."""
        now = time.monotonic()
        for event in list(self.event_ids_to_events.values()):
            here = any(map(self._presence.is_here, (event.session_hash, event._id)))
            self._missed[event._id] = 0 if here else self._missed[event._id] + 1
            if self._missed[event._id] > _PATIENCE:
                await self.clean_events(event_id=event._id)
                self._forget_answer(event.session_hash)
        for name in self._missed.keys() - self.event_ids_to_events.keys():
            del self._missed[name]
        for session, at in list(self._finished.items()):
            if self._presence.is_here(session):
                self._finished[session] = now
            elif now - at > _KEPT:
                del self._finished[session]
                self._forget_answer(session)

    def _forget_answer(self, session: str) -> None:
        waiting = {event.session_hash for event in self.event_ids_to_events.values() if event.alive}
        if session not in waiting and not self._presence.is_here(session):
            self.pending_messages_per_session.pop(session, None)
            self.pending_event_ids_session.pop(session, None)

    async def watch(self) -> None:
        """Look after the dead for as long as the app is served."""
        while True:
            await asyncio.sleep(1)
            await self.drop_the_dead()


def _client_of(event: Event) -> list[tuple[str, ...]]:
    """Who sent a call: the address, and within it the session."""
    address = address_of(event.request.scope)
    return [(address,), (address, event.session_hash)]


def _has_room(lane: EventQueue) -> bool:
    return lane.concurrency_limit is None or lane.current_concurrency < lane.concurrency_limit


def _refused(waiting: list[Event], address: str, session: str | None) -> str:
    """Why no more calls are taken, or nothing."""
    if len(waiting) >= MOST_WAITING:
        return _FULL
    of_address = Counter(address_of(event.request.scope) for event in waiting)
    of_session = Counter(event.session_hash for event in waiting)
    if of_address[address] >= _MOST_OF_ONE or of_session[session or ""] >= _MOST_OF_SESSION:
        return _YOURS
    return ""
