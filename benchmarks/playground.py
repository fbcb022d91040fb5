"""The playground: how soon after opening the page a boundary moves, with one click, and how many
frames a second it draws with four losses; and, since other programs slow that down, how much of a
processor a frame takes.

Wide as on a desk, and as a phone whose processor is four times slower than this machine's (by
Chromium's own throttling).

    python benchmarks/playground.py
"""

import time

import psutil
from chromium import app_page
from playwright.sync_api import Page, ViewportSize

from losslens.inference import predictor
from losslens.tasks import TASKS
from losslens.ui.playground import graphs

SECONDS = 10.0  # for which frames are counted
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SLOWER = 4
_FRAMES = "+document.querySelector('.playground')?.dataset.frames"
HEAVIEST = "?tab=playground&data=spiral&size=16&points=400"


def visit(page: Page, url: str, size: ViewportSize, slower: int) -> Page:
    """The app on a new page of this size, on a processor so many times slower."""
    assert page.context.browser is not None
    fresh = page.context.browser.new_page(viewport=size, locale="en-US")
    devtools = fresh.context.new_cdp_session(fresh)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    fresh.goto(url)
    return fresh


def first_movement(page: Page, url: str, size: ViewportSize) -> float:
    """Seconds from opening the page to a boundary that moves, with one click on the tab."""
    began = time.monotonic()
    fresh = visit(page, url, size, 1)
    fresh.get_by_role("tab", name="Playground").click()
    fresh.wait_for_function(f"{_FRAMES} >= 2")
    took = time.monotonic() - began
    fresh.context.close()
    return took


def frames(page: Page, url: str, size: ViewportSize, slower: int) -> tuple[float, float]:
    """Frames a second with four losses while they learn, and milliseconds of a processor that the
    browser's pages take for each."""
    fresh = visit(page, url, size, slower)
    fresh.wait_for_function(f"{_FRAMES} >= 20", timeout=60_000)
    before, began, used = fresh.evaluate(_FRAMES), time.monotonic(), processor_seconds()
    fresh.wait_for_timeout(1000 * SECONDS)
    count = fresh.evaluate(_FRAMES) - before
    rate, cost = count / (time.monotonic() - began), (processor_seconds() - used) / count
    fresh.context.close()
    return rate, 1000 * cost


def processor_seconds() -> float:
    """What the pages of the browser have taken so far."""
    processes = psutil.Process().children(recursive=True)
    pages = [each for each in processes if "--type=renderer" in each.cmdline()]
    return sum(sum(each.cpu_times()[:2]) for each in pages)


def main() -> None:
    """Print one row for each."""
    with app_page() as page:
        for task in TASKS:  # as the app does once it is started
            predictor.warm_up(task)
        graphs.warm_up()
        url = page.url
        times = [first_movement(page, url, WIDE) for _ in range(3)]
        print(
            f"{'opened to a moving boundary, one click':44}{min(times):.1f} to {max(times):.1f} s"
        )
        for name, size, slower in (
            ("wide", WIDE, 1),
            (f"phone, {SLOWER} times slower", PHONE, SLOWER),
        ):
            for kind, query in (("at first", "?tab=playground"), ("heaviest", HEAVIEST)):
                rate, cost = frames(page, url + query, size, slower)
                figures = f"{rate:.0f} frames a second, {cost:.0f} ms of a processor each"
                print(f"{f'{name}, {kind}':44}{figures}", flush=True)


if __name__ == "__main__":
    main()
