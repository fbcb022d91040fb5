"""What several browser tests do on a page."""

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from axe_playwright_python.base import AXE_SCRIPT

from support.waiting import until

# Two frames: what a change asks for is then under way.
_TWO_FRAMES = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
)
# Of a table under a chart its first rows: those that follow are made alike, and with all their
# cells a page takes axe twenty seconds.
_AXE = """async () => {
  const looked_at = { exclude: [[".data tbody tr:nth-child(n + 4)"]] };
  const { violations } = await axe.run(looked_at, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}"""
_HEARTBEAT = "/heartbeat/"  # gradio opens it once it has mounted the page, and never ends it


@dataclass
class _Traffic:
    """What a page has asked for."""

    mounted: bool = False
    pending: set[Any] = field(default_factory=set)  # requests that are under way

    def begin(self, request: Any) -> None:
        if request.is_navigation_request():
            self.mounted, self.pending = False, set()
        if _HEARTBEAT in request.url:
            self.mounted = True
        elif not request.url.startswith(("data:", "blob:")):
            self.pending.add(request)

    def end(self, request: Any) -> None:
        self.pending.discard(request)


_TRAFFIC: WeakKeyDictionary[Any, _Traffic] = WeakKeyDictionary()


def watch(page: Any) -> None:
    """Note from now on what a page asks for, so that ``settled`` can tell when it is at rest."""
    traffic = _TRAFFIC[page] = _Traffic()
    page.on("request", traffic.begin)
    for event in ("requestfinished", "requestfailed"):
        page.on(event, traffic.end)


def settled(page: Any) -> None:
    """Wait until gradio has mounted the page and none of its requests is under way.

    The network alone is never idle: the page keeps a heartbeat open.
    """
    page.wait_for_selector(".pad canvas", state="attached")  # hidden where another tab is open

    def at_rest() -> bool:
        page.evaluate(_TWO_FRAMES)
        return _TRAFFIC[page].mounted and not _TRAFFIC[page].pending

    try:
        until(lambda: at_rest() and at_rest())
    except TimeoutError as error:
        traffic = _TRAFFIC[page]
        waiting = [f"{each.method} {each.url}" for each in traffic.pending]
        raise TimeoutError(f"mounted: {traffic.mounted}; not answered: {waiting}") from error


def open_tab(page: Any, name: str) -> None:
    """Click a tab, of the page or within a tab; on a phone their row scrolls."""
    page.get_by_role("tab", name=name, exact=True).first.click()


def draw(page: Any, strokes: list[list[tuple[int, int]]], within: str = "") -> None:
    """Draw strokes on the pad, or the one ``within`` a place, with the mouse; points are in pixels
    of its canvas."""
    canvas = page.locator(f"{within} .pad canvas")
    canvas.scroll_into_view_if_needed()
    box, side = canvas.bounding_box(), int(canvas.get_attribute("width"))
    scale = box["width"] / side
    for stroke in strokes:
        for index, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=2)
            if index == 0:
                page.mouse.down()
        page.mouse.up()


def answers(page: Any, task: str) -> dict[str, str]:
    """Each loss's answer, as the cards of a task's tab say it."""
    cards = page.locator(f".{task} .card[data-answer]").all()
    return {card.get_attribute("data-loss"): card.get_attribute("data-answer") for card in cards}


def take_photo(page: Any, within: str) -> None:
    """Take a photo with the camera of an upload, on a page in English."""
    page.locator(f"{within} button[aria-label='Capture from camera']").click()
    page.locator(within).get_by_text("Click to Access Webcam").click()
    # A click before the camera's first frame takes no photo.
    page.wait_for_function(
        """within => document.querySelector(`${within} video`)?.readyState
          === HTMLMediaElement.HAVE_ENOUGH_DATA""",
        arg=within,
    )
    page.locator(f"{within} button[aria-label='capture photo']").click()


def says(page: Any, task: str, text: str) -> None:
    """Wait until the answer on a task's tab has a text in it."""
    page.wait_for_function(
        "([task, text]) => document.querySelector(`.${task} .answer`)?.innerText.includes(text)",
        arg=[task, text],
    )


def times_seen(page: Any, text: str) -> int:
    """How often a text is on the page, but for what a screen reader alone is told."""
    told = "".join(page.locator(".said").all_inner_texts())
    return int(page.locator("body").inner_text().count(text) - told.count(text))


def not_wider_than_the_window(page: Any, selector: str = "html") -> bool:
    """Whether nothing has to be scrolled sideways."""
    beyond = "element => element.scrollWidth - element.clientWidth"
    return bool(page.locator(selector).evaluate(beyond) <= 0)


def violations(page: Any) -> list[str]:
    """What axe finds, once colours have faded in."""
    page.wait_for_function(
        """() => document.getAnimations().every((each) => each.playState !== "running"
          || each.effect.getComputedTiming().endTime === Infinity)"""
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_AXE)
    return found
