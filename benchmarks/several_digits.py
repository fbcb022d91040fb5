"""Several digits on one picture: numbers read whole, and single digits that were taken for several.

Numbers are made of pen strokes (those of ``drawn_digits.py``) side by side, with gaps, sizes and
baselines by chance: sent as the pad sends them, as its picture alone, and on made photos of several
kinds (``digit_photos.py``). A number is read rightly when it is found in so many digits, and five
networks of eight are right on each. Development saw the first half of the strokes; the figures are
from the other half.

    python benchmarks/several_digits.py strokes.jsonl.gz --semeion FOLDER --count 200
"""

import argparse
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from digit_photos import KINDS, MAJORITY, Photo
from digit_photos import Strokes as Lines
from drawn_digits import PEN, painted, placed
from pen_strokes import Digits, half_of, pen_digits
from PIL import Image

from losslens.evaluation.metrics import accuracy
from losslens.images.pen import Strokes, read_strokes
from losslens.inference import predictor
from losslens.inference.predictor import Prediction

GAPS = {"clear": (0.2, 0.5), "narrow": (0.08, 0.2)}  # of a digit's height
ON_PHOTOS = ("pen", "marker", "chalk", "ruled", "grid", "shadow", "table_four_sides", "jpeg")
BRUSHES = (8, 12)  # pixels; numbers are written with a finer brush than single digits


@dataclass(frozen=True)
class Number:
    """Digits written side by side."""

    label: str
    strokes: Lines
    share: float  # of its longer side; the height of one digit


Given = Image.Image | Strokes
Way = Callable[[Number, int], Given]  # how it is written; with a seed


def number(digits: Digits, gap: tuple[float, float], chance: random.Random) -> Number:
    """Two to four digits, whose sizes differ by up to a third, on a line that is not quite one."""
    chosen = chance.sample(digits, chance.randint(2, 4))
    at, strokes = 0.0, []
    for digit in chosen:
        points = np.concatenate([np.array(each, dtype=float) for each in digit["strokes"]])
        low, high = points.min(axis=0), points.max(axis=0)
        scale = chance.uniform(0.85, 1.15) / max(float((high - low).max()), 1.0)
        base = np.array([at, chance.uniform(-0.1, 0.1)])
        placed = [((np.array(each) - low) * scale + base).tolist() for each in digit["strokes"]]
        strokes += placed
        at += float((high - low)[0]) * scale + chance.uniform(*gap)
    everything = np.concatenate([np.array(each) for each in strokes])
    size = float((everything.max(axis=0) - everything.min(axis=0)).max())
    label = "".join(str(digit["label"]) for digit in chosen)
    # Whole units: as the file has them.
    fine = [[[1000 * x, 1000 * y] for x, y in each] for each in strokes]
    return Number(label, fine, 1 / size)


def read(given: Given, label: str) -> tuple[bool, bool]:
    """Whether so many digits are found, and whether all are right."""
    parts = predictor.read_parts("digits", given).parts
    found = len(parts) == len(label)
    return found, found and all(map(_is_right, parts, label))


def _is_right(part: Prediction, label: str) -> bool:
    return bool([answer.label for answer in part.given].count(label) >= MAJORITY)


def _on_pad(made: Number, seed: int) -> Strokes:
    return read_strokes(_placed(made.strokes, random.Random(seed).uniform(150, 240)))


def _painted(brush: int, made: Number, seed: int) -> Image.Image:
    return painted(_placed(made.strokes, random.Random(seed).uniform(210, 240)), brush)


def _placed(strokes: Lines, size: float) -> list[list[list[float]]]:
    """In the middle of the pad, y downward."""
    return placed([np.array(each, dtype=float) * (1, -1) for each in strokes], size, 0.5)


def _on_photo(kind: str, made: Number, seed: int) -> Image.Image:
    return KINDS[kind](Photo(made.strokes, seed, made.share))


def numbers(digits: Digits, count: int) -> Iterator[str]:
    """A row for each way to write numbers."""
    ways: dict[str, Way] = {"strokes of the pad": _on_pad}
    ways |= {f"picture of the pad, brush {brush}": partial(_painted, brush) for brush in BRUSHES}
    ways |= {kind: partial(_on_photo, kind) for kind in ON_PHOTOS}
    for name, gap in GAPS.items():
        for way, picture_of in ways.items():
            chance = random.Random(f"{name} {way}")
            results = []
            for seed in range(count):
                made = number(digits, gap, chance)
                results.append(read(picture_of(made, seed), made.label))
            found, right = np.array(results, dtype=float).T
            share = accuracy(right)
            yield (
                f"| {way}, gaps {name} | {found.mean():.1%} "
                f"| {share.value:.1%} ({share.low:.1%} to {share.high:.1%}) | {count} |"
            )


def single(digits: Digits, semeion: Path | None, count: int) -> Iterator[str]:
    """A row for each source of single digits."""
    chance = random.Random(0)
    chosen = chance.sample(digits, min(len(digits), 10 * count))
    lines = [_placed(each["strokes"], chance.uniform(24, 240)) for each in chosen]
    sources: dict[str, Iterator[Given]] = {
        "strokes of the pad": map(read_strokes, lines),
        **{
            f"picture of the pad, brush {brush}": (painted(each, brush) for each in lines)
            for brush in (*BRUSHES, PEN)
        },
        "made photos, all kinds": (
            kind(Photo(digit["strokes"], seed))
            for kind in KINDS.values()
            for seed, digit in enumerate(chance.sample(digits, count))
        ),
    }
    if semeion is not None:
        sources["Semeion"] = map(Image.open, sorted(semeion.glob("*/*.png")))
    for source, given in sources.items():
        several = [bool(predictor.read_parts("digits", each).rows) for each in given]
        share = accuracy(np.array(several, dtype=float))
        yield (
            f"| {source} | {share.value:.2%} ({share.low:.2%} to {share.high:.2%}) "
            f"| {len(several)} |"
        )


def main() -> None:
    """Print a table of numbers and one of single digits."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("strokes")
    parser.add_argument("--semeion", type=Path, help="a folder with a folder for each digit")
    parser.add_argument("--count", type=int, default=200, help="of each kind")
    parser.add_argument("--first-half", action="store_true", help="what development may look at")
    options = parser.parse_args()
    torch.set_num_threads(1)
    digits = half_of(pen_digits(options.strokes), first=options.first_half)
    print("| numbers | found in so many digits | read rightly | n |")
    print("| --- | --- | --- | --- |")
    for row in numbers(digits, options.count):
        print(row, flush=True)
    print("\n| single digits | taken for several | n |\n| --- | --- | --- |")
    for row in single(digits, options.semeion, options.count):
        print(row, flush=True)


if __name__ == "__main__":
    main()
