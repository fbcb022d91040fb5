"""Pen strokes of people outside MNIST, for the benchmarks that ask about them.

UCI's Pen-Based Recognition of Handwritten Digits (CC BY 4.0) as one gzipped file: a JSON object a
line, ``{"label": 3, "strokes": [[[x, y], ...], ...]}``, y upward.
"""

import gzip
import json
from pathlib import Path
from typing import Any

Digits = list[dict[str, Any]]


def pen_digits(path: str | Path) -> Digits:
    """All digits of the file."""
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def half_of(digits: Digits, *, first: bool = False) -> Digits:
    """The half that figures are from; the ``first`` is the one that development may look at."""
    half = len(digits) // 2
    return digits[:half] if first else digits[half:]
