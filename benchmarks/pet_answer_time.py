"""How fast a photo is answered: all eight with heatmaps against one EfficientNet-Lite0, and from drop to cards in Chromium.

python benchmarks/pet_answer_time.py
"""

import statistics
import time
from collections.abc import Callable

import timm
import torch
from chromium import app_page

from losslens.images.preprocessing import photo_tensor
from losslens.images.reading import read_picture
from losslens.inference import predictor as inference
from losslens.ui.tabs.predict import SAMPLES

ROUNDS = 60


def seconds(job: Callable[[], object]) -> float:
    """Of one run."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def main() -> None:
    """Print the ratio and the times."""
    torch.set_num_threads(1)
    image = photo_tensor(read_picture(SAMPLES[0]))
    batch = image[None].contiguous(memory_format=torch.channels_last)
    whole = (
        timm.create_model("tf_efficientnet_lite0", pretrained=False)
        .eval()
        .to(memory_format=torch.channels_last)
    )

    def one() -> None:
        with torch.inference_mode():
            whole(batch)

    def eight() -> None:
        inference.explain("pets", inference.predict("pets", image).features)

    pairs = [(seconds(one), seconds(eight)) for _ in range(ROUNDS)][
        5:
    ]  # taken in turn, so that noise meets both
    single, all_eight = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    print(f"one EfficientNet-Lite0   median {single:6.1f} ms")
    print(f"eight with heatmaps      median {all_eight:6.1f} ms   ratio {all_eight / single:.2f}")
    delays = in_the_browser()
    print(
        f"from drop to cards       median {statistics.median(delays):6.1f} ms   most {max(delays):6.1f} ms"
    )


def in_the_browser() -> list[float]:
    """From handing the file over to the cards of that photo, in ms, by the page's own clock."""
    with app_page() as page:
        page.get_by_role("tab", name="Show a pet", exact=True).click()
        page.wait_for_timeout(1500)
        delays = []
        for index in range(21):
            page.evaluate("""() => {
              window.delay = null;
              const dropped = () => { window.dropped = performance.now(); };
              document.addEventListener("change", dropped, { capture: true, once: true });
              const seen = new MutationObserver(() => {
                if (window.dropped && document.querySelector(".pets .card .bar")) {
                  seen.disconnect();
                  requestAnimationFrame(() => { window.delay = performance.now() - window.dropped; });
                }
              });
              window.dropped = null;
              seen.observe(document.body, { childList: true, subtree: true });
            }""")
            page.locator(".pets .upload input[type=file]").first.set_input_files(SAMPLES[index % 2])
            page.wait_for_function("window.delay !== null")
            delays.append(float(page.evaluate("window.delay")))
            page.locator(".pets .upload button").first.click()  # removes the photo
            page.wait_for_selector(".pets .card", state="detached")
    return delays[1:]


if __name__ == "__main__":
    main()
