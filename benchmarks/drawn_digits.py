"""Accuracy on digits by people outside MNIST: pen strokes on the pad, and Semeion's small scans.

Asked is the function behind /predict_digit. Strokes are sent as the pad sends them, at sizes from
24 to 240 of its 280 pixels, in its middle and in a corner; once more they are drawn with the
pad's brush, and only the picture is sent. Then all of them at any size and place. They come from
UCI's Pen-Based Recognition of Handwritten Digits (CC BY 4.0), ``pen/strokes.jsonl.gz`` in the
data folder: one JSON object a line, ``{"label": 3, "strokes": [[[x, y], ...], ...]}``, y upward.
Of these the second half is asked: by the first, what reads strokes was chosen. Semeion,
``semeion/0`` to ``semeion/9``, holds 1,592 digits of 16x16 pixels.

    python benchmarks/drawn_digits.py --data-root data
"""

import argparse
import base64
import io
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pen_strokes import half_of, pen_digits
from PIL import Image, ImageDraw

from losslens.evaluation.metrics import accuracy
from losslens.losses.catalogue import card_losses
from losslens.report import outside
from losslens.report.outside import Source
from losslens.tasks import TASKS
from losslens.ui.api import answer_endpoint

PAD, PEN = 280, 20  # pixels of the pad, and of its brush
FINE = 2  # drawn this many times larger, then averaged: the browser's anti-aliasing
SIZES = (24, 60, 120, 240)  # pixels of the longer side
PLACES = {"middle": 0.5, "corner": 0.98}  # share of the free way from the upper left

Strokes = list[NDArray[np.float64]]


@dataclass
class Tally:
    """What was answered."""

    right: dict[str, list[bool]] = field(
        default_factory=lambda: {loss: [] for loss in card_losses()}
    )
    flagged: int = 0
    refused: int = 0  # with a sentence on dots or scribbles
    total: int = 0

    def add(self, result: dict[str, Any], label: str) -> None:
        """One answer of the endpoint."""
        self.total += 1
        self.flagged += bool(result["marked"])
        self.refused += "problem" in result
        for loss, each in self.right.items():
            each.append(result["answers"].get(loss, {}).get("label") == label)

    def source(self, name: str) -> Source:
        """A line of the report card; a drawing that was refused counts as flagged."""
        shares = [float(np.mean(each)) for each in self.right.values()]
        flagged = (self.flagged + self.refused) / self.total
        return Source("drawn_digits", name, self.total, (min(shares), max(shares)), flagged)

    def row(self, name: str) -> str:
        """A line of the table."""
        shares = [np.mean(each) for each in self.right.values()]
        return (
            f"{name:26} {min(shares):7.2%} to {max(shares):7.2%}   flagged "
            f"{self.flagged / self.total:6.2%}   a sentence {self.refused / self.total:6.2%}"
        )


def main() -> None:
    """Print one row a setting, and one a loss for strokes and for Semeion."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", type=Path, default=Path("data"))
    parser.add_argument(
        "--count", type=int, default=400, help="so many digits at each size and place"
    )
    parser.add_argument("--save", action="store_true", help="keep it for the report card")
    options = parser.parse_args()
    torch.set_num_threads(1)
    chance, everyone = random.Random(0), strokes_and_labels(options.data_root)
    digits = chance.sample(everyone, min(options.count, len(everyone)))
    for size in SIZES:
        for name, place in PLACES.items():
            drawn = ((json.dumps(placed(each, size, place)), label) for each, label in digits)
            print(ask(drawn).row(f"strokes, {size} px, {name}"))
    for size in SIZES[1:]:
        pictures = ((data_url(painted(placed(each, size, 0.5))), label) for each, label in digits)
        print(ask(pictures).row(f"picture alone, {size} px"))
    anywhere = (
        (json.dumps(placed(each, chance.uniform(SIZES[0], SIZES[-1]), chance.random())), label)
        for each, label in everyone
    )
    asked = {"all strokes, anywhere": ask(anywhere), "Semeion": ask(scans(options.data_root))}
    for title, tally in asked.items():
        print(f"\n{tally.row(title)}")
        for loss, each in tally.right.items():
            share = accuracy(np.array(each, dtype=float))
            print(f"  {loss:14} {share.value:7.2%} ({share.low:.2%} to {share.high:.2%})")
    if options.save:
        sources = zip(("pen_strokes", "semeion"), asked.values(), strict=True)
        outside.save("digits", [tally.source(name) for name, tally in sources])


def ask(digits: Iterable[tuple[str, str]]) -> Tally:
    """Send drawings with their labels to the endpoint."""
    answer: Callable[[str], dict[str, Any]] = answer_endpoint(TASKS["digits"])
    tally = Tally()
    for drawing, label in digits:
        tally.add(answer(drawing), label)
    return tally


def strokes_and_labels(data_root: Path) -> list[tuple[Strokes, str]]:
    """Strokes, y downward, and labels."""
    digits = half_of(pen_digits(data_root / "pen" / "strokes.jsonl.gz"))
    return [
        ([np.array(each, dtype=float) * (1, -1) for each in digit["strokes"]], str(digit["label"]))
        for digit in digits
    ]


def placed(strokes: Strokes, size: float, place: float) -> list[list[list[float]]]:
    """The strokes as large as asked, somewhere on the pad, to a tenth of its pixels."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = size / max(float(extent.max()), 1.0)
    corner = (PAD - extent * scale) * place
    return [((each - low) * scale + corner).round(1).tolist() for each in strokes]


def painted(strokes: list[list[list[float]]], brush: int = PEN) -> Image.Image:
    """The pad's picture of strokes, drawn with its round brush."""
    paper = Image.new("L", (PAD * FINE, PAD * FINE), 255)
    pen, radius = ImageDraw.Draw(paper), brush * FINE / 2
    for stroke in strokes:
        line = [(x * FINE, y * FINE) for x, y in stroke]
        pen.line(line, fill=17, width=brush * FINE, joint="curve")
        for x, y in line:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=17)
    return paper.resize((PAD, PAD), Image.Resampling.BOX)


def scans(data_root: Path) -> Iterable[tuple[str, str]]:
    """Semeion's digits and their labels."""
    for label in TASKS["digits"].labels:
        for path in sorted((data_root / "semeion" / label).glob("*.png")):
            yield base64.b64encode(path.read_bytes()).decode(), label


def data_url(picture: Image.Image) -> str:
    """As the pad sends a picture."""
    stream = io.BytesIO()
    picture.convert("RGBA").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


if __name__ == "__main__":
    main()
