"""Which differences between networks on the same examples are real: exact McNemar tests, corrected by Holm."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

SIGNIFICANT = 0.05

Right = Sequence[
    Sequence[int] | NDArray[Any]
]  # for each network, whether each example was right (0 or 1), or how often


@dataclass(frozen=True)
class Difference:
    """Two networks compared: ``first`` and ``second`` are positions in the list, ``p_value`` is
    corrected."""

    first: int
    second: int
    only_first: int  # examples that only the first had right, or had right more often
    only_second: int
    p_value: float

    @property
    def tie(self) -> bool:
        """Whether the difference may well be chance."""
        return self.p_value >= SIGNIFICANT


def compare(right: Right, *other_seeds: Right) -> list[Difference]:
    """All pairs of networks, on the answers of one training or of several that differ in their seed
    alone.

    Of several, a pair's p-value is the largest of its seeds', and 1 where they do not agree which
    network is better: so a difference is real when it is found in each. McNemar 1947,
    https://doi.org/10.1007/BF02295996 (exact, two-sided; of counts, it is the sign test); Holm
    1979, https://www.jstor.org/stable/4615733
    """
    seeds = [np.asarray(each) for each in (right, *other_seeds)]
    counted = []
    for first, second in combinations(range(len(right)), 2):
        only_first = [int((rows[first] > rows[second]).sum()) for rows in seeds]
        only_second = [int((rows[second] > rows[first]).sum()) for rows in seeds]
        counted.append((first, second, only_first, only_second))
    corrected = _holm(
        [_p_value(only_first, only_second) for _, _, only_first, only_second in counted]
    )
    return [
        Difference(first, second, sum(only_first), sum(only_second), p_value)
        for (first, second, only_first, only_second), p_value in zip(
            counted, corrected, strict=True
        )
    ]


def _p_value(only_first: list[int], only_second: list[int]) -> float:
    if len({one > other for one, other in zip(only_first, only_second, strict=True)}) > 1:
        return 1.0
    return max(
        float(binomtest(one, one + other).pvalue) if one + other else 1.0
        for one, other in zip(only_first, only_second, strict=True)
    )


def _holm(p_values: list[float]) -> list[float]:
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = highest
    return corrected
