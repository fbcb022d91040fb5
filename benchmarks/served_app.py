"""The app of a checkout, served for a benchmark: shared by those that call it."""

import json
import math
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 600.0  # seconds that a start may take
STROKES = [[[140, 40], [140, 240]]]
DRAWING = {"drawing": STROKES}


def training(examples: int, epochs: int) -> dict[str, Any]:
    """One network on so many digits; the values of /train by name."""
    return {"losses": ["focal"], "examples": examples, "epochs": epochs}


def _client() -> httpx.Client:
    """A client that takes its time, and none for certificates, which cost more than a call."""
    return httpx.Client(timeout=300.0, verify=False)


@dataclass(frozen=True)
class Served:
    """An app that answers."""

    url: str
    process: psutil.Process
    client: httpx.Client = field(default_factory=_client)

    def megabytes(self) -> float:
        """Memory of the app's own process."""
        return float(self.process.memory_info().rss) / 1e6

    def call(self, name: str, values: dict[str, Any]) -> str:
        """Ask an endpoint and leave: the number of the call, or why it was refused."""
        posted = self.client.post(f"{self.url}gradio_api/call/v2/{name}", json=values)
        if "event_id" not in posted.text:
            return f"{posted.status_code} {posted.text}"
        return str(posted.json()["event_id"])

    def ask(self, name: str, values: dict[str, Any]) -> str:
        """What an endpoint answers, as text."""
        number = self.call(name, values)
        if " " in number:
            return number
        return self.client.get(f"{self.url}gradio_api/call/v2/{name}/{number}").text


class Page:
    """A page that is open: it sends what the page in a browser sends."""

    def __init__(self, app: Served) -> None:
        self._url = f"{app.url}gradio_api/queue/"
        self._client = _client()
        self._session = uuid4().hex[:12]
        config = self._client.get(f"{app.url}config").json()
        self._props = {each["id"]: each["props"] for each in config["components"]}
        self._events = config["dependencies"]

    def send(self, key: str, event: str, value: Any = None) -> Iterator[dict[str, Any]]:
        """Do what ``event`` does at the first component of that class or text: each word of it.

        Its own value is ``value``, all others are the page's first.
        """
        yield from self._words(
            next(
                each
                for each in self._events
                for number, name in each["targets"]
                if name == event and _is_called(self._props[number], key)
            ),
            value,
        )

    def draw(self) -> float:
        """Seconds until a stroke is answered; the maps, which the page asks for then, come too."""
        began, answered = time.monotonic(), math.inf
        for word in self.send("pad", "change", json.dumps(STROKES)):
            if word["msg"] == "process_completed" and word["success"]:
                answered = time.monotonic() - began
        for each in self._events:
            if each["trigger_after"] == self._last:
                list(self._words(each))
        return answered

    def _words(self, event: dict[str, Any], value: Any = None) -> Iterator[dict[str, Any]]:
        sent = [self._props[number].get("value") for number in event["inputs"]]
        self._last = event["id"]
        body = {
            "data": [value, *sent[1:]] if value is not None else sent,
            "fn_index": event["id"],
            "session_hash": self._session,
        }
        posted = self._client.post(f"{self._url}join", json=body)
        if posted.status_code != 200:
            yield {"msg": f"{posted.status_code} {posted.text}", "success": False}
            return
        asked = {"session_hash": self._session}
        with self._client.stream("GET", f"{self._url}data", params=asked) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))


def _is_called(props: dict[str, Any], key: str) -> bool:
    classes = props.get("elem_classes") or []
    return key in classes or key in (props.get("elem_id"), props.get("value"))


@contextmanager
def served(checkout: Path = ROOT) -> Iterator[Served]:
    """The app of a checkout, once its networks are loaded."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = os.environ | {
        "GRADIO_SERVER_PORT": port,
        "PYTHONPATH": str(checkout / "src"),
    }
    app = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = Served(f"http://127.0.0.1:{port}/", psutil.Process(app.pid))
    try:
        deadline = time.monotonic() + LIMIT
        while True:
            with suppress(httpx.TransportError):
                if found.client.get(f"{found.url}theme.css").status_code == 200:
                    break
            if time.monotonic() > deadline:
                raise TimeoutError(f"the app of {checkout} did not start within {LIMIT:.0f} s")
            time.sleep(0.1)
        for name in ("predict_digit", "predict_digit"):
            found.ask(name, DRAWING)
        yield found
    finally:
        app.terminate()
        app.wait(30)
