"""A headless Chromium, and the running app on a page of it, for benchmarks that drive a browser."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from losslens.ui.app import build, launch_options


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser, while the block runs."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@contextmanager
def app_page() -> Iterator[Page]:
    """Serve the app while the block runs, and open it on a fresh page."""
    demo = build()
    _, url, _ = demo.launch(**launch_options(), prevent_thread_lock=True, quiet=True)
    with browser() as chromium:
        page = chromium.new_page()
        page.goto(url)
        yield page
    demo.close()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0..1) of them lie."""
    return sorted(values)[int(len(values) * share)]
