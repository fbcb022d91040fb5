"""The results of a finished live run, computed once for the page and for programs."""

from dataclasses import dataclass

import numpy as np

from losslens.evaluation.metrics import Figure, accuracy
from losslens.evaluation.significance import Pairs, paired_differences
from losslens.live.config import LiveConfig, Point


@dataclass(frozen=True)
class LossResult:
    """How the network of one loss ended."""

    loss: str
    accuracy: Figure  # on held-out examples, 0..1, with Wilson's interval
    calibration_error: float  # of the plain softmax on them, 0..1
    learning_rate: float  # the peak


@dataclass(frozen=True)
class Comparison:
    """Two networks on the same held-out examples."""

    first: str  # its loss
    second: str
    p_value: float  # McNemar's exact test, corrected for the number of pairs by Holm
    better: str | None  # None: they do not differ significantly


@dataclass(frozen=True)
class Results:
    """All networks in the order of the run's losses, and all pairs of them."""

    figures: list[LossResult]
    pairs: list[Comparison]
    seconds: float  # of training, without pauses


def results_of(config: LiveConfig, last: Point) -> Results:
    """The results of a run whose last point is ``last``."""
    figures = [
        LossResult(loss, accuracy(np.asarray(right, dtype=float)), error, rate)
        for loss, right, error, rate in zip(
            config.losses, last.right, last.calibration_error, config.learning_rates, strict=True
        )
    ]
    # A loss may be chosen twice: its two networks are the same, so the key tells enough.
    pairs = Pairs(config.losses, paired_differences(last.right))
    return Results(
        figures,
        [
            Comparison(first, second, difference.p_value, pairs.better(first, second))
            for first, second, difference in pairs
        ],
        last.seconds,
    )
