"""Attacks on a running app, and what others notice of them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil

JSON = {"Content-Type": "application/json"}


def post(url: str, content: Any, timeout: float = 60.0) -> httpx.Response:
    """The answer to JSON sent as it is: bytes, text, or pieces of bytes."""
    return httpx.post(url, content=content, headers=JSON, timeout=timeout)


def asked(app_url: str, name: str, values: list[Any], timeout: float = 60.0) -> str:
    """What an endpoint answers, as text."""
    url = f"{app_url}gradio_api/call/{name}"
    posted = httpx.post(url, json={"data": values}, timeout=timeout)
    if "event_id" not in posted.text:
        return f"{posted.status_code} {posted.text}"
    return httpx.get(f"{url}/{posted.json()['event_id']}", timeout=timeout).text


class Meanwhile:
    """The longest that another visitor waited for a page, and by how much memory grew."""

    def __init__(self) -> None:
        self.waited = 0.0  # seconds
        self.grown = 0.0  # MB


@contextmanager
def meanwhile(app_url: str) -> Iterator[Meanwhile]:
    """Ask for a small file again and again, as another visitor does, while the block runs.

    The app runs in this process.
    """
    seen, over = Meanwhile(), threading.Event()
    process = psutil.Process()
    before = process.memory_info().rss

    def visit() -> None:
        with httpx.Client() as client:
            while not over.wait(0.05):
                began = time.monotonic()
                client.get(f"{app_url}theme.css", timeout=120)
                seen.waited = max(seen.waited, time.monotonic() - began)
                grown = (process.memory_info().rss - before) / 1e6
                seen.grown = max(seen.grown, grown)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        yield seen
    finally:
        over.set()
        visitor.join()


def at_once(count: int, call: Callable[[int], Any]) -> list[Any]:
    """What so many callers are answered who call at the same time; each is given its number."""
    answers: list[Any] = [None] * count

    def one(number: int) -> None:
        answers[number] = call(number)

    callers = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    return answers


def endpoint_number(app_url: str, name: str) -> int:
    """The number by which the page's own queue knows an endpoint."""
    config = httpx.get(f"{app_url}config").json()
    (number,) = [each["id"] for each in config["dependencies"] if each["api_name"] == name]
    return int(number)
