"""How fast the eight answers come: compute on one thread, and from the end of a stroke to new bars in Chromium.

python benchmarks/answer_time.py
"""

import statistics
import time

import torch
from chromium import app_page
from playwright.sync_api import Page

from losslens.data.bundled import mini_mnist
from losslens.inference import predictor as inference
from losslens.losses import LOSSES

ROUNDS = 200
STROKES = 40


def milliseconds(values: list[float]) -> str:
    """Median and 95th percentile."""
    ordered = sorted(values)
    return f"median {statistics.median(ordered):6.1f} ms   95th percentile {ordered[int(len(ordered) * 0.95)]:6.1f} ms"


def compute() -> tuple[list[float], list[float]]:
    """Times in ms of the eight networks' logits alone, and of the whole answer with heatmaps."""
    image = mini_mnist().batch(torch.tensor([2100]))[0][0]
    networks = [inference.network("digits", loss) for loss in LOSSES]
    logits, whole = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with torch.inference_mode():
            for network in networks:
                network(image[None]).softmax(dim=1)
        logits.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        inference.predict("digits", image)
        inference.explain("digits", image)
        whole.append((time.perf_counter() - began) * 1000)
    return logits[10:], whole[10:]


def in_the_browser(page: Page) -> list[float]:
    """From the end of each stroke (the button's release) to the next change of the cards, in ms, by
    the page's own clock."""
    page.evaluate("""() => {
      window.delays = [];
      let released = null;
      document.querySelector(".pad canvas").addEventListener("pointerup", () => { released = performance.now(); });
      new MutationObserver(() => {
        if (released !== null && document.querySelector(".card .bar")) {
          const since = released;
          released = null;
          requestAnimationFrame(() => window.delays.push(performance.now() - since));
        }
      }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
    }""")
    box = page.locator(".pad canvas").bounding_box()
    assert box is not None
    for index in range(STROKES):
        x, y = box["x"] + 40 + 5 * index, box["y"] + 60
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 15, y + 100, steps=4)
        page.wait_for_timeout(
            400
        )  # the answer to the stroke under way has come; what follows is the answer to its end
        page.mouse.move(x - 20, y + 130, steps=2)
        page.mouse.up()
        page.wait_for_timeout(400)
        if index % 8 == 7:
            page.locator(".pad-clear").click()
            page.wait_for_timeout(300)
    return list(page.evaluate("window.delays"))


def main() -> None:
    """Print the three rows."""
    torch.set_num_threads(1)
    logits, whole = compute()
    print(f"eight answers, one thread                 {milliseconds(logits)}")
    print(f"eight answers with heatmaps, one thread   {milliseconds(whole)}")
    with app_page() as page:
        page.wait_for_selector(".pad canvas")
        page.wait_for_timeout(1500)
        delays = in_the_browser(page)
    print(f"end of a stroke to new bars, {len(delays)} strokes    {milliseconds(delays)}")


if __name__ == "__main__":
    main()
