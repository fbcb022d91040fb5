"""What every step of a live run passes: a pause holds it there, and so does the end of its time."""

import threading
import time

from losslens.live.config import MAX_SECONDS


class Gate:
    """What every step of a run passes: it holds while the run is paused, and raises TimeoutError
    once ``seconds`` are over."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._open = threading.Event()
        self._open.set()
        self.held = 0.0  # seconds of the pauses that are over
        self._paused_at = 0.0

    def pause(self) -> None:
        """Hold whoever comes next."""
        if self._open.is_set():
            self._paused_at = time.monotonic()
            self._open.clear()

    def go_on(self) -> None:
        """Hold nobody any more."""
        if not self._open.is_set():
            self.held += time.monotonic() - self._paused_at
            self._open.set()

    def pass_through(self) -> None:
        """Return at once, or as soon as the pause is over."""
        came = time.monotonic()
        if not self._open.wait(max(0.0, self._deadline - came)) or came > self._deadline:
            raise TimeoutError(
                f"The run took longer than {self._seconds:g} seconds and was stopped."
            )
