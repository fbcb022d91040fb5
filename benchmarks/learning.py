"""How soon what one learns by answers, in Chromium: from a click or key to what it shows, in the
median and at most.

    python benchmarks/learning.py
"""

import statistics
import time
from collections.abc import Callable
from urllib.parse import urljoin

from chromium import app_page
from playwright.sync_api import Page

from losslens.inference import predictor
from losslens.tasks import TASKS

TIMES = 9
LISTED = 3  # losses of a list that are chosen in turn
# What a page shows is taken away first, so that it is seen to come anew.
EMPTY = "selector => document.querySelectorAll(selector).forEach((each) => each.remove())"

Act = Callable[[Page, int], None]


def seconds(page: Page, act: Act, shown: str, number: int) -> float:
    """From ``act``, given how many came before it, to what it shows."""
    page.evaluate(EMPTY, shown)
    began = time.perf_counter()
    act(page, number)
    page.locator(shown).first.wait_for(state="attached")
    return time.perf_counter() - began


def click(selector: str) -> Act:
    """Press a button."""
    return lambda page, _: page.locator(selector).click()


def another_loss(page: Page, number: int) -> None:
    """Choose a loss of the list."""
    page.locator("#steps-loss input").click()
    page.get_by_role("option").nth(1 + number % LISTED).click()


def reload(page: Page, number: int) -> None:
    """Open the same address again."""
    page.reload()


# What is measured: its name, the address, what is done there, and what then comes.
MEASURED: list[tuple[str, str, Act, str]] = [
    (
        "step by step: another loss",
        "?tab=explorer&part=steps",
        another_loss,
        ".steps[data-ready]",
    ),
    (
        "lesson: the code of a page runs",
        "?tab=lesson&part=pages",
        click("[data-run='linear:usual']"),
        ".lesson-out[data-of='linear:usual'] .lesson-output",
    ),
    (
        "lesson: a linear net learns from 4,000 digits",
        "?tab=lesson&part=pages&lesson=3",
        click("[data-run='mnist:usual']"),
        ".lesson-out[data-of='mnist:usual'] .lesson-output",
    ),
    (
        "challenge: a verdict",
        "?tab=lesson&part=challenges",
        lambda page, number: (
            page.locator(".challenge:visible input").nth(number % 3).check(),
            page.locator(".challenge-reveal:visible").click(),
        )[-1],
        ".judged",
    ),
    (
        "link: opened anew, to the answered drawing",
        "?tab=digits&truth=3#digits=*3",
        reload,
        ".digits .card[data-answer='3']",
    ),
]


def notebook(page: Page) -> list[float]:
    """Seconds from the button to the lesson as a file."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        with page.expect_download():
            page.locator(".lesson-save").click()
        taken.append(time.perf_counter() - began)
    return taken


def feature_view(page: Page) -> list[float]:
    """Seconds from a move of the slider to the picture, by the page's own clock."""
    view = page.locator(".features[data-moment]")
    view.locator("input[type=range]").focus()
    taken = []
    for key in ["Home", *["ArrowRight"] * TIMES]:
        page.keyboard.press(key)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
        taken.append(float(view.get_attribute("data-ms") or "nan") / 1000)
    return taken


def report(name: str, taken: list[float]) -> None:
    """One line."""
    middle, most = 1000 * statistics.median(taken), 1000 * max(taken)
    print(f"{name:48}{middle:7.0f} ms median {most:7.0f} ms at most", flush=True)


def main() -> None:
    """Print one line for each."""
    with app_page() as page:
        for task in TASKS:  # as the app does once it is started
            predictor.warm_up(task)
        url = page.url
        for name, address, act, shown in MEASURED:
            page.goto(urljoin(url, address))
            page.locator(".digits .card[data-answer]").first.wait_for(state="attached")
            seconds(page, act, shown, 0)
            report(name, [seconds(page, act, shown, 1 + each) for each in range(TIMES)])
        page.goto(urljoin(url, "?tab=lesson&part=pages"))
        report("lesson: saved as a notebook", notebook(page))
        page.goto(urljoin(url, "?tab=explorer&part=features"))
        page.wait_for_selector(".features[data-moment]")
        report("feature view: a move of the slider", feature_view(page))


if __name__ == "__main__":
    main()
