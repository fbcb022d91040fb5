"""The settings of the playground: where they stand at first, what is allowed, and the presets.

The browser has them as JSON; it computes all else by itself.
"""

from typing import Any

from losslens.losses import LOSSES
from losslens.losses.catalogue import by_family, colour_of, mark_of
from losslens.ui.i18n import Words

MAX_LOSSES = 4
MARKS = ("●", "▲", "■")  # of the classes, as the fields draw them
FURTHEST = 5000  # the step that a link may go to

# What each control stands on at first, by its name in links. A preset changes some of it.
FIRST: dict[str, Any] = {
    "data": "moons",
    "noise": 10,  # % of the plane's unit
    "wrong": 0,  # % of the labels
    "imbalance": 1,  # how many times as common the first class is as the last
    "far": 0,  # 1: one more point, far off and mislabelled
    "points": 240,
    "losses": ["cross_entropy", "mse", "margin", "gce"],
    "size": 8,  # units in each of the two hidden layers; 0: none, a linear network
    "rate": 0.03,
    "speed": 3,  # steps a frame
    "seed": 1,
}
PRESETS: dict[str, dict[str, Any]] = {
    "far": {"data": "clusters", "far": 1, "points": 60, "size": 0},
    "rare": {
        "data": "clusters",
        "noise": 35,
        "imbalance": 20,
        "losses": ["cross_entropy", "class_weighted", "logit_adjusted", "ldam"],
        "size": 0,
    },
    "wrong": {
        "data": "clusters",
        "wrong": 30,
        "losses": ["cross_entropy", "mse", "gce", "mae"],
        "speed": 10,
    },
    "spiral": {"data": "spiral", "size": 16, "rate": 0.01},
    "three": {"data": "three", "losses": ["cross_entropy", "focal", "bce", "mse"]},
}
RANGES: dict[str, tuple[int, int]] = {
    "noise": (0, 50),
    "wrong": (0, 50),
    "imbalance": (1, 50),
    "points": (20, 400),
    "seed": (1, 999),
}
CHOICES: dict[str, tuple[Any, ...]] = {
    "data": ("clusters", "moons", "spiral", "rings", "three"),
    "far": (0, 1),
    "size": (0, 4, 8, 16),
    "rate": (0.001, 0.003, 0.01, 0.03, 0.1),
    "speed": (1, 3, 10),
}


def setup(words: Words) -> dict[str, Any]:
    """All that the browser is told, fit for JSON: settings, losses by family with their names,
    colours and marks, and the texts that it fills in."""
    names = {
        key: {"name": words.loss(key), "colour": colour_of(key), "mark": mark_of(key)}
        for key in by_family(LOSSES)
    }
    prefix = "playground.browser."
    texts = {path.removeprefix(prefix): words[path] for path in words if path.startswith(prefix)}
    return {
        "first": {**FIRST, "losses": [key for key in FIRST["losses"] if key in LOSSES]},
        "presets": PRESETS,
        "ranges": RANGES,
        "choices": CHOICES,
        "losses": names,
        "most": MAX_LOSSES,
        "furthest": FURTHEST,
        "marks": MARKS,
        "words": texts | {"gap": words["common.sentence_gap"]},
    }
