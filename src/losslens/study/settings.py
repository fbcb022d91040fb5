"""What the study trains in: ``SETTINGS``, one record each, in the order in which they are shown."""

from dataclasses import dataclass
from typing import Literal

from losslens.tasks import TASKS

BATCH = 100  # examples, or a quarter of those to learn from
MOST = 400  # examples of the commonest class, where the classes are not equally common
SEEDS = 10  # paired: with one seed every loss has the same examples, first weights and batches
FAMILIES = ("clean", "few", "symmetric", "asymmetric", "imbalance")


@dataclass(frozen=True)
class Setting:
    """What networks learn from, and for how long."""

    key: str
    family: str  # one of FAMILIES
    examples: int = 2_000  # to learn from; where classes are rare, what ``ratio`` leaves
    epochs: int = 8
    wrong: float = 0.0  # share of labels that are wrong: of all, or of the confused classes
    ratio: float = 1.0  # how many times commoner the commonest class is than the rarest

    @property
    def measure(self) -> Literal["accuracy", "balanced"]:
        """By what losses are compared here: "balanced" is the mean of the classes' accuracies."""
        return "balanced" if self.ratio > 1 else "accuracy"


SETTINGS: dict[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting("clean", "clean"),
        Setting("few_100", "few", examples=100, epochs=60),
        Setting("few_200", "few", examples=200, epochs=40),
        Setting("few_1000", "few", examples=1_000, epochs=12),
        Setting("symmetric_20", "symmetric", wrong=0.2),
        Setting("symmetric_40", "symmetric", wrong=0.4),
        Setting("symmetric_60", "symmetric", wrong=0.6),
        Setting("asymmetric_20", "asymmetric", wrong=0.2),
        Setting("asymmetric_40", "asymmetric", wrong=0.4),
        Setting("imbalance_10", "imbalance", ratio=10, epochs=12),
        Setting("imbalance_100", "imbalance", ratio=100, epochs=20),
        Setting("imbalance_100_long", "imbalance", ratio=100, epochs=50),
    )
}


def settings_of(task: str) -> list[Setting]:
    """The settings that ``task`` is studied in: those in which right labels are the most common."""
    classes = len(TASKS[task].labels)
    return [
        each
        for each in SETTINGS.values()
        if each.family != "symmetric" or 1 - each.wrong > each.wrong / (classes - 1)
    ]
