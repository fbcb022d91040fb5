"""Links with settings: read as they are written, and set right where they ask for too much."""

import math

import pytest

from losslens.live.config import MAX_LOSSES, LiveConfig
from losslens.losses import LOSSES
from losslens.ui.live.settings import FIRST, PRESETS, config_of, of_link, with_own

WRITTEN = {
    name: ",".join(value) if isinstance(value, list) else str(value)
    for name, value in FIRST.items()
}


def test_a_link_gives_back_what_it_carries() -> None:
    assert of_link(WRITTEN) == (FIRST, "", [])
    changed = {
        "losses": "own,gce",
        "formula": "sum(p * e)",
        "wrong": "35",
        "rate": "0.02",
        "rates": "one",
        "seed": "7",
    }
    values, formula, refused = of_link(WRITTEN | changed)
    assert refused == [] and formula == "sum(p * e)"
    assert values == FIRST | {
        "losses": ["own", "gce"],
        "wrong": 35,
        "rate": 0.02,
        "rates": "one",
        "seed": 7,
    }
    assert config_of(values, formula, []).learning_rates == [0.02, 0.02]


def test_a_link_without_settings_changes_nothing() -> None:
    assert of_link({}) is None and of_link({"__theme": "dark"}) is None


@pytest.mark.parametrize(
    ("name", "text", "becomes"),
    [
        ("wrong", "90", 60),
        ("wrong", "-1", 0),
        ("examples", "1e99", 4000),
        ("epochs", "nan", FIRST["epochs"]),
        ("epochs", "2.6", 3),
        ("batch", "<script>", FIRST["batch"]),
        ("rate", "7", 1),
        ("seed", "inf", 2**31 - 1),
        ("task", "birds", "digits"),
        ("optimizer", "", "adamw"),
        ("losses", "hinge", FIRST["losses"]),
        ("losses", "gce,gce", ["gce"]),
        ("losses", ",".join(LOSSES), list(LOSSES)[:MAX_LOSSES]),
        ("losses", "own,gce", ["gce"]),  # no formula comes with it
    ],
)
def test_what_is_not_possible_becomes_the_nearest_and_is_named(
    name: str, text: str, becomes: object
) -> None:
    values, formula, changed = of_link({name: text})
    assert values == FIRST | {name: becomes} and changed == [name]
    config_of(values, formula, [])


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_is_a_run(key: str) -> None:
    assert isinstance(config_of(FIRST | PRESETS[key], "", []), LiveConfig)


def test_the_first_settings_are_those_of_a_run_from_python() -> None:
    assert config_of(FIRST, "", []) == LiveConfig()


def test_an_emptied_box_is_refused_with_what_is_allowed() -> None:
    for name, setting in (("seed", "seed"), ("rate", "learning_rate")):
        with pytest.raises(ValueError, match=f"{setting} is nan"):
            config_of(FIRST | {"rates": "one", name: None}, "", [])
    assert math.isclose(config_of(FIRST | {"wrong": 15}, "", []).wrong_labels, 0.15)


def test_ones_own_loss_takes_a_place() -> None:
    assert with_own(["focal"]) == ["focal", "own"]
    assert with_own(["focal", "gce", "mse", "bce"]) == ["focal", "gce", "mse", "own"]
    assert with_own(["own"]) == ["own"]
