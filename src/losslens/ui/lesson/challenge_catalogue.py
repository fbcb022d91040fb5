"""The challenges: ``CHALLENGES``, one record each. What is right is computed, from the losses' own
code or the runs of the study.

To add one, give it an entry here and its texts, ``challenges.<key>``, in ``ui/locales``, and write
the answer key anew with ``scripts/answer_key.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import mean

import torch

from losslens.losses import LOSSES
from losslens.losses.analysis import anatomy, asked
from losslens.losses.steps import work
from losslens.study import runs
from losslens.study.analysis import MEASURES, by_seed
from losslens.training.pitfall_catalogue import PITFALLS
from losslens.ui.lesson.far_point import turned


@dataclass(frozen=True)
class Choice:
    """One of several is right: the one whose figure is highest, or lowest."""

    choices: tuple[str, ...]
    figure: Callable[[str], float]  # of one of them
    highest: bool = True
    margin: float = 0.0  # figures that differ by less are equal, and each of them is right
    form: str = "{:.3f}"  # of a figure, as ``str.format`` has it
    label: str = ""  # of one that may be chosen, with "{}"; empty: the name of a loss

    def figures(self) -> dict[str, float]:
        """The figure of each."""
        return {key: self.figure(key) for key in self.choices}

    def right(self) -> list[str]:
        """What may be answered."""
        figures = self.figures()
        best = max(figures.values()) if self.highest else min(figures.values())
        return [key for key, figure in figures.items() if abs(figure - best) <= self.margin]


@dataclass(frozen=True)
class Estimate:
    """A number, right within a tolerance."""

    truth: Callable[[], float]
    low: float
    high: float
    step: float
    tolerance: float
    form: str = "{:.2f}"


@dataclass(frozen=True)
class Drawing:
    """A drawing on the first tab that makes the networks disagree."""

    least: int = 2  # different answers


@dataclass(frozen=True)
class Challenge:
    """A challenge; ``key`` is also the key of its texts in each language."""

    key: str
    kind: Choice | Estimate | Drawing
    tab: str  # where it can be tried


def _pull(loss: str) -> float:
    """How hard a loss pulls up the true score of a network that is sure of another class."""
    return -anatomy(LOSSES[loss], [6.0, 0.0, 0.0], 1).gradient[1]


def _after_a_step(rate: str) -> float:
    """What squared error is after one step of SGD at a learning rate."""
    worked = work(LOSSES["mse"], [2.0, 0.0, -1.0], 0, float(rate))
    return next(each.values[0] for each in worked if each.step.name == "L′")


def _asked_by_focal() -> float:
    return asked(LOSSES["focal"], (0.6, 0.3, 0.1)).softmax[0]


def _softmax_at_temperature() -> float:
    return float((torch.tensor([4.0, 2.0, 0.0]) / 2).softmax(dim=0)[0])


@cache
def _turn(loss: str) -> float:
    return turned(LOSSES[loss])


def _studied(
    task: str, setting: str, measure: str, losses: tuple[str, ...], highest: bool = True
) -> Choice:
    """By the means over the seeds of the study."""

    def figure(loss: str) -> float:
        values = by_seed([runs.load().place(task, setting)], measure)
        return mean(values[loss].values())

    return Choice(losses, figure, highest, MEASURES[measure].margin, "{:.1%}")


def _floor() -> float:
    floor = PITFALLS["softmax_twice"].floor
    assert floor is not None
    return floor


_WRONG_LABELS = ("cross_entropy", "focal", "margin", "gce")
_RARE = ("cross_entropy", "focal", "class_weighted", "logit_adjusted")
_CALIBRATION = ("cross_entropy", "focal", "mse", "gce")

CHALLENGES: dict[str, Challenge] = {
    challenge.key: challenge
    for challenge in (
        Challenge("pull", Choice(("brier", "gce", "cross_entropy"), _pull), "explorer"),
        Challenge("asked", Estimate(_asked_by_focal, 0, 1, 0.01, 0.05, "{:.0%}"), "explorer"),
        Challenge("twice", Estimate(_floor, 0, 3, 0.05, 0.15), "explorer"),
        Challenge(
            "temperature", Estimate(_softmax_at_temperature, 0, 1, 0.01, 0.05, "{:.0%}"), "digits"
        ),
        Challenge(
            "rate",
            Choice(("0.1", "0.5", "1"), _after_a_step, highest=False, label="η = {}"),
            "explorer",
        ),
        Challenge(
            "far",
            Choice(
                ("cross_entropy", "mse", "margin", "gce"),
                _turn,
                highest=False,
                margin=0.5,
                form="{:.0f}°",
            ),
            "playground",
        ),
        Challenge(
            "wrong_labels", _studied("digits", "symmetric_60", "accuracy", _WRONG_LABELS), "live"
        ),
        Challenge("rare", _studied("digits", "imbalance_100", "balanced", _RARE), "choose"),
        Challenge(
            "calibration",
            _studied("fashion", "clean", "ece", _CALIBRATION, highest=False),
            "report",
        ),
        Challenge("fool", Drawing(), "digits"),
    )
}
