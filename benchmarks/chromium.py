"""The running app on a page of a headless Chromium, for the benchmarks that drive it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from losslens.ui.page import build, launch_options


@contextmanager
def app_page() -> Iterator[Page]:
    """Serve the app while the block runs, and open it on a fresh page."""
    demo = build()
    _, url, _ = demo.launch(**launch_options(), prevent_thread_lock=True, quiet=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(url)
        yield page
        browser.close()
    demo.close()
