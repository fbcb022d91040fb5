"""Live training as an endpoint: settings in, results out, in a queue beside the page's."""

import inspect
import math
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any
from uuid import uuid4

from losslens.live.config import (
    MAX_LOSSES,
    NOISES,
    RANGES,
    LiveConfig,
    LiveError,
    Point,
    Trained,
    live_tasks,
)
from losslens.live.losses import OWN, TWICE, adjustable
from losslens.live.queue import PROGRAMS, Waiting
from losslens.live.results import results_of
from losslens.losses import LOSSES
from losslens.ui.i18n import FALLBACK, WORDS
from losslens.ui.live.conclusions import sentences
from losslens.ui.security.refusals import refused

# A program gives the settings of a run, but no picture; a large run is the page's alone.
_NOT_ASKED = ("picture", "large")
_TYPES: dict[str, Any] = {
    each.name: list[str] if each.name == "losses" else each.type
    for each in fields(LiveConfig)
    if each.name not in _NOT_ASKED
}
_REQUIRED = "losses"


def train(*values: Any) -> Iterator[dict[str, Any]]:
    """Train 1 to {most} small networks that differ in their loss alone, and compare them on the
    same held-out examples.

    While it waits and trains it says how far it is: "ahead", runs that come first, or "seen" of
    "total" examples. Its last word has "sentences", what it comes to; "facts", what they are made
    of; "figures", one for each loss: accuracy with its 95 % interval, balanced accuracy,
    calibration error, learning rate, the share of wrong labels memorised; "pairs", each pair's
    exact McNemar test, corrected by Holm, and which is better (null: they do not differ
    significantly); and "seconds". A run takes some twenty seconds, and at most three minutes.

    Args:
        losses: of {losses}, {own} (the formula), {twice} (a mistake)
        task: {tasks}
        formula: the loss called {own}, such as -sum(e * logp)
        wrong_labels: the share of wrong labels in the training set, from {wrong_labels}
        examples: how many to learn from, from {examples}
        epochs: from {epochs}
        learning_rate: one for all losses, from {rates}; 0 takes the one recommended for each
        optimizer: adamw or sgd (with momentum)
        batch_size: from {batch_size}
        seed: a whole number; the same one gives the same figures
        noise: which labels are wrong: {noises} (a share of some classes, taken for one like it)
        imbalance: how many times rarer the rarest class is, from {imbalance}
        seeds: trainings one after the other, with this seed and those that follow, from {seeds}
        parameters: of losses, such as gce=0.5,focal=3; those of {adjustable} can be set
    """
    config = _config(dict(zip(_TYPES, values, strict=True)))
    points: list[Point] = []
    try:
        yield from _on_the_way(config, points)
    except LiveError as error:
        raise refused(str(error)) from None
    results = results_of(config, points)
    yield {"sentences": sentences(config, results, WORDS[FALLBACK])} | asdict(results)


def _on_the_way(config: LiveConfig, points: list[Point]) -> Iterator[dict[str, Any]]:
    """How far the run is, until it has ended; its points are added to ``points``."""
    said: dict[str, Any] = {}
    for news in PROGRAMS.stream(f"api-{uuid4()}", config):
        if isinstance(news, Waiting):
            said = {"ahead": news.ahead}
        elif isinstance(news, Point):
            points.append(news)
            seen = news.run * news.total + news.seen
            said = {"seen": seen, "total": config.seeds * news.total}
        elif isinstance(news, Trained):
            return
        yield said  # also where there is nothing new, so that a caller who has left is noticed


def _parameter(name: str) -> inspect.Parameter:
    default = inspect.Parameter.empty if name == _REQUIRED else getattr(LiveConfig, name)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=default, annotation=_TYPES[name])


def _range(name: str) -> str:
    return " to ".join(f"{end:.5f}".rstrip("0").rstrip(".") for end in RANGES[name])


# Gradio documents the signature; of the returned type, that is what each word of this generator is.
_ANSWER = dict[str, Any]
train.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [_parameter(name) for name in _TYPES], return_annotation=_ANSWER
)
train.__annotations__ = _TYPES | {"return": _ANSWER}
train.__doc__ = inspect.cleandoc(train.__doc__ or "").format(
    most=MAX_LOSSES,
    losses=", ".join(LOSSES),
    own=OWN,
    twice=TWICE,
    tasks=" or ".join(live_tasks()),
    wrong_labels=_range("wrong_labels"),
    noises=" or ".join(NOISES),
    imbalance=_range("imbalance"),
    examples=_range("examples"),
    epochs=_range("epochs"),
    rates=_range("learning_rate"),
    batch_size=_range("batch_size"),
    seeds=_range("seeds"),
    adjustable=", ".join(adjustable()),
)


def _config(values: dict[str, Any]) -> LiveConfig:
    """The run that these values ask for; what is not possible is refused in one sentence."""
    for name, value in values.items():
        if name == _REQUIRED:
            if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
                raise refused(f"{name} must be a list of names.")
        elif _TYPES[name] is str:
            if not isinstance(value, str):
                raise refused(f"{name} must be text.")
        elif not _is_number(value):
            raise refused(f"{name} must be a number.")
    try:
        return LiveConfig(**values | {_REQUIRED: tuple(values[_REQUIRED])})
    except ValueError as error:
        raise refused(f"{error}.".replace("..", ".")) from None


def _is_number(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]
