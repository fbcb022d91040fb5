"""What the page weighs and how soon it can be used: requests, bytes, and seconds until the pad
takes strokes and until the sample that it opens with is answered, in a Chromium without a cache.

    python benchmarks/page_load.py             on an idle machine; the median of five visits
"""

import argparse
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from chromium import browser
from playwright.sync_api import Browser, Page
from served_app import ROOT, served

_MOUNTED = "/heartbeat/"  # gradio opens it once it has mounted the page


@dataclass(frozen=True)
class Visit:
    """One opening of the page."""

    usable: float  # seconds until the pad is there and gradio has mounted the page
    answered: float  # seconds until the opening sample's answers are shown
    requests: int
    kilobytes: float  # over the wire, compressed where the server compresses
    elements: int  # of the page's tree


def visit(chromium: Browser, url: str) -> Visit:
    """Open the page once, in a context of its own."""
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    bytes_of = _counted(page)
    began = time.perf_counter()
    with page.expect_request(lambda request: _MOUNTED in request.url):
        page.goto(url, wait_until="commit")
    page.wait_for_selector(".pad canvas")
    usable = time.perf_counter() - began
    page.wait_for_selector(".digits .card[data-answer]")
    answered = time.perf_counter() - began
    page.wait_for_function("document.readyState === 'complete'")
    elements = page.evaluate("document.querySelectorAll('*').length")
    context.close()
    return Visit(usable, answered, len(bytes_of), sum(bytes_of) / 1e3, elements)


def _counted(page: Page) -> list[float]:
    """The bytes of each request that is done, as they come."""
    sizes: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    return sizes


def main() -> None:
    """Print the medians, and how large the first document is."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="another one, to compare with")
    options = parser.parse_args()
    with served(options.checkout) as app, browser() as chromium:
        document = len(httpx.get(app.url).content) / 1e3
        visit(chromium, app.url)  # whatever the server does once
        visits = [visit(chromium, app.url) for _ in range(options.visits)]
    print(f"{'the first document, uncompressed':36}{document:.0f} kB")
    for name, unit, digits in (
        ("usable", "s", 2),
        ("answered", "s", 2),
        ("requests", "", 0),
        ("kilobytes", "kB", 0),
        ("elements", "", 0),
    ):
        values = [getattr(each, name) for each in visits]
        middle, most = statistics.median(values), max(values)
        print(f"{name:36}{middle:.{digits}f} {unit} median, {most:.{digits}f} {unit} at most")


if __name__ == "__main__":
    main()
