"""Which networks the study trains, and in which order."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product

from losslens.losses import LOSSES
from losslens.study.runs import Cell
from losslens.study.settings import SETTINGS, settings_of
from losslens.tasks import TASKS
from losslens.validation import one_of, within

_MOST_SEEDS = 1_000  # the seeds of tuning begin there


@dataclass(frozen=True)
class Plan:
    """Every combination of these that makes sense."""

    tasks: tuple[str, ...]
    settings: tuple[str, ...]
    losses: tuple[str, ...]
    seeds: tuple[int, ...]

    def cells(self) -> list[Cell]:
        """Settings and tasks first, then losses."""
        return [
            (task, setting, loss)
            for setting, task, loss in product(self.settings, self.tasks, self.losses)
            if SETTINGS[setting] in settings_of(task) and differs(loss, setting)
        ]


def differs(loss: str, setting: str) -> bool:
    """Whether a loss is more than another name in a setting.

    One that uses class counts is another loss where they are equal, and some always train as
    another does.
    """
    record = LOSSES[loss]
    return not record.same_as and (not record.uses_counts or SETTINGS[setting].ratio > 1)


def plan_of(tasks: str, settings: str, losses: str, seeds: int) -> Plan:
    """The plan that was typed: keys with commas or "all", and how many seeds.

    Raises ValueError, naming what is allowed.
    """
    within("seeds", seeds, 0, _MOST_SEEDS)
    return Plan(
        _keys("task", tasks, TASKS),
        _keys("setting", settings, SETTINGS),
        _keys("loss", losses, LOSSES),
        tuple(range(seeds)),
    )


def _keys(name: str, typed: str, choices: Collection[str]) -> tuple[str, ...]:
    keys = tuple(choices) if typed == "all" else tuple(typed.split(","))
    for key in keys:
        one_of(name, key, choices)
    return keys
