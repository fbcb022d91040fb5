"""Links with settings: read as they are written, and set right where they ask for too much."""

import math

import pytest

from losslens.live.config import MAX_LOSSES, RANGES, LiveConfig
from losslens.losses import LOSSES, Loss
from losslens.losses.parameter import Parameter
from losslens.ui.live.settings import PRESETS, config_of, first, of_link, with_own

FIRST = first()
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
    assert of_link({"tab": "playground", "seed": "7"}) is None  # of another tab


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
        ("seed", "inf", RANGES["seed"][1]),
        ("task", "birds", "digits"),
        ("optimizer", "", "adamw"),
        ("seeds", "9", 3),
        ("gce.q", "2", 1),
        ("focal.gamma", "many", 2),
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


def test_parameters_are_those_of_the_chosen_losses_alone() -> None:
    values, _, changed = of_link(
        {"losses": "focal,mse", "focal.gamma": "3.5", "gce.q": "0.4", "kl_div.eps": "0.1"}
    )
    assert changed == []
    config = config_of(values, "", [])
    assert config.parameters == "focal=3.5"
    assert config_of(values | {"losses": ["mse", "kl_div"]}, "", []).parameters == ""


def test_a_new_loss_with_a_parameter_has_a_control_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    power = Parameter("power", "k", 1, 4, 2)
    loss = Loss(
        "new", "New", lambda logits, target, power=2: logits[:, 0] ** power, parameter=power
    )
    monkeypatch.setitem(LOSSES, "new", loss)
    assert first()["new.power"] == 2
    values, _, changed = of_link({"losses": "new", "new.power": "3"})
    assert changed == [] and config_of(values, "", []).parameters == "new=3.0"
