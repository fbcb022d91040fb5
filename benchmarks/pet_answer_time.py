"""How fast a photo is answered, against one EfficientNet-Lite2; and from drop to cards in Chromium.

python benchmarks/pet_answer_time.py
"""

import statistics
import time
from collections.abc import Callable

import timm
import torch
from chromium import app_page

from losslens.data.bundled import SAMPLE_PHOTOS
from losslens.images.preprocessing import photo_tensor
from losslens.images.reading import read_picture
from losslens.inference import predictor
from losslens.losses import LOSSES
from losslens.ui.i18n import FALLBACK, WORDS

ROUNDS = 60
WARM_UP = 5  # rounds that are not counted
PHOTOS = 21  # in the browser; the first is not counted

# By the page's own clock: the delay from handing the file over to its cards.
WATCH = """() => {
  window.delay = window.dropped = null;
  const dropped = () => { window.dropped = performance.now(); };
  document.addEventListener("change", dropped, { capture: true, once: true });
  const seen = new MutationObserver(() => {
    if (!window.dropped || !document.querySelector(".pets .card .bar")) return;
    seen.disconnect();
    requestAnimationFrame(() => { window.delay = performance.now() - window.dropped; });
  });
  seen.observe(document.body, { childList: true, subtree: true });
}"""


def seconds(job: Callable[[], object]) -> float:
    """Of one run."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def compute() -> tuple[float, float]:
    """Median ms of one whole EfficientNet-Lite2, and of all answers with their saliency maps."""
    image = photo_tensor(read_picture(SAMPLE_PHOTOS[0]))
    batch = image[None].contiguous(memory_format=torch.channels_last)
    whole = timm.create_model("tf_efficientnet_lite2", pretrained=False).eval()
    whole = whole.to(memory_format=torch.channels_last)

    def one() -> None:
        with torch.inference_mode():
            whole(batch)

    def every() -> None:
        predictor.saliency_maps("pets", predictor.predict("pets", image).features)

    # Taken in turn, so that noise meets both.
    pairs = [(seconds(one), seconds(every)) for _ in range(ROUNDS)][WARM_UP:]
    single, all_losses = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    return single, all_losses


def in_the_browser() -> list[float]:
    """From handing the file over to the cards of that photo, in ms."""
    delays = []
    with app_page() as page:
        page.get_by_role("tab", name=WORDS[FALLBACK].task("pets", "tab"), exact=True).click()
        page.wait_for_selector(".pets .upload input[type=file]", state="attached")
        for index in range(PHOTOS):
            page.evaluate(WATCH)
            upload = page.locator(".pets .upload input[type=file]").first
            upload.set_input_files(SAMPLE_PHOTOS[index % 2])
            page.wait_for_function("window.delay !== null")
            delays.append(float(page.evaluate("window.delay")))
            page.locator(".pets .upload button").first.click()  # removes the photo
            page.wait_for_selector(".pets .card", state="detached")
    return delays[1:]


def main() -> None:
    """Print the ratio and the times."""
    torch.set_num_threads(1)
    single, all_losses = compute()
    ratio = all_losses / single
    print(f"one EfficientNet-Lite2              median {single:6.1f} ms")
    name = f"{len(LOSSES)} answers with saliency maps"
    print(f"{name:<35} median {all_losses:6.1f} ms   ratio {ratio:.2f}")
    delays = in_the_browser()
    middle, most = statistics.median(delays), max(delays)
    print(f"from drop to cards                  median {middle:6.1f} ms   most {most:6.1f} ms")


if __name__ == "__main__":
    main()
