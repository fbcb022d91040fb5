"""Remake the pictures of the page in docs/, and the one that a link to the page shows.

Of the running app, in a headless Chromium: as it opens - wide, dark, on a phone, in Japanese - and
what one learns by: the playground, alone in a frame too, steps, the feature view, the lesson, a
challenge, and classes that are taught.

    python scripts/screenshots.py
"""

import io
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from losslens.ui.app import build, launch_options
from losslens.ui.page_head import PICTURE

DOCS = Path(__file__).parents[1] / "docs"
MOST_BYTES = 200_000
COLOURS = 255  # a palette of so many makes the files a third as large, and looks the same
COVERING = Image.Quantize.MAXCOVERAGE  # the usual way dulls colours that are rare, such as of marks
# The saliency map of the first card; it comes after the answer.
_MAP = "getComputedStyle(document.querySelector('.digits .card .heat')).backgroundImage"


@dataclass(frozen=True)
class Shot:
    """A picture, and how the page is opened for it."""

    path: Path
    width: int
    height: int
    address: str = ""
    locale: str = "en-US"
    sample: str = ""  # key of the sample to click; empty: the one that the page opens with
    opened: str = ""  # key of the loss whose card is opened
    clicks: tuple[str, ...] = ()  # selectors of what is clicked then, each once it is there
    draws_on: str = ""  # selector of a pad on which a circle is drawn then
    shows: str = ""  # selector of what these clicks bring


SHOTS = (
    Shot(DOCS / "page.png", 1280, 800),
    Shot(DOCS / "page-dark.png", 1280, 800, "?__theme=dark", sample="3", opened="mse"),
    Shot(DOCS / "page-phone.png", 390, 844),
    Shot(DOCS / "page-ja.png", 1280, 800, "ja", "ja-JP"),
    Shot(PICTURE, 1200, 630),
    Shot(
        DOCS / "playground.png",
        1280,
        800,
        "?tab=playground&data=clusters&far=1&points=60&size=0&step=400",
        shows=".playground[data-step='400']",
    ),
    Shot(
        DOCS / "embed.png",
        900,
        500,
        "?embed=1&tab=playground&data=spiral&size=16&step=600",
        shows=".playground[data-step='600']",
    ),
    Shot(
        DOCS / "steps.png",
        1280,
        900,
        "?tab=explorer&part=steps#digits=*3",
        clicks=(".steps[data-ready] .step[data-name='p'] .number:nth-of-type(4)",),
        shows=".steps .number.from",
    ),
    Shot(
        DOCS / "features.png",
        1280,
        900,
        "?tab=explorer&part=features",
        shows=".features[data-moment]",
    ),
    Shot(
        DOCS / "lesson.png",
        1280,
        1000,
        "?tab=lesson&part=pages&lesson=6",
        clicks=(".lesson-run:visible", ".lesson-mend:visible"),
        shows=".lesson-out[data-of='mse:mended'] .lesson-bars",
    ),
    Shot(
        DOCS / "challenge.png",
        1280,
        800,
        "?tab=lesson&part=challenges&challenge=6",
        clicks=(".challenge:visible [value=gce]", ".challenge-reveal:visible"),
        shows=".judged",
    ),
    Shot(
        DOCS / "teach.png",
        1280,
        940,
        "?tab=teach",
        clicks=(
            "button:text-is('Fill in an example'):visible",
            "#teach:has([data-place='2'][data-count='8']) .teach-train:visible",
        ),
        draws_on="#teach-try canvas",
        shows=".teach-cards",
    ),
)


def take(browser: Browser, url: str, shot: Shot) -> bytes:
    """The page as a PNG."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height}, locale=shot.locale
    )
    page.goto(url + shot.address)
    page.wait_for_selector(".digits .card[data-answer]", state="attached")
    before = page.evaluate(_MAP)
    if shot.sample:
        page.locator(f".pad-sample[data-key='{shot.sample}']").click()
        page.wait_for_selector(f".digits .card[data-answer='{shot.sample}']")
        page.wait_for_function(f"before => {_MAP} !== before", arg=before)
    if shot.opened:
        page.locator(f".digits .card[data-loss={shot.opened}] summary").click()
    if not shot.shows:
        page.wait_for_function(f"{_MAP} !== 'none'")
    for selector in shot.clicks:
        page.locator(selector).first.click()
    if shot.draws_on:
        draw_circle(page, shot.draws_on)
    if shot.shows:
        page.wait_for_selector(shot.shows)
        page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)
    taken = page.screenshot(animations="disabled")
    page.close()
    return taken


def draw_circle(page: Page, pad: str) -> None:
    """Draw a circle on a pad."""
    box = page.locator(pad).bounding_box()
    assert box is not None
    for corner in range(25):
        angle, radius = 2 * math.pi * corner / 24, 0.3 * box["width"]
        x = box["x"] + box["width"] / 2 + radius * math.sin(angle)
        page.mouse.move(x, box["y"] + box["height"] / 2 - radius * math.cos(angle))
        if corner == 0:
            page.mouse.down()
    page.mouse.up()


def main() -> None:
    """Write the pictures. Raises ValueError where one is too large for a repository."""
    demo = build()
    _, url, _ = demo.launch(**launch_options(), prevent_thread_lock=True, quiet=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for shot in SHOTS:
            with Image.open(io.BytesIO(take(browser, url, shot))) as picture:
                picture.convert("RGB").quantize(COLOURS, COVERING).save(shot.path, optimize=True)
            if (size := shot.path.stat().st_size) > MOST_BYTES:
                raise ValueError(f"{shot.path.name} has {size} bytes, at most {MOST_BYTES}")
            print(f"{shot.path.name}: {size} bytes")
        browser.close()
    demo.close()


if __name__ == "__main__":
    main()
