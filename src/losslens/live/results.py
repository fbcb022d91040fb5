"""The results of a finished live run, computed once for the page and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np

from losslens.evaluation.metrics import Figure, Values, accuracy, spread
from losslens.evaluation.significance import Pairs, paired_differences
from losslens.live.conclusions import Fact, class_weights, conclusions
from losslens.live.config import LiveConfig, Point, by_run


@dataclass(frozen=True)
class LossResult:
    """How the networks of one loss ended: one, or of several seeds their means."""

    loss: str
    # On held-out examples, 0..1, with Wilson's 95 % interval over them; of several seeds with
    # Student's over the seeds, within 0..1.
    accuracy: Figure
    balanced_accuracy: float  # the mean of the classes' accuracies, 0..1
    calibration_error: float  # of the plain softmax on them, 0..1
    learning_rate: float  # the peak
    memorised: float | None  # share of the wrong labels that are repeated; None: none were wrong


@dataclass(frozen=True)
class Comparison:
    """Two losses on the same held-out examples."""

    first: str
    second: str
    p_value: float  # McNemar's exact test, corrected for the number of pairs by Holm
    better: str | None  # None: they do not differ significantly, in each of the seeds


@dataclass(frozen=True)
class Results:
    """All networks in the order of the run's losses, all pairs of them, and what it comes to."""

    figures: list[LossResult]
    pairs: list[Comparison]
    facts: list[Fact]
    seconds: float  # of training, without pauses


def results_of(config: LiveConfig, points: Sequence[Point]) -> Results:
    """The results of a run whose points are ``points``, those of its end among them."""
    ends = [run[-1] for run in by_run(points)]
    weights = class_weights(config)
    figures = [_figures(config, ends, weights, index) for index in range(len(config.losses))]
    # A loss may be chosen twice: its two networks are the same, so the key tells enough.
    pairs = Pairs(config.losses, paired_differences(*(end.right for end in ends)))
    compared = [
        Comparison(first, second, difference.p_value, pairs.better(first, second))
        for first, second, difference in pairs
    ]
    seconds = round(sum(end.seconds for end in ends), 2)
    return Results(figures, compared, conclusions(config, ends), seconds)


def _figures(config: LiveConfig, ends: Sequence[Point], weights: Values, index: int) -> LossResult:
    rows = [np.asarray(end.right[index], dtype=float) for end in ends]
    return LossResult(
        config.losses[index],
        accuracy(rows[0]) if len(rows) == 1 else _over_seeds([float(row.mean()) for row in rows]),
        mean(float((row * weights).mean()) for row in rows),
        mean(end.calibration_error[index] for end in ends),
        config.learning_rates[index],
        mean(end.memorised[index] for end in ends) if ends[0].memorised else None,
    )


def _over_seeds(shares: list[float]) -> Figure:
    over = spread(shares)
    return Figure(over.mean, max(0.0, over.low), min(1.0, over.high))
