"""A real headless Chromium and a running app; without a Chromium the browser tests skip, loudly."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from support.pages import settled, watch

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a test picture
    "--use-fake-ui-for-media-stream",
]


@dataclass
class Visit:
    """A page that is open, and what went wrong on it."""

    page: "sync_api.Page"
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)  # requests that left this machine


@pytest.fixture(scope="session")
def browser() -> Iterator["sync_api.Browser"]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


Open = Callable[..., Visit]


@contextmanager
def visits_to(browser: "sync_api.Browser", app_url: str) -> Iterator[Open]:
    """Opens the app: ``visit(path="", locale="en-US", width=1280, height=900, dark=False)``.

    At the end every page must have stayed free of errors and of requests to other machines.
    """
    visits: list[Visit] = []
    contexts = []

    def open_page(
        path: str = "",
        locale: str = "en-US",
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        visit = Visit(context.new_page())
        visits.append(visit)
        visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
        visit.page.on(
            "console",
            lambda message: visit.errors.append(message.text) if message.type == "error" else None,
        )
        visit.page.on("request", lambda request: _note_outside(visit, request.url, app_url))
        watch(visit.page)
        visit.page.goto(app_url + path)
        settled(visit.page)
        return visit

    yield open_page
    for context in contexts:
        context.close()
    for seen in visits:
        assert seen.errors == [] and seen.outside == []


@pytest.fixture
def visit(browser: "sync_api.Browser", app_url: str) -> Iterator[Open]:
    """Opens pages for one test."""
    with visits_to(browser, app_url) as visit:
        yield visit


@pytest.fixture(scope="module")
def visit_once(browser: "sync_api.Browser", app_url: str) -> Iterator[Open]:
    """Opens pages that all tests of a file share: to load one takes longer than most tests."""
    with visits_to(browser, app_url) as visit:
        yield visit


def _note_outside(visit: Visit, url: str, app_url: str) -> None:
    if not url.startswith((app_url, "data:", "blob:")):
        visit.outside.append(url)
