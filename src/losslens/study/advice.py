"""From a visitor's situation to one loss, by what the study found; no words of any language."""

from dataclasses import dataclass, field
from statistics import mean
from typing import Literal

from losslens.evaluation.crossed import BySeed
from losslens.evaluation.verdicts import BASELINE, LEAST_SEEDS
from losslens.study.analysis import (
    MEASURES,
    Comparison,
    Measure,
    by_seed,
    compare,
    compared,
)
from losslens.study.measures import SCORES
from losslens.study.runs import Place, Results, Runs
from losslens.study.settings import SETTINGS
from losslens.tasks import TASKS
from losslens.validation import one_of

# The questions, and what may be answered; the first of each is the usual case.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "start": ("scratch", "features"),
    "examples": ("many", "1000", "200", "100"),
    "wrong": (
        "none",
        *("symmetric_20", "symmetric_40", "symmetric_60", "asymmetric_20", "asymmetric_40"),
    ),
    "rare": ("even", "10", "100"),
    "use": ("answer", "probabilities"),
    "others": ("ignored", "refused"),
    "several": ("one", "several"),
}
SEVERAL = "bce"  # what is taken where several labels may be true at once, by what it asks
_OTHERS = "auroc"  # the measure for pictures of none of the classes
_COSTS = ("accuracy", "worst", "ece", "aurc")  # by which the loss that is taken may be worse

Kind = Literal["take", "same", "best", "unknown", "not_run", "by_design"]


@dataclass(frozen=True)
class Situation:
    """Answers to the questions. Raises ValueError, naming what is allowed, for any other."""

    start: str = "scratch"  # whether a whole network learns, or a head on stored features
    examples: str = "many"  # a class has hundreds, or how many there are in all
    wrong: str = "none"  # the kind and share of wrong labels, as the settings call them
    rare: str = "even"  # how many times rarer the rarest class is than the commonest
    use: str = "answer"  # whether the probabilities are used, or the top answer alone
    others: str = "ignored"  # whether pictures of none of the classes are to be refused
    several: str = "one"  # whether several labels may be true at once

    def __post_init__(self) -> None:
        for name, choices in QUESTIONS.items():
            one_of(name, getattr(self, name), choices)

    @property
    def settings(self) -> list[str]:
        """The settings that it is like, the one that matters most first: "clean" where none is."""
        found = []
        if self.wrong != "none":
            found.append(self.wrong)
        if self.rare != "even":
            found.append(f"imbalance_{self.rare}")
        if self.examples != "many":
            found.append(f"few_{self.examples}")
        return found or ["clean"]

    @property
    def setting(self) -> str:
        """The setting that it is judged by; other pictures were shown to clean networks alone."""
        return "clean" if self.others == "refused" else self.settings[0]

    @property
    def measure(self) -> str:
        """By what losses are compared in it."""
        if self.others == "refused":
            return _OTHERS
        return "brier_calibrated" if self.use == "probabilities" else SETTINGS[self.setting].measure


@dataclass(frozen=True)
class Cost:
    """Where the loss that is taken is worse than cross-entropy."""

    setting: str
    measure: str
    comparison: Comparison


@dataclass(frozen=True)
class Advice:
    """One loss, and what speaks for it.

    ``kind``: "take", it is better than cross-entropy; else it is cross-entropy: "same", no other is
    better, and some are equal; "best", all others are worse; "unknown", some may be better, of
    which ``compared`` is the most promising; "not_run", too few networks. "by_design": by what the
    loss asks, not by the study.
    """

    situation: Situation
    kind: Kind
    loss: str
    compared: str = ""  # the loss that the figures compare with cross-entropy
    tasks: tuple[str, ...] = ()  # over whose networks the figures are means
    comparison: Comparison | None = None
    by_task: dict[str, Comparison] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)  # of every loss
    score: str = ""  # by which other pictures are told, under this loss
    costs: tuple[Cost, ...] = ()
    not_together: tuple[str, ...] = ()  # settings that it is like as well, and that were not tried


def advise(situation: Situation, runs: Runs) -> Advice:
    """The loss for a situation."""
    if situation.several == "several":
        return Advice(situation, "by_design", SEVERAL)
    places = _places(runs, situation, situation.setting)
    found = _compared(list(places.values()), situation.measure)
    others = tuple(each for each in situation.settings if each != situation.setting)
    if not found:
        return Advice(situation, "not_run", BASELINE, not_together=others)
    kind, loss = _chosen(found, situation.measure)
    return Advice(
        situation,
        kind,
        loss if kind == "take" else BASELINE,
        compared=loss,
        tasks=tuple(places),
        comparison=found.get(loss),
        by_task={
            task: each
            for task, place in places.items()
            if (each := _compared([place], situation.measure).get(loss)) is not None
        },
        verdicts={key: each.verdict for key, each in found.items()},
        score=_best_score(list(places.values()), loss) if situation.measure == _OTHERS else "",
        costs=_costs(runs, situation, loss) if kind == "take" else (),
        not_together=others,
    )


def _places(runs: Runs, situation: Situation, setting: str) -> dict[str, Place]:
    """By task of the situation's kind: where cross-entropy has enough seeds in this setting."""
    on_features = situation.start == "features"
    found = {
        task: runs.place(task, setting)
        for task in runs.cells
        if (TASKS[task].backbone is not None) == on_features
    }
    return {
        task: place
        for task, place in found.items()
        if BASELINE in place and len(place[BASELINE].seeds) >= LEAST_SEEDS
    }


def _chosen(found: dict[str, Comparison], measure: str) -> tuple[Kind, str]:
    """Of the better losses the one whose interval begins highest."""
    sign = 1 if _measure(measure).higher_is_better else -1
    better = {
        loss: min(sign * each.low, sign * each.high)
        for loss, each in found.items()
        if each.verdict == "better"
    }
    if better:
        return "take", max(better, key=better.__getitem__)
    unknown = {
        loss: sign * each.difference for loss, each in found.items() if each.verdict == "unknown"
    }
    if unknown:
        return "unknown", max(unknown, key=unknown.__getitem__)
    equal = any(each.verdict == "equal" for each in found.values())
    return "same" if equal else "best", BASELINE


def _measure(key: str) -> Measure:
    return MEASURES[f"{_OTHERS}_log_odds" if key == _OTHERS else key]


def _compared(places: list[Place], measure: str) -> dict[str, Comparison]:
    if not places:
        return {}
    if measure != _OTHERS:
        return compared(places, measure)
    values: dict[str, BySeed] = {}
    for loss in places[0]:
        scored = by_seed(places, f"{_OTHERS}_{_best_score(places, loss)}")
        if loss in scored:
            values[loss] = scored[loss]
    return compare(values, _measure(measure))


def _best_score(places: list[Place], loss: str) -> str:
    """The score of the logits that tells other pictures best under a loss."""
    means = {}
    for score in SCORES:
        values = by_seed(places, f"{_OTHERS}_{score}").get(loss, {})
        means[score] = mean(values.values()) if values else 0.0
    return max(means, key=means.__getitem__)


def _costs(runs: Runs, situation: Situation, loss: str) -> tuple[Cost, ...]:
    """Other measures in this setting, and accuracy on clean data, by which the loss is worse."""
    asked = [(situation.setting, key) for key in _COSTS if key != situation.measure]
    if situation.setting != "clean":
        asked.append(("clean", "accuracy"))
    costs = []
    for setting, measure in asked:
        places = list(_places(runs, situation, setting).values())
        each = _compared(places, measure).get(loss)
        if each is not None and each.verdict == "worse":
            costs.append(Cost(setting, measure, each))
    return tuple(costs)


def sensitivity(results: Results) -> float | None:
    """How much of the held-out score (0..1) is lost, on the mean, by a learning rate one step of
    the grid off, about 3 times; None where no neighbour was tried."""
    rates = sorted(map(float, results.tuning))
    if results.rate not in rates:
        return None
    at = rates.index(results.rate)
    beside = [rates[each] for each in (at - 1, at + 1) if 0 <= each < len(rates)]
    scores = {float(rate): score for rate, score in results.tuning.items()}
    return scores[results.rate] - mean(scores[rate] for rate in beside) if beside else None
