"""Live training as its visitors meet it: how soon, how accurate, at what cost, and what it leaves.

The app runs in a process of its own, as ``python app.py`` starts it; visitors are pages of a
headless Chromium.

    python benchmarks/live_training.py
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from answer_time import in_the_browser, milliseconds
from chromium import browser
from playwright.sync_api import Browser, Page, TimeoutError

from losslens.live.config import LiveConfig, Point, Trained
from losslens.live.process import dismiss, keep_one_ready
from losslens.live.queue import TrainingQueue

GOAL = 0.97
VISITORS = 20
STARTS = 50
LONG = "?examples=4000&epochs=30"
SHORT = "?examples=1000&epochs=2"
WARM_UP = 20.0  # seconds, for checkpoints and a worker to be ready


def row(name: str, figures: str) -> None:
    """Print one row."""
    print(f"{name:44}{figures}", flush=True)


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process]]:
    """The app's address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(Path(__file__).parents[1] / "app.py")]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    app = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert app.stdout is not None
    next(line for line in app.stdout if "Running on" in line)
    time.sleep(WARM_UP)
    yield f"http://127.0.0.1:{port}/", psutil.Process(app.pid)
    app.terminate()
    app.wait()


def workers(app: psutil.Process) -> int:
    """How many workers the app has now; one is kept ready."""
    return sum(
        "losslens.live.worker" in child.cmdline()
        for child in app.children()
        if child.status() != "zombie"
    )


def megabytes(app: psutil.Process) -> float:
    """Memory of the app and its workers that they share with nobody."""
    return sum(each.memory_full_info().uss for each in (app, *app.children())) / 1e6


def seconds_until(condition: Callable[[], bool], most: float) -> float:
    """How long until the condition holds; infinite where it did not in ``most`` seconds."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > most:
            return float("inf")
        time.sleep(0.05)
    return time.monotonic() - began


def visit(chromium: Browser, url: str) -> Page:
    """A new visitor's page, on the tab of live training."""
    page = chromium.new_context(locale="en-US").new_page()
    page.goto(url)
    page.get_by_role("button", name="Start", exact=True).wait_for()
    page.wait_for_timeout(500)
    return page


def start(page: Page) -> None:
    """Press Start."""
    page.get_by_role("button", name="Start", exact=True).click()


def time_to_goal() -> None:
    """Print when four losses on digits were all above 97 % on held-out digits, from the moment of
    Start."""
    keep_one_ready()
    time.sleep(WARM_UP)
    began, reached, last = time.monotonic(), None, None
    for news in TrainingQueue().stream("one", LiveConfig()):
        if isinstance(news, Point):
            last = news
            if reached is None and min(news.accuracy) > GOAL:
                reached = time.monotonic() - began
        elif isinstance(news, Trained):
            break
    assert last is not None
    dismiss()
    shown = ", ".join(f"{share:.1%}" for share in last.accuracy)
    reached_at = "never" if reached is None else f"{reached:.1f} s"
    row(
        f"four losses all above {GOAL:.0%}",
        f"{reached_at}; at the end, after {last.seconds:.1f} s: {shown}",
    )


def first_point(chromium: Browser, url: str) -> None:
    """Print how long after Start the first curves are on the page."""
    times = []
    for _ in range(3):
        page = visit(chromium, url + LONG)
        began = time.monotonic()
        start(page)
        page.wait_for_selector("#live-charts .chart", timeout=60_000)
        times.append(time.monotonic() - began)
        page.context.close()
        time.sleep(WARM_UP / 2)
    row("Start to the first curves", ", ".join(f"{each:.1f} s" for each in times))


def answers_meanwhile(chromium: Browser, url: str) -> None:
    """Print how fast a drawn digit is answered while somebody else's run goes on."""
    other = visit(chromium, url + LONG)
    start(other)
    other.wait_for_selector("#live-charts .chart", timeout=60_000)
    page = chromium.new_context(locale="en-US").new_page()
    page.goto(url)
    page.wait_for_selector(".pad canvas")
    page.wait_for_timeout(5000)
    delays = in_the_browser(page)
    run = "ended before" if other.locator(".results").count() else "went on"
    row("end of a stroke to new bars, meanwhile", f"{milliseconds(delays)} (the run {run})")
    other.context.close()
    page.context.close()


def all_at_once(chromium: Browser, url: str, app: psutil.Process) -> None:
    """Print how 20 visitors who press Start together fare, and what memory they leave taken."""
    one = visit(chromium, url + SHORT)  # whatever a first run allocates for good
    start(one)
    one.wait_for_selector(".results", timeout=120_000)
    one.context.close()
    seconds_until(lambda: workers(app) <= 1, 30)
    time.sleep(WARM_UP)
    before = megabytes(app)
    pages = [visit(chromium, url + SHORT) for _ in range(VISITORS)]
    began = time.monotonic()
    for page in pages:
        start(page)
    for page in pages:
        try:
            page.wait_for_selector("#live-status .bad, #live-charts .results", timeout=300_000)
        except TimeoutError:
            print(f"a visitor still waits: {page.locator('#live-status').inner_text()}")
    took = time.monotonic() - began
    done = sum(page.locator(".results").count() for page in pages)
    for page in pages:
        page.context.close()
    seconds_until(lambda: workers(app) <= 1, 30)
    time.sleep(WARM_UP)
    after = megabytes(app)
    row(
        f"{VISITORS} visitors pressing Start at once",
        f"{done} served, {VISITORS - done} not, the last after {took:.0f} s",
    )
    row(
        "memory of the app, before and after",
        f"{before:.0f} MB, {after:.0f} MB ({after / before - 1:+.1%})",
    )


def abrupt_closings(chromium: Browser, url: str, app: psutil.Process) -> None:
    """Print what is left after 50 runs whose pages were closed while they went on."""
    times = []
    for _ in range(STARTS):
        page = visit(chromium, url + LONG)
        start(page)
        page.wait_for_selector("#live-charts .chart", timeout=60_000)
        seconds_until(
            lambda: workers(app) == 2, 30
        )  # the one that trains, and the next that is kept ready
        page.context.close()
        times.append(seconds_until(lambda: workers(app) <= 1, 30))
    orphans = [each.pid for each in psutil.process_iter(["cmdline", "ppid"]) if _is_orphan(each)]
    row(
        f"{STARTS} starts, pages closed meanwhile",
        f"last worker gone after {max(times):.1f} s; orphans: {len(orphans)}",
    )


def _is_orphan(process: psutil.Process) -> bool:
    return "losslens.live.worker" in (process.info["cmdline"] or []) and process.info["ppid"] == 1


def main() -> None:
    """Print one row for each."""
    time_to_goal()
    with served() as (url, app), browser() as chromium:
        first_point(chromium, url)
        answers_meanwhile(chromium, url)
        all_at_once(chromium, url, app)
        abrupt_closings(chromium, url, app)


if __name__ == "__main__":
    main()
