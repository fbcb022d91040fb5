"""What attacks cost the app: its answer, how long another visitor waits, and how memory grows.

python benchmarks/attacks.py                       this checkout
python benchmarks/attacks.py --checkout FOLDER     another one, such as a former commit's

The app runs in a process of its own. Meanwhile another visitor asks for a small file ten times a
second; the longest wait is shown. Timings are of a busy or an idle machine: read both tables.
"""

import argparse
import base64
import json
import math
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from served_app import DRAWING, ROOT, Page, Served, served, training

JSON = {"Content-Type": "application/json"}
MOST = 60.0  # seconds that a visitor waits for a run to begin
Attack = Callable[[Served], str]


def _sent(route: str, body: bytes) -> Attack:
    def attack(app: Served) -> str:
        answer = httpx.post(f"{app.url}gradio_api/{route}", content=body, headers=JSON, timeout=300)
        return str(answer.status_code)

    return attack


def _read(path: str) -> Attack:
    return lambda app: str(httpx.get(app.url + path, timeout=60).status_code)


def _kept_photos(app: Served) -> str:
    """Photos that cannot be read, one after the other: what is kept of them?"""
    junk = base64.b64encode(os.urandom(3_000_000)).decode()
    for _ in range(30):
        said = app.ask("predict_pet", {"photo": f"data:;base64,{junk}"})
    return "sentence" if "no picture" in said else said[:30].replace("\n", " ")


def _abandoned(app: Served) -> str:
    """33 long runs that nobody waits for; then a drawing, and how soon a run can start again."""
    taken = sum(" " not in app.call("train", training(4000, 30)) for _ in range(33))
    drawn = "event: complete" in app.ask("predict_digit", DRAWING)
    return f"{taken} taken, a drawing then {'answered' if drawn else 'refused'}"


def _hogged(app: Served) -> str:
    """33 programs train and wait for it: how soon does a visitor's training on the page begin?"""
    over = threading.Event()

    def hog() -> None:
        number = app.call("train", training(4000, 30))
        address = f"{app.url}gradio_api/call/v2/train/{number}"
        if " " not in number:
            with app.client.stream("GET", address) as stream:
                next((line for line in stream.iter_lines() if over.is_set()), None)

    programs = [threading.Thread(target=hog) for _ in range(33)]
    for each in programs:
        each.start()
    time.sleep(5)
    began, said = time.monotonic(), "never began"
    for word in Page(app).send("Start", "click"):
        if "<svg" in json.dumps(word) or time.monotonic() - began > MOST:
            said = f"begun after {time.monotonic() - began:.1f} s"
            break
    over.set()
    for each in programs:
        each.join()
    return said


def _fifty(app: Served) -> str:
    """Fifty visitors draw at once: how many are answered, and the 95th percentile."""
    pages = [Page(app) for _ in range(50)]
    with ThreadPoolExecutor(50) as visitors:
        seconds = sorted(visitors.map(Page.draw, pages))
    answered = sum(map(math.isfinite, seconds))
    return f"{answered} of 50, p95 {seconds[47]:.1f} s"


ATTACKS: dict[str, Attack] = {
    "1 MB of small lists": _sent("queue/join", b'{"data": [' + b"[]," * 330_000 + b"1]}"),
    "27 MB of small lists": _sent("queue/join", b'{"data": [' + b"[[]]," * 5_400_000 + b"1]}"),
    "nested 5,000 deep": _sent("call/loss_value", b"[" * 5000 + b"]" * 5000),
    "30 unreadable photos of 4 MB": _kept_photos,
    "33 abandoned runs": _abandoned,
    "33 programs that train on and on": _hogged,
    "50 visitors draw at once": _fifty,
    "a session to disk (deep_link)": _read("gradio_api/deep_link?session_hash=a"),
    "openapi.json": _read("gradio_api/openapi.json"),
    "a private address (file=http:)": _read("gradio_api/file=http://127.0.0.1:1/x"),
}


def measure(app: Served, attack: Attack) -> tuple[str, float, float, float]:
    """The answer, seconds, the longest wait of another visitor, and MB by which memory grew."""
    over, longest, before = threading.Event(), [0.0], app.megabytes()

    def visit() -> None:
        with httpx.Client(timeout=300) as client:
            while not over.wait(0.1):
                began = time.monotonic()
                client.get(f"{app.url}theme.css")
                longest[0] = max(longest[0], time.monotonic() - began)

    visitor = threading.Thread(target=visit)
    visitor.start()
    began = time.monotonic()
    try:
        said = attack(app)
    except httpx.HTTPError as error:
        said = type(error).__name__
    seconds = time.monotonic() - began
    over.set()
    visitor.join()
    return said, seconds, longest[0], app.megabytes() - before


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkout", type=Path, default=ROOT)
    print("| attack | answer | s | others waited, s | memory, MB |")
    print("| --- | --- | ---: | ---: | ---: |")
    with served(parser.parse_args().checkout.resolve()) as app:
        for name, attack in ATTACKS.items():
            said, seconds, waited, grown = measure(app, attack)
            print(f"| {name} | {said} | {seconds:.1f} | {waited:.2f} | {grown:+.0f} |", flush=True)


if __name__ == "__main__":
    main()
