"""Which networks differ significantly on the same examples: exact McNemar tests, corrected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losslens.evaluation.binomial import exact_p_value

SIGNIFICANT = 0.05  # p-values below it

Row = Sequence[int] | NDArray[Any]  # of one network: how often each example (N,) was right
Right = Sequence[Row]  # of each network


@dataclass(frozen=True)
class Difference:
    """Two networks compared; ``first`` and ``second`` are their positions among all of them."""

    first: int
    second: int
    only_first: int  # examples that only the first had right, or had right more often
    only_second: int
    p_value: float  # corrected for the number of pairs, 0..1

    @property
    def significant(self) -> bool:
        """Whether chance alone would seldom make as great a difference."""
        return self.p_value < SIGNIFICANT


def paired_differences(right: Right, *other_seeds: Right) -> list[Difference]:
    """All pairs of networks, on the answers of one training or of several that differ in their
    seed alone.

    Of several, a pair's p-value is the largest of its seeds', and 1 where they do not agree which
    network is better: so a difference is significant when it is so with each of them. The test is
    exact and two-sided, McNemar 1947, https://doi.org/10.1007/BF02295996 (of counts, it is the
    sign test); the correction is Holm's, 1979, https://www.jstor.org/stable/4615733
    """
    seeds = [np.asarray(each) for each in (right, *other_seeds)]
    counted = []
    for first, second in combinations(range(len(right)), 2):
        only_first = [int((rows[first] > rows[second]).sum()) for rows in seeds]
        only_second = [int((rows[second] > rows[first]).sum()) for rows in seeds]
        counted.append((first, second, only_first, only_second))
    corrected = holm([_mcnemar(*only) for _, _, *only in counted])
    return [
        Difference(first, second, sum(only_first), sum(only_second), p_value)
        for (first, second, only_first, only_second), p_value in zip(
            counted, corrected, strict=True
        )
    ]


@dataclass(frozen=True)
class Pairs:
    """Differences read by key: ``keys`` are those of the networks, in the order of the positions.

    Iterated, each pair once: (key of the first, key of the second, Difference). A key that is not
    among ``keys`` raises KeyError, as does a pair that was not compared.
    """

    keys: Sequence[str]
    differences: Sequence[Difference]

    @classmethod
    def of(cls, right: Mapping[str, Row], *other_seeds: Mapping[str, Row]) -> "Pairs":
        """All pairs of the networks, compared as ``paired_differences`` does."""
        keys = tuple(right)
        seeds = [[each[key] for key in keys] for each in (right, *other_seeds)]
        return cls(keys, paired_differences(*seeds))

    def __iter__(self) -> Iterator[tuple[str, str, Difference]]:
        for each in self.differences:
            yield self.keys[each.first], self.keys[each.second], each

    def __len__(self) -> int:
        return len(self.differences)

    def between(self, a: str, b: str) -> Difference:
        """How ``a`` and ``b`` differ, with ``a`` as the first."""
        for first, second, each in self:
            if (first, second) == (a, b):
                return each
            if (first, second) == (b, a):
                return Difference(
                    each.second, each.first, each.only_second, each.only_first, each.p_value
                )
        raise KeyError((a, b))

    def better(self, a: str, b: str) -> str | None:
        """The one that is significantly better, or None where the two do not differ
        significantly."""
        if not self.between(a, b).significant:
            return None
        return next(better for better, worse in self.significant if {better, worse} == {a, b})

    @property
    def significant(self) -> list[tuple[str, str]]:
        """(better, worse) of each pair that differs significantly, in the order of the pairs."""
        return [
            (a, b) if each.only_first > each.only_second else (b, a)
            for a, b, each in self
            if each.significant
        ]

    def behind(self, best: str) -> list[str]:
        """The keys that are significantly worse than ``best``, in their order."""
        worse = {loser for winner, loser in self.significant if winner == best}
        return [key for key in self.keys if key in worse]


def _mcnemar(only_first: Sequence[int], only_second: Sequence[int]) -> float:
    counts = zip(only_first, only_second, strict=True)
    return agreed((exact_p_value(one, other), one > other) for one, other in counts)


def agreed(seeds: Iterable[tuple[float, bool]]) -> float:
    """A pair's p-value of several seeds, from each one's and whether the first network has more:
    the largest, and 1 where they do not agree which has."""
    p_values, more = zip(*seeds, strict=True)
    return max(p_values) if len(set(more)) == 1 else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number, each in 0..1: Holm 1979,
    https://www.jstor.org/stable/4615733"""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = highest
    return corrected
