"""The settings of a live run: presets, controls, and the link that carries them."""

import json
import math
from collections.abc import Mapping
from typing import Any

import gradio as gr

from losslens.live.config import MAX_LOSSES, NOISES, OWN, RANGES, TWICE, LiveConfig, live_tasks
from losslens.losses import LOSSES
from losslens.losses.catalogue import by_family
from losslens.losses.formula import FormulaError, parse
from losslens.training.config import OPTIMIZERS
from losslens.ui.i18n import Words
from losslens.ui.page import QUICK, Page

EACH, ONE = "each", "one"  # learning rates: for each loss the recommended one, or one for all
# What each control stands on at first, by its name in links. A preset changes some of it and leaves
# the rest as it is here.
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
    "rare": {"losses": ["cross_entropy", "logit_adjusted"], "imbalance": 100, "epochs": 20},
    "few": {
        "losses": ["cross_entropy", "kl_div", "bce", "margin"],
        "examples": 200,
        "epochs": 30,
    },
    "calibration": {"task": "fashion", "losses": ["cross_entropy", "focal", "brier"]},
    "twice": {"losses": ["cross_entropy", TWICE], "epochs": 4, "optimizer": "sgd"},
}
_NUMBERS = {
    "wrong": tuple(100 * end for end in RANGES["wrong_labels"]),
    "imbalance": RANGES["imbalance"],
    "examples": RANGES["examples"],
    "epochs": RANGES["epochs"],
    "rate": RANGES["learning_rate"],
    "batch": RANGES["batch_size"],
    "seed": RANGES["seed"],
}
# The address of these settings. The browser's own follows it, once a setting has changed.
_LINK = """
(...values) => {
  const shown = values.pop(), formula = values.pop();
  const query = new URLSearchParams(NAMES.map((name, index) => [name, values[index]]));
  if (query.get("losses").split(",").includes("own")) query.set("formula", formula);
  const link = location.origin + location.pathname + "?" + query;
  if (shown && shown !== link) history.replaceState(history.state, "", link);
  return link;
}
""".replace("NAMES", json.dumps(list(FIRST)))

Controls = dict[str, Any]  # the components, by the names of FIRST and in their order


def _choices() -> dict[str, tuple[str, ...]]:
    """What can be chosen, by the names of FIRST."""
    return {
        "task": tuple(live_tasks()),
        "losses": (*LOSSES, OWN, TWICE),
        "noise": NOISES,
        "rates": (EACH, ONE),
        "optimizer": OPTIMIZERS,
    }


def build_preset(words: Words) -> gr.Radio:
    """The choice of a preset."""
    choices = [(words[f"live.preset_{key}"], key) for key in PRESETS]
    first = next(iter(PRESETS))
    return gr.Radio(choices, value=first, label=words["live.presets"], elem_id="live-presets")


def build_controls(words: Words, preset: gr.Radio) -> Controls:
    """What is set most often, then the rest, folded away; ``preset`` sets all of it."""
    controls: Controls = {"task": _radio("task", words)}
    named = [(words.loss(key), key) for key in by_family(_choices()["losses"])]
    label = words["live.losses"].format(most=MAX_LOSSES)
    controls["losses"] = gr.CheckboxGroup(
        named, value=FIRST["losses"], label=label, elem_id="live-losses"
    )
    controls["noise"] = _radio("noise", words)
    for name, step in (("wrong", 5), ("imbalance", 1), ("examples", 100), ("epochs", 1)):
        controls[name] = _slider(name, step, words)
    with gr.Accordion(words["live.more"], open=False):
        controls["rates"] = _radio("rates", words)
        controls["rate"] = gr.Number(
            FIRST["rate"], label=words["live.rate"], step=0.001, visible=False
        )
        controls["optimizer"] = _radio("optimizer", words)
        controls["batch"] = _slider("batch", 10, words)
        controls["seed"] = gr.Number(FIRST["seed"], label=words["live.seed"], precision=0)
    controls = {name: controls[name] for name in FIRST}
    _wire(controls, preset)
    return controls


def _wire(controls: Controls, preset: gr.Radio) -> None:
    every = list(controls.values())
    preset.input(lambda key: list((FIRST | PRESETS[key]).values()), preset, every, **QUICK)
    controls["rates"].change(
        lambda kind: gr.update(visible=kind == ONE), controls["rates"], controls["rate"], **QUICK
    )
    # What is set by hand is no preset any more.
    gr.on([each.input for each in every], None, None, preset, js="() => null", **QUICK)


def _radio(name: str, words: Words) -> gr.Radio:
    choices = [
        (words.task(key, "live") if name == "task" else words[f"live.{name}_{key}"], key)
        for key in _choices()[name]
    ]
    label = words[f"live.{name}"]
    return gr.Radio(choices, value=FIRST[name], label=label, elem_id=f"live-{name}")


def _slider(name: str, step: int, words: Words) -> gr.Slider:
    low, high = _NUMBERS[name]
    return gr.Slider(int(low), int(high), FIRST[name], step=step, label=words[f"live.{name}"])


def build_link(page: Page, controls: Controls, formula: gr.Textbox) -> None:
    """The address that leads to these settings."""
    link = gr.Textbox(
        label=page.words["live.link"],
        interactive=False,
        buttons=["copy"],
        elem_id="live-link",
        max_lines=1,
    )
    inputs = [*controls.values(), formula]
    events = [page.blocks.load, *(each.change for each in inputs)]
    gr.on(events, None, [*inputs, link], link, js=_LINK, **QUICK)


def config_of(values: Mapping[str, Any], formula: str, picture: list[float]) -> LiveConfig:
    """The run that the controls' ``values`` ask for. Raises ValueError, naming what is allowed."""
    numbers: dict[str, Any] = {  # an emptied box gives None
        name: math.nan if values[name] is None else values[name] for name in _NUMBERS
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
    allowed; a name that there is not is left out. None for a link that carries no settings.
    """
    asked = {name: _read(name, query[name]) for name in FIRST if name in query}
    if not asked:
        return None
    values = FIRST | {name: value for name, (value, _) in asked.items()}
    changed = [name for name, (_, as_asked) in asked.items() if not as_asked]
    formula = query.get("formula", "") if OWN in values["losses"] else ""
    if OWN in values["losses"] and not _parses(formula):
        values["losses"] = [key for key in values["losses"] if key != OWN] or FIRST["losses"]
        changed = list(dict.fromkeys([*changed, "losses"]))
    return values, formula, changed


def _read(name: str, text: str) -> tuple[Any, bool]:
    """The setting nearest to ``text``, and whether it is just that."""
    choices = _choices()
    if name == "losses":
        wanted = text.split(",")
        known = [key for key in dict.fromkeys(wanted) if key in choices[name]][:MAX_LOSSES]
        return known or FIRST[name], known == wanted
    if name in choices:
        return (text, True) if text in choices[name] else (FIRST[name], False)
    return _read_number(name, text)


def _read_number(name: str, text: str) -> tuple[Any, bool]:
    low, high = _NUMBERS[name]
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        return FIRST[name], False
    nearest = min(max(number, low), high)
    nearest = nearest if name == "rate" else round(nearest)
    return nearest, nearest == number


def _parses(formula: str) -> bool:
    try:
        parse(formula)
    except FormulaError:
        return False
    return True
