"""Remake src/losslens/data/mini/sample_digits.npz: the digits to click under the drawing pad.

All come from the 5,000 digits of MNIST's training set that the shipped networks never learnt from,
and that live training does not learn from either. One of each class: read rightly by all networks,
as the page reads it, and of these the one in the middle when ordered by how sure they are. Then the
two on which the networks disagree most: their votes are split most evenly.

    python scripts/sample_digits.py --data-root data
"""

import argparse
from collections import Counter

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from losslens.data.bundled import SAMPLE_DIGITS, mini_mnist
from losslens.data.sources import mnist
from losslens.inference import predictor
from losslens.inference.predictor import Prediction

DISPUTED = 2
PAD = 280  # pixels


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", default="data")
    options = parser.parse_args()
    torch.set_num_threads(1)
    known = {digit.tobytes() for digit in mini_mnist().images.numpy()}
    held_out = mnist(options.data_root).held_out
    kept = [digit.tobytes() not in known for digit in held_out.images.numpy()]
    unseen = held_out.pick(torch.tensor(kept).nonzero()[:, 0])
    digits, labels = list(unseen.images[:, 0].numpy()), unseen.target.tolist()
    asked = [[predictor.predict_picture("digits", view) for view in views(each)] for each in digits]
    clear = [typical(label, labels, asked) for label in range(10)]
    split = sorted(range(len(asked)), key=lambda index: (-dispute(asked[index]), index))[:DISPUTED]
    keys = [str(label) for label in range(10)] + ["/".join(votes(asked[i][0])) for i in split]
    chosen = clear + split
    np.savez_compressed(
        SAMPLE_DIGITS,
        images=np.stack([digits[index] for index in chosen]),
        keys=keys,
        target=np.array([labels[index] for index in chosen], dtype=np.uint8),
    )
    print(f"{SAMPLE_DIGITS}: {', '.join(keys)}")


def views(digit: NDArray[np.uint8]) -> list[Image.Image]:
    """A digit as a browser enlarges it on the pad, in two ways, and as it is."""
    picture = Image.fromarray(255 - digit)
    ways = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
    return [*(picture.resize((PAD, PAD), way) for way in ways), picture]


def votes(prediction: Prediction) -> Counter[str]:
    """How many networks give each answer, in the order of the labels."""
    return Counter(sorted(answer.label for answer in prediction.given))


def dispute(asked: list[Prediction]) -> int:
    """How many networks are against the most frequent answer, in the view that divides least."""
    return min(len(each.given) - max(votes(each).values(), default=0) for each in asked)


def typical(label: int, labels: list[int], asked: list[list[Prediction]]) -> int:
    """The place of the digit of a class that all read rightly, neither surest nor least sure."""
    right = [
        index
        for index, each in enumerate(asked)
        if labels[index] == label
        and all(set(votes(view)) == {str(label)} for view in each)
        and not any(predictor.is_flagged("digits", view) for view in each)
    ]
    right.sort(key=lambda index: min(max(each.calibrated) for each in asked[index][0].given))
    return right[len(right) // 2]


if __name__ == "__main__":
    main()
