"""The controls of a live run's settings."""

from typing import Any

import gradio as gr

from losslens.live.config import MAX_LOSSES
from losslens.live.losses import parameter_of
from losslens.losses.catalogue import by_family
from losslens.ui.i18n import Words
from losslens.ui.live.names import parameter_label
from losslens.ui.live.settings import (
    FIRST,
    NUMBERS,
    ONE,
    PRESETS,
    choices_of_controls,
    first,
    parameter_names,
)
from losslens.ui.page import LATEST, QUICK

_STEPS = {"wrong": 5, "imbalance": 1, "examples": 100, "epochs": 1, "seeds": 1}
Controls = dict[str, Any]  # the components, by the names of ``first`` and in their order


def build_preset(words: Words) -> gr.Radio:
    """The choice of a preset."""
    choices = [(words[f"live.preset_{key}"], key) for key in PRESETS]
    usual = next(iter(PRESETS))
    return gr.Radio(choices, value=usual, label=words["live.presets"], elem_id="live-presets")


def build_controls(words: Words, preset: gr.Radio) -> Controls:
    """What is set most often, then the rest, folded away; ``preset`` sets all of it."""
    controls: Controls = {"task": _radio("task", words)}
    named = [(words.loss(key), key) for key in by_family(choices_of_controls()["losses"])]
    label = words["live.losses"].format(most=MAX_LOSSES)
    controls["losses"] = gr.CheckboxGroup(
        named, value=FIRST["losses"], label=label, elem_id="live-losses"
    )
    controls |= {name: _parameter(key, words) for name, key in parameter_names().items()}
    controls["noise"] = _radio("noise", words)
    for name, step in _STEPS.items():
        controls[name] = _slider(name, step, words)
    with gr.Accordion(words["live.more"], open=False):
        controls["rates"] = _radio("rates", words)
        controls["rate"] = gr.Number(
            FIRST["rate"], label=words["live.rate"], step=0.001, visible=False
        )
        controls["optimizer"] = _radio("optimizer", words)
        controls["batch"] = _slider("batch", 10, words)
        controls["seed"] = gr.Number(FIRST["seed"], label=words["live.seed"], precision=0)
    controls = {name: controls[name] for name in first()}
    _wire(controls, preset)
    return controls


def _wire(controls: Controls, preset: gr.Radio) -> None:
    every = list(controls.values())
    preset.input(lambda key: list((first() | PRESETS[key]).values()), preset, every, **LATEST)
    controls["rates"].change(
        lambda kind: gr.update(visible=kind == ONE), controls["rates"], controls["rate"], **QUICK
    )
    names = parameter_names()
    controls["losses"].change(
        lambda chosen: [gr.update(visible=key in chosen) for key in names.values()],
        controls["losses"],
        [controls[name] for name in names],
        **QUICK,
    )
    # What is set by hand is no preset any more.
    gr.on([each.input for each in every], None, None, preset, js="() => null", **QUICK)


def _radio(name: str, words: Words) -> gr.Radio:
    choices = [
        (words.task(key, "live") if name == "task" else words[f"live.{name}_{key}"], key)
        for key in choices_of_controls()[name]
    ]
    label = words[f"live.{name}"]
    return gr.Radio(choices, value=FIRST[name], label=label, elem_id=f"live-{name}")


def _slider(name: str, step: int, words: Words) -> gr.Slider:
    low, high = NUMBERS[name]
    return gr.Slider(int(low), int(high), FIRST[name], step=step, label=words[f"live.{name}"])


def _parameter(key: str, words: Words) -> gr.Slider:
    """The control of a loss's parameter, to be seen where the loss is chosen."""
    each = parameter_of(key)
    assert each is not None, f"{key} has no parameter"
    return gr.Slider(
        each.low,
        each.high,
        each.default,
        step=each.step,
        label=parameter_label(key, words),
        visible=key in FIRST["losses"],
        elem_id=f"live-{key}-{each.name}",
    )
