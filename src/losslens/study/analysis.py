"""Losses against cross-entropy, paired by seed: the difference, its interval, and a verdict.

Seeds are the unit: with one seed two losses have the same examples, first weights and batches, and
nothing is said of a loss that has fewer than ``LEAST_SEEDS``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from losslens.evaluation.crossed import BySeed
from losslens.evaluation.verdicts import (
    ACCURACY_MARGIN,
    BASELINE,
    LEAST_SEEDS,
    Verdict,
    judged,
    mean_difference,
)
from losslens.study.runs import Place


@dataclass(frozen=True)
class Measure:
    """A figure of a network, and what counts as the same of it."""

    key: str
    margin: float  # two losses that differ by less are equal: settled before any run
    higher_is_better: bool = True
    unit: float = 100.0  # by what it is multiplied to be shown: shares as percent


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("accuracy", ACCURACY_MARGIN),
        Measure("balanced", 0.01),
        Measure("balanced_adjusted", 0.01),
        Measure("worst", 0.03),
        Measure("nll", 0.05, higher_is_better=False, unit=1),
        Measure("nll_calibrated", 0.05, higher_is_better=False, unit=1),
        Measure("nll_own", 0.05, higher_is_better=False, unit=1),
        Measure("brier", 0.02, higher_is_better=False, unit=1),
        Measure("brier_calibrated", 0.02, higher_is_better=False, unit=1),
        Measure("brier_own", 0.02, higher_is_better=False, unit=1),
        Measure("ece", 0.01, higher_is_better=False),
        Measure("ece_calibrated", 0.01, higher_is_better=False),
        Measure("ece_own", 0.01, higher_is_better=False),
        Measure("aurc", 0.005, higher_is_better=False),
        Measure("corrupted", 0.02),
        Measure("attacked", 0.05),
        Measure("probe", 0.02),
        Measure("auroc_log_odds", 0.02),
        Measure("auroc_max_logit", 0.02),
        Measure("auroc_energy", 0.02),
        Measure("fpr95_log_odds", 0.05, higher_is_better=False),
        Measure("fpr95_max_logit", 0.05, higher_is_better=False),
        Measure("fpr95_energy", 0.05, higher_is_better=False),
        Measure("epochs_to_95", 1, higher_is_better=False, unit=1),
        Measure("memorised", 0.05, higher_is_better=False),
        Measure("fitted", 0.05),
    )
}


@dataclass(frozen=True)
class Comparison:
    """A loss against cross-entropy by one measure, in the measure's own units."""

    value: float  # mean over the seeds
    baseline: float  # that of cross-entropy, over the same seeds
    difference: float  # the value less the baseline
    low: float  # Student's 95 % interval of the difference, over seeds
    high: float
    seeds: int  # that both have
    p_value: float  # of no difference, corrected over the losses, 0..1
    verdict: Verdict


def compare(values: Mapping[str, BySeed], measure: Measure) -> dict[str, Comparison]:
    """Every loss but cross-entropy against it, on the ``values`` of each loss by seed.

    The verdicts are those of ``evaluation.verdicts.judged``, by Student's paired tests within the
    measure's margin. A loss with too few seeds in common is left out.
    """
    baseline = values.get(BASELINE, {})
    pairs: dict[str, tuple[list[float], list[float]]] = {}
    for loss, of_loss in values.items():
        seeds = sorted(set(of_loss) & set(baseline))
        if loss != BASELINE and len(seeds) >= LEAST_SEEDS:
            pairs[loss] = [of_loss[seed] for seed in seeds], [baseline[seed] for seed in seeds]
    estimates = {loss: mean_difference(*pair) for loss, pair in pairs.items()}
    found = judged(estimates, measure.margin, higher_is_better=measure.higher_is_better)
    return {
        loss: Comparison(
            value=mean(own),
            baseline=mean(base),
            difference=found[loss].difference,
            low=found[loss].low,
            high=found[loss].high,
            seeds=len(own),
            p_value=found[loss].p_value,
            verdict=found[loss].verdict,
        )
        for loss, (own, base) in pairs.items()
    }


def by_seed(places: Sequence[Place], measure: str) -> dict[str, dict[int, float]]:
    """Each loss's values of a measure by seed: the mean over the ``places`` that were given, where
    every one of them has the loss and the seed."""
    values: dict[str, dict[int, float]] = {}
    for loss in places[0] if places else ():
        if all(loss in place for place in places):
            columns = [place[loss].of(measure) for place in places]
            seeds = set.intersection(*map(set, columns))
            values[loss] = {
                seed: mean(column[seed] for column in columns) for seed in sorted(seeds)
            }
    return {loss: of_loss for loss, of_loss in values.items() if of_loss}


def compared(places: Sequence[Place], measure: str) -> dict[str, Comparison]:
    """``compare`` of the losses of one place, or of the mean over several."""
    return compare(by_seed(places, measure), MEASURES[measure])
