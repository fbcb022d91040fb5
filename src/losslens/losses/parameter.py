"""A number of a loss that can be set."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """A keyword argument of a loss's function, such as gamma of the focal loss.

    ``default`` is the function's own, and ``low`` and ``high`` are the ends of what may be set.
    """

    name: str
    symbol: str  # as formulas write it
    low: float
    high: float
    default: float
    step: float = 0.1  # of a slider
