"""What a finished live run comes to: facts computed from its networks, each with its test; no
words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Literal

import numpy as np

from losslens.evaluation.metrics import Values
from losslens.evaluation.permutation import swapped_p_values
from losslens.evaluation.significance import SIGNIFICANT, Right, paired_differences
from losslens.live.config import LiveConfig, Point

Measure = Literal["accuracy", "balanced", "calibration", "memorised"]
Pairs = Mapping[tuple[int, int], float]  # corrected p-values of pairs of positions


@dataclass(frozen=True)
class Fact:
    """What the networks of a run come to in one measure.

    Lists have one value for each of the run's losses, in their order, and of several seeds their
    means. ``values`` are accuracies (0..1), how far the softmax's mean share of the answer is from
    the accuracy (0..1), or shares of the wrong labels that are repeated (0..1). A difference over
    several seeds is significant where it is so in each.
    """

    measure: Measure
    values: list[float]
    best: int  # positions among the losses
    worst: int
    behind: list[int]  # those significantly worse than the best, the worst of them first
    # The largest of those; where none is behind, the least of any that differ from the best. 1 for
    # one loss alone.
    p_value: float
    count: int  # of the examples that they are compared on; of several seeds, of the first
    says: list[float] = field(default_factory=list)  # of calibration: the softmax's mean share
    right: list[float] = field(default_factory=list)  # of calibration: the accuracy


def conclusions(config: LiveConfig, ends: Sequence[Point]) -> list[Fact]:
    """The facts of a run; ``ends`` is the last point of each of its seeds."""
    return facts_of(ends, class_weights(config) if config.imbalance > 1 else None)


def facts_of(ends: Sequence[Point], weights: Values | None = None) -> list[Fact]:
    """The facts of what was measured at the end of each seed; ``weights`` (N,) of the held-out
    examples, where they do not count alike."""
    facts = [_answers(ends, weights), _calibration(ends)]
    if ends[0].repeats:
        facts.append(_memorised(ends))
    return facts


def _answers(ends: Sequence[Point], weights: Values | None) -> Fact:
    """How often they are right; where classes are rare, with every class counted alike."""
    seeds: list[Right] = [point.right for point in ends]
    if weights is None:
        return _fact("accuracy", seeds, _mcnemar(seeds))
    weighted = [[np.asarray(row) * weights for row in seed] for seed in seeds]
    return _fact("balanced", weighted, swapped_p_values(*weighted))


def class_weights(config: LiveConfig) -> Values:
    """Weights (N,) of the held-out examples: their mean is 1, and every class has as much."""
    target = config.live.load()[1].target.numpy()
    counts = np.bincount(target)
    weights: Values = len(target) / (np.count_nonzero(counts) * counts[target])
    return weights


def _calibration(ends: Sequence[Point]) -> Fact:
    seeds: list[list[Values]] = [
        [
            np.asarray(confidence) - np.asarray(right)
            for confidence, right in zip(point.confidence, point.right, strict=True)
        ]
        for point in ends
    ]
    pairs = swapped_p_values(*seeds, of=np.abs)
    gaps = [
        mean(abs(float(np.mean(seed[index]))) for seed in seeds)
        for index in range(len(ends[0].right))
    ]
    return _fact(
        "calibration",
        seeds,
        pairs,
        values=gaps,
        says=_means([[np.asarray(row) for row in point.confidence] for point in ends]),
        right=_means([point.right for point in ends]),
    )


def _memorised(ends: Sequence[Point]) -> Fact:
    seeds: list[Right] = [point.repeats for point in ends]
    return _fact("memorised", seeds, _mcnemar(seeds))


def _mcnemar(seeds: Sequence[Right]) -> Pairs:
    return {(each.first, each.second): each.p_value for each in paired_differences(*seeds)}


def _means(seeds: Sequence[Right]) -> list[float]:
    return [mean(float(np.mean(seed[index])) for seed in seeds) for index in range(len(seeds[0]))]


def _fact(
    measure: Measure,
    seeds: Sequence[Right],
    pairs: Pairs,
    values: list[float] | None = None,
    says: Sequence[float] = (),
    right: Sequence[float] = (),
) -> Fact:
    """The fact that the networks' rows and the pairs' p-values come to."""
    values = values or _means(seeds)
    # Of accuracies more is better, of the others less.
    sign = 1 if measure in ("accuracy", "balanced") else -1
    order = sorted(range(len(values)), key=lambda index: sign * values[index])
    best, rest = order[-1], order[:-1]
    p_values = {index: pairs[min(best, index), max(best, index)] for index in rest}
    behind = [index for index in rest if p_values[index] < SIGNIFICANT]
    compared = max((p_values[index] for index in behind), default=min(p_values.values(), default=1))
    return Fact(
        measure,
        values,
        best,
        order[0],
        behind,
        compared,
        len(seeds[0][0]),
        list(says),
        list(right),
    )
