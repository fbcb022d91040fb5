"""How fast a drawing is answered: compute on one thread, and from a stroke to bars in Chromium.

python benchmarks/answer_time.py
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from chromium import app_page, percentile
from playwright.sync_api import Page
from torch import Tensor

from losslens.checkpoints.ensemble import load_ensemble
from losslens.data.bundled import mini_mnist
from losslens.inference import predictor

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


def compute() -> dict[str, list[float]]:
    """Times in ms on one thread: the logits of one network after the other, of all as one, whole
    answers with the detector's, and their saliency maps."""
    image = mini_mnist().batch(torch.tensor([2100]))[0][0]
    ensemble = load_ensemble("digits")
    jobs: dict[str, Callable[[Tensor], object]] = {
        "logits, one by one": replace(ensemble, stack=None).answers,
        "logits, as one": ensemble.answers,
        "answers": partial(predictor.predict, "digits"),
        "saliency maps": partial(predictor.saliency_maps, "digits"),
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            began = time.perf_counter()
            job(image)
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: each[WARM_UP:] for name, each in times.items()}


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
    """Print a row for each."""
    torch.set_num_threads(1)
    networks = len(load_ensemble("digits").losses)
    for name, each in compute().items():
        print(f"{networks} networks, one thread: {name:20} {milliseconds(each)}")
    with app_page() as page:
        page.wait_for_selector(".pad canvas")
        page.locator(".pad-sample").first.click()  # answers once, so that nothing is new
        page.wait_for_selector(".digits .card[data-answer]")
        page.locator(".pad-clear").click()
        page.wait_for_selector(".digits .answer .blank")
        delays = in_the_browser(page)
    print(f"end of a stroke to new bars, {len(delays)} strokes     {milliseconds(delays)}")


if __name__ == "__main__":
    main()
