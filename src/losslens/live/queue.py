"""Who may train now: one run a visitor, a bounded number at a time, the others in a line that they can see."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from losslens.live.config import LiveConfig, LiveError, Point, Trained
from losslens.live.process import LiveRun, keep_one_ready

AT_ONCE = 2  # runs; each takes one core
IN_LINE = 30  # visitors who wait
STREAMS = (
    AT_ONCE + IN_LINE + 8
)  # open at once: for some more than there are places, who are told so
_LOOK = 0.4  # seconds between two looks at a run or at the line: a visitor who has left a run is noticed then
_LOOK_AGAIN = (
    2.0  # seconds after which a visitor in the line is told the same again, and noticed if gone
)
_PATIENCE = (
    120.0  # seconds without a point after which a run, paused or not, gives its place to others
)


@dataclass(frozen=True)
class Waiting:
    """All places are taken; so many visitors come first."""

    ahead: int


@dataclass(eq=False)
class _Visit:
    """A visitor's place in the line, and the run once it has begun."""

    visitor: str
    run: LiveRun | None = None
    stopped: bool = False


class Places:
    """The line; the first ``at_once`` of those in it train."""

    def __init__(self, at_once: int = AT_ONCE, in_line: int = IN_LINE) -> None:
        self._at_once = at_once
        self._in_line = in_line
        self._line: list[_Visit] = []
        self._lock = threading.Lock()

    def stream(
        self, visitor: str, config: LiveConfig
    ) -> Iterator[Waiting | Point | Trained | None]:
        """Wait for a place, train, and give each point and the end; None where there is nothing new
        for 0.4 seconds.

        Ends early when the run is stopped; the worker is gone when this is closed. Raises LiveError
        when the line is full or the run broke off.
        """
        self.stop(visitor)
        visit = _Visit(visitor)
        with self._lock:
            if len(self._line) >= self._at_once + self._in_line:
                raise LiveError("Too many visitors are waiting; please try again in a minute.")
            self._line.append(visit)
        try:
            yield from self._wait(visit)
            if not visit.stopped:
                yield from _news(visit, config)
        finally:
            with self._lock:
                self._line.remove(visit)

    def _wait(self, visit: _Visit) -> Iterator[Waiting]:
        told, told_at = 0, 0.0
        while (ahead := self._ahead(visit)) > 0 and not visit.stopped:
            if ahead != told or time.monotonic() - told_at > _LOOK_AGAIN:
                told, told_at = ahead, time.monotonic()
                yield Waiting(ahead)
            time.sleep(_LOOK)

    def stop(self, visitor: str) -> None:
        """End the visitor's run, or the wait for one."""
        for visit in self._visits(visitor):
            visit.stopped = True
            if visit.run is not None:
                visit.run.close()

    def pause(self, visitor: str) -> None:
        """Hold the visitor's run."""
        for visit in self._visits(visitor):
            if visit.run is not None:
                visit.run.pause()

    def go_on(self, visitor: str) -> None:
        """Go on with the visitor's run."""
        for visit in self._visits(visitor):
            if visit.run is not None:
                visit.run.go_on()

    def workers(self) -> list[int]:
        """Process numbers of the workers that train now."""
        with self._lock:
            return [visit.run.pid for visit in self._line if visit.run is not None]

    def _visits(self, visitor: str) -> list[_Visit]:
        with self._lock:
            return [visit for visit in self._line if visit.visitor == visitor]

    def _ahead(self, visit: _Visit) -> int:
        with self._lock:
            return max(0, self._line.index(visit) - self._at_once + 1)


def _news(visit: _Visit, config: LiveConfig) -> Iterator[Point | Trained | None]:
    visit.run = run = LiveRun(config)
    quiet_since = time.monotonic()
    try:
        while not visit.stopped:
            news = run.news(_LOOK)
            if news is not None:
                quiet_since = time.monotonic()
                keep_one_ready()  # not before: until its first point, the run needs the processor itself
            elif time.monotonic() - quiet_since > _PATIENCE:
                raise LiveError("The run stood still for two minutes and was stopped.")
            yield news
            if isinstance(news, Trained):
                return
    except LiveError:
        if not visit.stopped:  # else it broke off because it was stopped
            raise
    finally:
        run.close()
