"""Waiting for something to happen, in the place of sleeping for as long as it may take."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_EVERY = 0.05  # seconds


def until(found: Callable[[], Found], seconds: float = 60.0) -> Found:
    """What ``found`` returns, as soon as it is true; asked again and again. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{found} stayed {result!r} for {seconds} seconds")
        time.sleep(_EVERY)
    return result
