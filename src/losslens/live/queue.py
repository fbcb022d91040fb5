"""The queue of live training: one run a visitor, a bounded number at a time, the others wait."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from losslens.live.config import Held, LiveConfig, LiveError, Point, Trained
from losslens.live.process import LiveRun, keep_one_ready

AT_ONCE = 2  # runs; each takes one core
MAX_WAITING = 30  # visitors
AT_ONCE_OF_PROGRAMS = 1
MAX_WAITING_OF_PROGRAMS = 8
# Open at once: some more than may wait, who are told that the queue is full.
STREAMS = AT_ONCE + MAX_WAITING + 8
STREAMS_OF_PROGRAMS = AT_ONCE_OF_PROGRAMS + MAX_WAITING_OF_PROGRAMS + 3
_LOOK = 0.4  # seconds between two looks at a run or at the queue; who has left is noticed then
_REPEAT = 2.0  # seconds after which who waits is told the same again, and noticed if gone
_PATIENCE = 120.0  # seconds without a point after which a run, paused or not, is stopped

News = Point | Trained | Held | None  # None: nothing new
Start = Callable[[LiveConfig], LiveRun]


@dataclass(frozen=True)
class Waiting:
    """The run cannot start yet; so many visitors come first."""

    ahead: int


@dataclass(eq=False)
class _Entry:
    """A visitor in the queue, and the run once it has begun."""

    visitor: str
    run: LiveRun | None = None
    stopped: bool = False


class TrainingQueue:
    """The queue; the first ``at_once`` of those in it train."""

    def __init__(self, at_once: int = AT_ONCE, max_waiting: int = MAX_WAITING) -> None:
        self._at_once = at_once
        self._max_waiting = max_waiting
        self._entries: list[_Entry] = []
        self._lock = threading.Lock()

    def stream(
        self, visitor: str, config: LiveConfig, start: Start = LiveRun
    ) -> Iterator[Waiting | News]:
        """Wait for one's turn, ``start`` to train, and give each point and the end.

        None comes where there is nothing new for 0.4 seconds. Ends early when the run is stopped;
        the worker is gone when this is closed. Raises LiveError when the queue is full or the run
        broke off.
        """
        self.stop(visitor)
        entry = _Entry(visitor)
        with self._lock:
            if len(self._entries) >= self._at_once + self._max_waiting:
                raise LiveError("Too many visitors are waiting; please try again in a minute.")
            self._entries.append(entry)
        try:
            yield from self._wait(entry)
            if not entry.stopped:
                yield from _train(entry, start(config))
        finally:
            with self._lock:
                self._entries.remove(entry)

    def _wait(self, entry: _Entry) -> Iterator[Waiting]:
        told, told_at = 0, 0.0
        while (ahead := self._ahead(entry)) > 0 and not entry.stopped:
            if ahead != told or time.monotonic() - told_at > _REPEAT:
                told, told_at = ahead, time.monotonic()
                yield Waiting(ahead)
            time.sleep(_LOOK)

    def stop(self, visitor: str) -> None:
        """End the visitor's run, or the wait for one."""
        for entry in self._of(visitor):
            entry.stopped = True
            if entry.run is not None:
                entry.run.close()

    def pause(self, visitor: str) -> None:
        """Hold the visitor's run."""
        for entry in self._of(visitor):
            if entry.run is not None:
                entry.run.pause()

    def go_on(self, visitor: str) -> None:
        """Go on with the visitor's run."""
        for entry in self._of(visitor):
            if entry.run is not None:
                entry.run.go_on()

    def workers(self) -> list[int]:
        """Process numbers of the workers that train now."""
        with self._lock:
            return [entry.run.pid for entry in self._entries if entry.run is not None]

    def _of(self, visitor: str) -> list[_Entry]:
        with self._lock:
            return [entry for entry in self._entries if entry.visitor == visitor]

    def _ahead(self, entry: _Entry) -> int:
        with self._lock:
            return max(0, self._entries.index(entry) - self._at_once + 1)


def _train(entry: _Entry, run: LiveRun) -> Iterator[News]:
    entry.run = run
    quiet_since = time.monotonic()
    try:
        while not entry.stopped:
            news = run.news(_LOOK)
            if news is not None:
                quiet_since = time.monotonic()
                # Not before: until its first point, the run needs the processor itself.
                keep_one_ready()
            elif time.monotonic() - quiet_since > _PATIENCE:
                raise LiveError("The run stood still for two minutes and was stopped.")
            yield news
            if isinstance(news, Trained):
                return
    except LiveError:
        if not entry.stopped:  # else it broke off because it was stopped
            raise
    finally:
        run.close()


QUEUE = TrainingQueue()  # of the visitors of the pages
# Of programs: beside the visitors' places, so that one that calls on and on holds up no visitor.
PROGRAMS = TrainingQueue(AT_ONCE_OF_PROGRAMS, MAX_WAITING_OF_PROGRAMS)
