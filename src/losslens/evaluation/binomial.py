"""Two answers of the binomial distribution: an interval of a share, and an exact test."""

from typing import Any


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of the share ``right`` (0..count) of ``count`` (at least 1).

    Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    interval = _test(right, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def exact_p_value(one: int, other: int) -> float:
    """How likely counts as unequal as these are by chance, two-sided; 1 where both are 0."""
    return float(_test(one, one + other).pvalue) if one + other else 1.0


def _test(right: int, count: int) -> Any:
    # Here, since scipy.stats takes half a second to import, and the first page needs none of it.
    from scipy.stats import binomtest  # noqa: PLC0415

    return binomtest(right, count)
