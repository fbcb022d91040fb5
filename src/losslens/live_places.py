"""Who may train now: one run a visitor, a bounded number at a time, the others in a line that they can see."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from losslens.live import LiveConfig, LiveError, LiveRun, Point

AT_ONCE = 2  # runs; each takes one core
IN_LINE = 30  # visitors who wait
_LOOK = 0.4  # seconds between two looks at a run or at the line: a visitor who has left is noticed then
_PATIENCE = 120.0  # seconds without a point after which a run, paused or not, gives its place to others


@dataclass(frozen=True)
class Waiting:
    """All places are taken; so many visitors come first."""

    ahead: int


class Places:
    """The line, and the runs that are under way, by visitor."""

    def __init__(self, at_once: int = AT_ONCE, in_line: int = IN_LINE) -> None:
        self._at_once = at_once
        self._in_line = in_line
        self._line: list[object] = []  # tickets; the first ``at_once`` of them run
        self._runs: dict[str, LiveRun] = {}
        self._stopped: set[str] = set()  # visitors who pressed Stop while they waited
        self._lock = threading.Lock()

    def stream(self, visitor: str, config: LiveConfig) -> Iterator[Waiting | Point | None]:
        """Wait for a place, train, and give each point; None where there is nothing new for 0.4 seconds.

        Ends when the run is done or stopped; the worker is gone when this is closed. Raises LiveError when the line is full
        or the run broke off.
        """
        ticket = object()
        self.stop(visitor)
        with self._lock:
            self._stopped.discard(visitor)
            if len(self._line) >= self._at_once + self._in_line:
                raise LiveError("Too many visitors are waiting; please try again in a minute.")
            self._line.append(ticket)
        try:
            while (ahead := self._ahead(ticket)) > 0:
                yield Waiting(ahead)
                if visitor in self._stopped:
                    return
                time.sleep(_LOOK)
            yield from self._points(visitor, config)
        finally:
            with self._lock:
                self._line.remove(ticket)

    def stop(self, visitor: str) -> None:
        """End the visitor's run, if there is one."""
        with self._lock:
            run = self._runs.pop(visitor, None)
            self._stopped.add(visitor)
        if run is not None:
            run.close()

    def pause(self, visitor: str) -> None:
        """Hold the visitor's run."""
        if run := self._runs.get(visitor):
            run.pause()

    def go_on(self, visitor: str) -> None:
        """Go on with the visitor's run."""
        if run := self._runs.get(visitor):
            run.go_on()

    def _ahead(self, ticket: object) -> int:
        with self._lock:
            return max(0, self._line.index(ticket) - self._at_once + 1)

    def _points(self, visitor: str, config: LiveConfig) -> Iterator[Point | None]:
        run = LiveRun(config)
        with self._lock:
            self._runs[visitor] = run
        quiet_since = time.monotonic()
        try:
            while self._runs.get(visitor) is run:
                point = run.next_point(_LOOK)
                if point is not None:
                    quiet_since = time.monotonic()
                elif time.monotonic() - quiet_since > _PATIENCE:
                    raise LiveError("The run stood still for two minutes and was stopped.")
                yield point
        except StopIteration:
            return
        except LiveError:
            if self._runs.get(visitor) is run:  # else it was stopped, and broke off for that reason
                raise
        finally:
            run.close()
            with self._lock:
                if self._runs.get(visitor) is run:
                    del self._runs[visitor]
