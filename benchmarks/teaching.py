"""How long it takes to teach classes of one's own, and to answer one more drawing.

Three shapes of 5, 8 and 20 drawings, under the four losses that the tab begins with: seconds of one
processor's time, so that what else the machine does counts little.

    python benchmarks/teaching.py
"""

import time

import torch

from losslens.live.config import LiveConfig
from losslens.live.teach.examples import LEAST, MOST, Classes, Example, given
from losslens.live.teach.features import COPIES, features, tensor_of
from losslens.live.teach.shapes import SHAPES, drawn
from losslens.live.teach.training import Taught, answers_to, teach

UNSEEN = 40  # of each shape


def classes_of(count: int) -> Classes:
    """So many drawings of each shape."""
    classes = Classes()
    for place, shape in enumerate(SHAPES):
        for seed in range(count):
            seen = tensor_of("drawing", drawn(shape, seed))
            example = Example("", features("drawing", seen, COPIES["drawing"]))
            classes = classes.with_example(place, example)
    return classes


def taught_in(count: int) -> tuple[Taught, float]:
    """What is taught of so many drawings a class, and the seconds that it took."""
    classes, began = classes_of(count), time.process_time()
    *_, taught = teach(given(classes, list(SHAPES)), list(LiveConfig.losses))
    assert isinstance(taught, Taught)
    return taught, time.process_time() - began


def right(taught: Taught) -> tuple[dict[str, int], float]:
    """Of drawings that nobody learnt from, how many each loss has right, and milliseconds each."""
    counts, began = dict.fromkeys(taught.heads, 0), time.process_time()
    for place, shape in enumerate(SHAPES):
        for seed in range(1_000, 1_000 + UNSEEN):
            seen = features("drawing", tensor_of("drawing", drawn(shape, seed)))
            for loss, shares in answers_to(taught, seen).items():
                counts[loss] += shares.index(max(shares)) == place
    return counts, 1_000 * (time.process_time() - began) / (UNSEEN * len(SHAPES))


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    taught_in(LEAST)  # what is imported at first use
    print("drawings a class | teaching, s | an answer, ms | right of", UNSEEN * len(SHAPES))
    for count in (LEAST, 8, MOST):
        taught, seconds = taught_in(count)
        counts, each = right(taught)
        said = ", ".join(f"{loss} {count}" for loss, count in counts.items())
        print(f"{count:16} | {seconds:11.1f} | {each:13.1f} | {said}", flush=True)


if __name__ == "__main__":
    main()
