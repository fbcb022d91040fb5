"""Live training by a program: results, a word on how far it is, and a sentence for settings that
are not possible."""

from dataclasses import fields
from inspect import signature
from typing import Any

import pytest
from gradio.utils import get_function_description
from gradio_client import Client
from gradio_client.exceptions import AppError

from losslens.live.config import LiveConfig
from losslens.losses import LOSSES
from losslens.ui.live.endpoint import train


def test_a_program_gets_figures_and_tests(app_url: str) -> None:
    client = Client(app_url, verbose=False)
    job = client.submit(
        losses=["cross_entropy", "own"],
        formula="sum((p - e) ** 2)",
        examples=1000,
        epochs=2,
        api_name="/train",
    )
    answer = job.result(timeout=120)
    assert [each["loss"] for each in answer["figures"]] == ["cross_entropy", "own"]
    for each in answer["figures"]:
        assert (
            0.5 < each["accuracy"]["low"] < each["accuracy"]["value"] < each["accuracy"]["high"] < 1
        )
        assert 0 <= each["calibration_error"] < 1 and each["learning_rate"] > 0
    (pair,) = answer["pairs"]
    assert 0 < pair["p_value"] <= 1 and pair["better"] in (None, "cross_entropy", "own")
    assert len(answer["sentences"]) == 3 and "1,000 held-out examples" in answer["sentences"][0]
    assert [each["measure"] for each in answer["facts"]] == ["accuracy", "calibration"]
    assert any(word.get("seen") for word in job.outputs()[:-1])


def test_the_signature_is_that_of_the_settings() -> None:
    parameters = signature(train).parameters
    assert set(parameters) == {each.name for each in fields(LiveConfig)} - {"picture", "large"}
    for each in fields(LiveConfig):
        if each.name not in ("losses", "picture", "large"):
            given = parameters[each.name]
            assert (given.default, given.annotation) == (each.default, each.type)
    assert parameters["losses"].annotation == list[str]


def test_each_value_is_described() -> None:
    _, lines, _ = get_function_description(train)
    assert list(lines) == list(signature(train).parameters) and all(lines.values())
    assert all(key in lines["losses"] for key in LOSSES)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"losses": ["hinge"]}, "choose from cross_entropy"),
        ({"losses": "focal"}, "must be a list of names"),
        ({"losses": ["focal"], "wrong_labels": 0.9}, "from 0 to 0.6"),
        ({"losses": ["focal"], "examples": "many"}, "examples must be a number"),
        ({"losses": ["focal"], "epochs": 2.5}, "whole number"),
        ({"losses": ["own"], "formula": "z.x"}, "not allowed"),
        ({"losses": ["own"], "formula": 7}, "formula must be text"),
    ],
)
def test_settings_that_are_not_possible_get_a_sentence(
    app_url: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(AppError, match=said):
        Client(app_url, verbose=False).predict(**settings, api_name="/train")
