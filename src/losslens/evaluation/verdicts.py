"""From differences to verdicts: better, worse, equal within a margin stated beforehand, not known.

Where two things do not differ significantly, they need not be equal: that wants a test of its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from losslens.evaluation.metrics import spread
from losslens.evaluation.significance import SIGNIFICANT, holm

BASELINE = "cross_entropy"  # the loss that others are compared with
LEAST_SEEDS = 3  # nothing is said of a loss that has fewer
ACCURACY_MARGIN = 0.01  # networks whose accuracies differ by less are equal: settled before any run
_SAME = 1e-9  # a standard error this small is none, and a difference this small too

Verdict = Literal["better", "worse", "equal", "unknown"]
VERDICTS: tuple[Verdict, ...] = ("better", "equal", "unknown", "worse")


@dataclass(frozen=True)
class Estimate:
    """A difference, its standard error (0 or more), and the degrees of freedom of that error."""

    difference: float
    error: float
    freedom: float

    @property
    def interval(self) -> tuple[float, float]:
        """Student's 95 % interval."""
        half = self.error * float(_student().ppf(0.975, self.freedom)) if self.error else 0.0
        return self.difference - half, self.difference + half

    @property
    def p_differs(self) -> float:
        """How likely a difference as great is by chance, where there is none; two-sided."""
        if self.error <= _SAME:
            return float(abs(self.difference) <= _SAME)
        return 2 * float(_student().sf(abs(self.difference) / self.error, self.freedom))

    def p_within(self, margin: float) -> float:
        """How likely a difference as small is by chance, where it is as great as the margin: two
        one-sided tests. Schuirmann 1987, https://doi.org/10.1007/BF01068419"""
        if self.error <= _SAME:
            return float(abs(self.difference) >= margin)
        return float(_student().sf((margin - abs(self.difference)) / self.error, self.freedom))


def mean_difference(own: Sequence[float], baseline: Sequence[float]) -> Estimate:
    """The mean of two or more seeds' differences, with its error over the seeds; the values of both
    are paired by seed."""
    over = spread([one - other for one, other in zip(own, baseline, strict=True)])
    return Estimate(over.mean, over.deviation / math.sqrt(over.seeds), over.seeds - 1)


@dataclass(frozen=True)
class Judged:
    """An estimate's interval and verdict, among others that were judged with it."""

    difference: float
    low: float  # the 95 % interval, not corrected
    high: float
    p_value: float  # of no difference, corrected over all that were judged, 0..1
    verdict: Verdict


def judged(
    estimates: Mapping[str, Estimate], margin: float, *, higher_is_better: bool = True
) -> dict[str, Judged]:
    """A verdict for each.

    "equal": the difference is less than ``margin`` either way; "better" or "worse": it is not
    equal, and differs from 0; "unknown": neither. Both tests are at 5 %, corrected over all
    estimates by Holm, 1979, https://www.jstor.org/stable/4615733
    """
    differ = holm([each.p_differs for each in estimates.values()])
    within = holm([each.p_within(margin) for each in estimates.values()])
    return {
        key: Judged(
            each.difference,
            *each.interval,
            p_value,
            _verdict(p_value, p_equal, better=(each.difference > 0) == higher_is_better),
        )
        for (key, each), p_value, p_equal in zip(estimates.items(), differ, within, strict=True)
    }


def _verdict(p_value: float, p_equal: float, *, better: bool) -> Verdict:
    if p_equal < SIGNIFICANT:
        return "equal"
    if p_value >= SIGNIFICANT:
        return "unknown"
    return "better" if better else "worse"


def by_verdict(found: Mapping[str, Verdict]) -> dict[Verdict, list[str]]:
    """The keys of each verdict, in their order; every verdict is there."""
    return {verdict: [key for key in found if found[key] == verdict] for verdict in VERDICTS}


def _student() -> Any:
    # Here, since scipy.stats takes half a second to import, and the first page needs none of it.
    from scipy.stats import t  # noqa: PLC0415

    return t
