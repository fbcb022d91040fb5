"""Which networks differ significantly in a mean over the same examples: paired permutation tests,
corrected.

For what McNemar's test cannot say: weighted examples, and means whose distance from 0 counts.
"""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from losslens.evaluation.significance import agreed, holm

SWAPS = 5_000  # of the examples, at random; the least p-value is 1 / (SWAPS + 1)

Values = NDArray[np.float64]
Rows = Sequence[Values]  # of each network: one value an example (N,)


def swapped_p_values(
    rows: Rows, *other_seeds: Rows, of: Callable[[Values], Values] = lambda mean: mean
) -> dict[tuple[int, int], float]:
    """For each pair of networks, by position: how likely it is that ``of`` their means differs as
    much where each example's two values are swapped at random, two-sided, corrected by Holm.

    ``of`` takes means of any shape, and gives as many values. Of several seeds a pair has the
    largest of their p-values, and 1 where they do not agree which network has more. Ernst 2004,
    Permutation Methods, https://doi.org/10.1214/088342304000000396
    """
    seeds = [np.asarray(each, dtype=float) for each in (rows, *other_seeds)]
    pairs = list(combinations(range(len(rows)), 2))
    found = [
        agreed(_compared(each[first], each[second], of) for each in seeds)
        for first, second in pairs
    ]
    return dict(zip(pairs, holm(found), strict=True))


def _compared(first: Values, second: Values, of: Callable[[Values], Values]) -> tuple[float, bool]:
    """The p-value, and whether ``of`` the first's mean is the greater."""
    gaps = second - first
    swapped = np.random.default_rng(0).integers(0, 2, (SWAPS, len(gaps)), dtype=np.int8)
    moved = swapped @ gaps / len(gaps)
    measured = float(of(first.mean()) - of(second.mean()))
    by_chance = np.abs(of(first.mean() + moved) - of(second.mean() - moved))
    # A rounding error less, since equal values are as extreme.
    as_extreme = int((by_chance >= abs(measured) - 1e-12).sum())
    return (as_extreme + 1) / (SWAPS + 1), measured > 0
