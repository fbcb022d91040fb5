"""Which differences between networks on the same examples are real: exact McNemar tests, corrected by Holm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy.stats import binomtest

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Difference:
    """Two networks compared: ``first`` and ``second`` are positions in the list, ``p_value`` is corrected."""

    first: int
    second: int
    only_first: int  # examples that only the first had right
    only_second: int
    p_value: float

    @property
    def tie(self) -> bool:
        """Whether the difference may well be chance."""
        return self.p_value >= SIGNIFICANT


def compare(right: Sequence[Sequence[int]]) -> list[Difference]:
    """All pairs of networks; ``right`` holds for each network whether each example was right (0 or 1).

    McNemar 1947, https://doi.org/10.1007/BF02295996 (exact, two-sided); Holm 1979, https://www.jstor.org/stable/4615733
    """
    rows = np.asarray(right, dtype=bool)
    pairs = []
    for first, second in combinations(range(len(rows)), 2):
        only_first = int((rows[first] & ~rows[second]).sum())
        only_second = int((rows[second] & ~rows[first]).sum())
        disagree = only_first + only_second
        p_value = float(binomtest(only_first, disagree).pvalue) if disagree else 1.0
        pairs.append(Difference(first, second, only_first, only_second, p_value))
    corrected = _holm([pair.p_value for pair in pairs])
    return [replace(pair, p_value=p_value) for pair, p_value in zip(pairs, corrected, strict=True)]


def _holm(p_values: list[float]) -> list[float]:
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = highest
    return corrected
