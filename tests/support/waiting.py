"""Waiting for something to happen, in the place of sleeping for as long as it may take."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

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


def awaited(coroutine: Coroutine[Any, Any, Found]) -> Found:
    """What a coroutine returns.

    It runs in a thread of its own: where browser tests ran before, Playwright keeps an event loop
    running in this one.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
