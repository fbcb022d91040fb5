"""How fast a drawing is answered: compute on one thread, and from a stroke to bars in Chromium.

python benchmarks/answer_time.py
"""

import statistics
import time

import torch
from chromium import app_page, percentile
from playwright.sync_api import Page

from losslens.data.bundled import mini_mnist
from losslens.inference import predictor
from losslens.losses import LOSSES

ROUNDS = 200
WARM_UP = 10  # rounds that are not counted
STROKES = 40
STROKES_A_DRAWING = 8
PAUSE = 400  # ms; by then the answer to what was drawn has come

# By the page's own clock: the delay from each release of the button to the next change of cards.
WATCH = """() => {
  window.delays = [];
  let released = null;
  const pad = document.querySelector(".pad canvas");
  pad.addEventListener("pointerup", () => { released = performance.now(); });
  const seen = new MutationObserver(() => {
    if (released === null || !document.querySelector(".card .bar")) return;
    const since = released;
    released = null;
    requestAnimationFrame(() => window.delays.push(performance.now() - since));
  });
  const all = { childList: true, subtree: true, characterData: true, attributes: true };
  seen.observe(document.body, all);
}"""


def milliseconds(values: list[float]) -> str:
    """Median and 95th percentile."""
    high = percentile(values, 0.95)
    return f"median {statistics.median(values):6.1f} ms   95th percentile {high:6.1f} ms"


def compute() -> tuple[list[float], list[float]]:
    """Times in ms of all networks' logits alone, and of the answer with its saliency maps."""
    image = mini_mnist().batch(torch.tensor([2100]))[0][0]
    networks = [predictor.network("digits", loss) for loss in LOSSES]
    logits, whole = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with torch.inference_mode():
            for network in networks:
                network(image[None]).softmax(dim=1)
        logits.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        predictor.saliency_maps("digits", predictor.predict("digits", image).features)
        whole.append((time.perf_counter() - began) * 1000)
    return logits[WARM_UP:], whole[WARM_UP:]


def in_the_browser(page: Page) -> list[float]:
    """From the end of each stroke to the next change of the cards, in ms."""
    page.evaluate(WATCH)
    box = page.locator(".pad canvas").bounding_box()
    assert box is not None
    for index in range(STROKES):
        x, y = box["x"] + 40 + 5 * index, box["y"] + 60
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 15, y + 100, steps=4)
        # The answer to the stroke under way; what follows is the answer to its end.
        page.wait_for_timeout(PAUSE)
        page.mouse.move(x - 20, y + 130, steps=2)
        page.mouse.up()
        page.wait_for_timeout(PAUSE)
        if index % STROKES_A_DRAWING == STROKES_A_DRAWING - 1:
            page.locator(".pad-clear").click()
            page.wait_for_selector(".digits .answer .blank")
    return list(page.evaluate("window.delays"))


def main() -> None:
    """Print the three rows."""
    torch.set_num_threads(1)
    logits, whole = compute()
    print(f"{len(LOSSES)} answers, one thread                      {milliseconds(logits)}")
    print(f"{len(LOSSES)} answers with saliency maps, one thread   {milliseconds(whole)}")
    with app_page() as page:
        page.wait_for_selector(".pad canvas")
        page.locator(".pad-sample").first.click()  # answers once, so that nothing is new
        page.wait_for_selector(".digits .card .bar")
        page.locator(".pad-clear").click()
        page.wait_for_selector(".digits .answer .blank")
        delays = in_the_browser(page)
    print(f"end of a stroke to new bars, {len(delays)} strokes     {milliseconds(delays)}")


if __name__ == "__main__":
    main()
