"""Short live runs for several tests."""

import os
import time
from collections.abc import Callable

from losslens.live.config import LiveConfig, Point, Trained
from losslens.live.process import LiveRun

SHORT = LiveConfig(
    losses=("cross_entropy",), examples=400, epochs=1, batch_size=40, picture=[0.5] * 784
)


def ended(config: LiveConfig) -> tuple[list[Point], Trained]:
    """All points of a run, and its end."""
    run, points = LiveRun(config), []
    try:
        while not isinstance(news := run.news(wait=60), Trained):
            assert news is not None, "no point within a minute"
            points.append(news)
        return points, news
    finally:
        run.close()


def finished(config: LiveConfig) -> list[Point]:
    """All points of a run."""
    return ended(config)[0]


def wait_until(condition: Callable[[], object], most: float = 60.0) -> None:
    """Look again and again until the condition holds; AssertionError after ``most`` seconds."""
    deadline = time.monotonic() + most
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true in {most:g} seconds"
        time.sleep(0.1)


def gone(pid: int) -> bool:
    """Whether there is no process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
