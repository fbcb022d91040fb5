"""The README's table of figures, from the cards of one or more seeds.

python benchmarks/figures_table.py models models/seeds/1 models/seeds/2
"""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from losslens.losses import LOSSES


def cell(cards: list[dict[str, Any]], link: str, name: str, percent: bool) -> str:
    """Mean and, for several seeds, the standard deviation between them."""
    values = [card["test"][link][name]["value"] * (100 if percent else 1) for card in cards]
    digits = 2 if percent else 4
    mean = f"{statistics.mean(values):.{digits}f}"
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return mean + spread


def main() -> None:
    """Print a Markdown table with one row a loss."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--task", default="digits")
    options = parser.parse_args()
    head = ["loss (seeds)", "accuracy, %", "shipped: accuracy, % (95 % interval)", "NLL", "NLL calibrated"]
    head += ["calibration error, %", "calibrated, %"]
    print("| " + " | ".join(head) + " |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for loss in LOSSES.values():
        paths = [folder / options.task / f"{loss.key}.json" for folder in options.folders]
        cards = [json.loads(path.read_text()) for path in paths if path.is_file()]
        shipped = {key: value * 100 for key, value in cards[0]["test"]["softmax"]["accuracy"].items()}
        row = [
            f"{loss.label} ({len(cards)})",
            cell(cards, "softmax", "accuracy", percent=True),
            f"{shipped['value']:.2f} ({shipped['low']:.2f} to {shipped['high']:.2f})",
            cell(cards, "softmax", "nll", percent=False),
            cell(cards, "calibrated", "nll", percent=False),
            cell(cards, "softmax", "calibration_error", percent=True),
            cell(cards, "calibrated", "calibration_error", percent=True),
        ]
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
