"""Accuracy on pen strokes of people outside MNIST, through the app's own /predict_digit.

The strokes are drawn on the canvas at any place and size. They come from UCI's Pen-Based
Recognition of Handwritten Digits (CC BY 4.0), as a gzipped file with one JSON object a line,
``{"label": 3, "strokes": [[[x, y], ...], ...]}``, y upward.

    python benchmarks/pen_digits.py strokes.jsonl.gz --count 1000
"""

import argparse
import base64
import gzip
import io
import json
import random
from collections import defaultdict
from typing import Any

import numpy as np
import torch
from gradio_client import Client
from PIL import Image, ImageDraw

from losslens.evaluation.metrics import accuracy
from losslens.ui.app import build, launch_options

PAD = 280  # pixels
PEN = 20  # pixels; the pad's own brush
FINE = 2  # drawn this many times larger, then averaged: the browser's anti-aliasing


def drawn(
    strokes: list[list[list[float]]],
    chance: random.Random,
    sizes: tuple[int, int] = (90, 230),
    pen: int = PEN,
) -> Image.Image:
    """The strokes with the pad's round brush, so many pixels tall or wide, where they fit."""
    points = np.concatenate([np.array(stroke, dtype=float) for stroke in strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    size = chance.uniform(*sizes)
    scale = size / max(float((high - low).max()), 1.0)
    rim = size / 2 + pen / 2
    centre = [chance.uniform(rim, PAD - rim) for _ in range(2)]
    paper = Image.new("L", (PAD * FINE, PAD * FINE), 255)
    paint, radius, middle = ImageDraw.Draw(paper), pen * FINE / 2, (low + high) / 2
    for stroke in strokes:
        placed = (np.array(stroke, dtype=float) - middle) * (scale, -scale) + centre
        line = [(float(x), float(y)) for x, y in placed * FINE]
        paint.line(line, fill=17, width=pen * FINE, joint="curve")
        for x, y in line:
            paint.ellipse((x - radius, y - radius, x + radius, y + radius), fill=17)
    return paper.resize((PAD, PAD), Image.Resampling.BOX)


def data_url(picture: Image.Image) -> str:
    """As the pad sends it."""
    stream = io.BytesIO()
    picture.convert("RGBA").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def main() -> None:
    """Print one row a loss, and how many were flagged as no digit."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("strokes")
    parser.add_argument("--count", type=int, default=0, help="a random part of so many; 0: all")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with gzip.open(options.strokes, "rt") as lines:
        digits = [json.loads(line) for line in lines]
    chance = random.Random(0)
    if options.count:
        digits = chance.sample(digits, options.count)
    demo = build()
    _, url, _ = demo.launch(**launch_options(), prevent_thread_lock=True, quiet=True)
    right, flagged = answered(Client(url, verbose=False), digits, chance)
    demo.close()
    for loss, each in right.items():
        share = accuracy(np.array(each, dtype=float))
        print(f"{loss:14} {share.value:7.2%} ({share.low:.2%} to {share.high:.2%})")
    print(f"flagged as not like any digit: {flagged / len(digits):.2%} of {len(digits)}")


def answered(
    client: Client, digits: list[dict[str, Any]], chance: random.Random
) -> tuple[dict[str, list[bool]], int]:
    """Whether each loss's answer to each digit is right, and how many digits were flagged."""
    right: dict[str, list[bool]] = defaultdict(list)
    flagged = 0
    for digit in digits:
        url = data_url(drawn(digit["strokes"], chance))
        result = client.predict(url, api_name="/predict_digit")
        flagged += result["marked"]
        for loss, answer in result["answers"].items():
            right[loss].append(answer["label"] == str(digit["label"]))
    return right, flagged


if __name__ == "__main__":
    main()
