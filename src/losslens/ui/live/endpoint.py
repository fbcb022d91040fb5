"""Live training as an endpoint: settings in, final figures out, through the same line as the visitors of the page."""

import inspect
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import numpy as np

from losslens.evaluation.metrics import accuracy
from losslens.evaluation.significance import compare
from losslens.live.config import LiveConfig, LiveError, Point, Trained
from losslens.live.queue import Places, Waiting
from losslens.ui.request_guard import refused

PLACES = Places()  # of all who train, on the page or from a program


def train(
    losses: list[str],
    task: str = "digits",
    formula: str = "",
    wrong_labels: float = 0.0,
    examples: int = 4000,
    epochs: int = 8,
    learning_rate: float = 0.0,
    optimizer: str = "adamw",
    batch_size: int = 50,
    seed: int = 0,
) -> Iterator[dict[str, Any]]:
    """Train one to four small networks that differ in their loss alone, and compare them on 1,000
    held-out examples.

    While it waits and trains it says how far it is: "ahead", runs that come first, or "seen" of
    "total" examples. Its last word has "figures", one for each loss: accuracy with its 95 %
    interval, calibration error, learning rate; "pairs", each pair's exact McNemar test, corrected
    by Holm, and which is better (null: a tie); and "seconds". A run takes some twenty seconds, and
    at most three minutes.

    Args:
        losses: of cross_entropy, kl_div, mse, brier, bce, focal, margin, gce, own (the formula), softmax_twice (a mistake)
        task: digits or pets
        formula: the loss called own, such as -sum(e * logp)
        wrong_labels: the share of wrong labels in the training set, from 0 to 0.6
        examples: how many to learn from, from 100 to 4000
        epochs: from 1 to 30
        learning_rate: one for all losses, from 0.00001 to 1; 0 takes the one recommended for each
        optimizer: adamw or sgd (with momentum)
        batch_size: from 10 to 200
        seed: a whole number; the same one gives the same figures
    """
    config = _config(
        {"task": task, "formula": formula, "optimizer": optimizer},
        {
            "wrong_labels": wrong_labels,
            "examples": examples,
            "epochs": epochs,
            "learning_rate": learning_rate,
        }
        | {"batch_size": batch_size, "seed": seed},
        losses,
    )
    last, said = None, {}
    try:
        for news in PLACES.stream(f"api-{uuid4()}", config):
            if isinstance(news, Waiting):
                said = {"ahead": news.ahead}
            elif isinstance(news, Point):
                last, said = news, {"seen": news.seen, "total": news.total}
            elif isinstance(news, Trained):
                break
            yield said  # also where there is nothing new, so that a caller who has left is noticed
    except LiveError as error:
        raise refused(str(error)) from None
    assert last is not None
    yield _figures(config, last)


# Gradio documents the type that is returned: for it, that is what each word of this generator is.
train.__signature__ = inspect.signature(train).replace(return_annotation=dict[str, Any])  # type: ignore[attr-defined]


def _config(texts: dict[str, Any], numbers: dict[str, Any], losses: Any) -> LiveConfig:
    if not isinstance(losses, list) or not all(isinstance(key, str) for key in losses):
        raise refused("losses must be a list of names.")
    for name, value in texts.items():
        if not isinstance(value, str):
            raise refused(f"{name} must be text.")
    for name, value in numbers.items():
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not math.isfinite(value)
        ):
            raise refused(f"{name} must be a number.")
    try:
        return LiveConfig(losses=tuple(losses), **texts, **numbers)
    except ValueError as error:
        raise refused(f"{error}.".replace("..", ".")) from None


def _figures(config: LiveConfig, last: Point) -> dict[str, Any]:
    figures = [
        {
            "loss": key,
            "accuracy": asdict(accuracy(np.asarray(last.right[index], dtype=float))),
            "calibration_error": last.calibration_error[index],
            "learning_rate": config.learning_rates[index],
        }
        for index, key in enumerate(config.losses)
    ]
    pairs = []
    for pair in compare(last.right):
        first, second = config.losses[pair.first], config.losses[pair.second]
        better = None if pair.tie else first if pair.only_first > pair.only_second else second
        pairs.append({"first": first, "second": second, "p_value": pair.p_value, "better": better})
    return {"figures": figures, "pairs": pairs, "seconds": last.seconds}
