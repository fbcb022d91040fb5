"""The settings of a live run: presets, what the controls ask for, and what a link asks for."""

import math
from collections.abc import Mapping
from typing import Any

from losslens.live.config import MAX_LOSSES, NOISES, RANGES, LiveConfig, live_tasks
from losslens.live.losses import OWN, TWICE, adjustable, parameter_of, parameters_text
from losslens.losses import LOSSES
from losslens.losses.formula import FormulaError, parse
from losslens.training.config import OPTIMIZERS
from losslens.ui.links import listed, nearest, number_of

TAB = "live"  # in links; a link without a tab is to this one
EACH, ONE = "each", "one"  # learning rates: for each loss the recommended one, or one for all
# What each control stands on at first, by its name in links, without those of the losses'
# parameters. A preset changes some of it and leaves the rest as it is here.
FIRST: dict[str, Any] = {
    "task": LiveConfig.task,
    "losses": list(LiveConfig.losses),
    "wrong": round(100 * LiveConfig.wrong_labels),  # %
    "noise": LiveConfig.noise,
    "imbalance": round(LiveConfig.imbalance),
    "examples": LiveConfig.examples,
    "epochs": LiveConfig.epochs,
    "rates": EACH,
    "rate": 0.01,
    "optimizer": LiveConfig.optimizer,
    "batch": LiveConfig.batch_size,
    "seed": LiveConfig.seed,
    "seeds": LiveConfig.seeds,
}
PRESETS: dict[str, dict[str, Any]] = {
    "clean": {},
    "asymmetric": {
        "losses": ["cross_entropy", "focal", "gce", "mse"],
        "wrong": 40,
        "noise": "asymmetric",
        "epochs": 12,
    },
    "wrong": {"losses": ["cross_entropy", "gce", "nce_rce"], "wrong": 60, "epochs": 12},
    "rare": {
        "losses": ["cross_entropy", "logit_adjusted"],
        "imbalance": 100,
        "examples": 2_000,
        "epochs": 12,
        "seeds": 3,
    },
    "few": {
        "losses": ["cross_entropy", "kl_div", "bce", "margin"],
        "examples": 200,
        "epochs": 30,
    },
    "calibration": {
        "task": "fashion",
        "losses": ["cross_entropy", "focal", "brier"],
        "epochs": 8,
    },
    # Over its three seeds 1.6 to 10.7 points of accuracy are lost; of 4,000 examples and 8 epochs
    # none were.
    "twice": {
        "losses": ["cross_entropy", TWICE],
        "examples": 2_000,
        "epochs": 2,
        "optimizer": "sgd",
        "seeds": 3,
    },
}
NUMBERS: dict[str, tuple[float, float]] = {
    "wrong": (0, 100 * RANGES["wrong_labels"][1]),
    "imbalance": RANGES["imbalance"],
    "examples": RANGES["examples"],
    "epochs": RANGES["epochs"],
    "rate": RANGES["learning_rate"],
    "batch": RANGES["batch_size"],
    "seed": RANGES["seed"],
    "seeds": RANGES["seeds"],
}


def parameter_names() -> dict[str, str]:
    """The losses whose parameter can be set, by the names of its control, such as
    ``focal.gamma``."""
    return {f"{key}.{LOSSES[key].parameter.name}": key for key in adjustable()}  # type: ignore[union-attr]


def first() -> dict[str, Any]:
    """What every control stands on at first, by its name in links."""
    usual = {name: parameter_of(key) for name, key in parameter_names().items()}
    return FIRST | {name: each.default for name, each in usual.items() if each is not None}


def choices_of_controls() -> dict[str, tuple[str, ...]]:
    """What can be chosen, by the names of ``FIRST``."""
    return {
        "task": tuple(live_tasks()),
        "losses": (*LOSSES, OWN, TWICE),
        "noise": NOISES,
        "rates": (EACH, ONE),
        "optimizer": OPTIMIZERS,
    }


def config_of(values: Mapping[str, Any], formula: str, picture: list[float]) -> LiveConfig:
    """The run that the controls' ``values`` ask for. Raises ValueError, naming what is allowed."""
    numbers: dict[str, Any] = {  # an emptied box gives None
        name: math.nan if values[name] is None else values[name] for name in NUMBERS
    }
    return LiveConfig(
        task=values["task"],
        losses=tuple(values["losses"]),
        formula=formula if OWN in values["losses"] else "",
        wrong_labels=numbers["wrong"] / 100,
        noise=values["noise"],
        imbalance=numbers["imbalance"],
        examples=numbers["examples"],
        epochs=numbers["epochs"],
        learning_rate=(numbers["rate"] or math.nan) if values["rates"] == ONE else 0.0,
        optimizer=values["optimizer"],
        batch_size=numbers["batch"],
        seed=numbers["seed"],
        seeds=numbers["seeds"],
        parameters=parameters_text(
            {
                key: values[name]
                for name, key in parameter_names().items()
                if key in values["losses"]
            }
        ),
        picture=picture,
    )


def with_own(chosen: list[str]) -> list[str]:
    """The choice of losses with the visitor's own among them.

    Where there are ``MAX_LOSSES`` already, it takes the place of the last.
    """
    return chosen if OWN in chosen else [*chosen[: MAX_LOSSES - 1], OWN]


def of_link(query: Mapping[str, str]) -> tuple[dict[str, Any], str, list[str]] | None:
    """What a link asks for: the controls' values, the formula, and the names of those changed.

    Changed is what is not possible as asked: a number beyond its range becomes the nearest that is
    allowed; a name that there is not is left out. None for a link that carries no settings, or
    those of another ``tab``.
    """
    if query.get("tab", TAB) != TAB:
        return None
    asked = {name: _read(name, query[name]) for name in first() if name in query}
    if not asked:
        return None
    values = first() | {name: value for name, (value, _) in asked.items()}
    changed = [name for name, (_, as_asked) in asked.items() if not as_asked]
    formula = query.get("formula", "") if OWN in values["losses"] else ""
    if OWN in values["losses"] and not _parses(formula):
        values["losses"] = [key for key in values["losses"] if key != OWN] or FIRST["losses"]
        changed = list(dict.fromkeys([*changed, "losses"]))
    return values, formula, changed


def _read(name: str, text: str) -> tuple[Any, bool]:
    """The setting nearest to ``text``, and whether it is just that."""
    choices = choices_of_controls()
    if name == "losses":
        known = listed(text, choices[name], MAX_LOSSES)
        return known or FIRST[name], known == text.split(",")
    if name in choices:
        return (text, True) if text in choices[name] else (FIRST[name], False)
    return _read_number(name, text)


def _read_number(name: str, text: str) -> tuple[Any, bool]:
    usual, exact = first()[name], name == "rate"
    low, high = NUMBERS.get(name, (0.0, 0.0))
    parameter = parameter_of(parameter_names().get(name, ""))
    if parameter is not None:
        low, high, exact = parameter.low, parameter.high, True
    value = nearest(text, low, high, usual)
    value = value if exact else round(value)
    return value, value == number_of(text)


def _parses(formula: str) -> bool:
    try:
        parse(formula)
    except FormulaError:
        return False
    return True
