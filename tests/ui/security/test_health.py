"""The health check: well, or what is wrong."""

import math
from dataclasses import replace
from typing import Any

import httpx
import pytest

from losslens.inference import predictor
from losslens.ui.security import health


def test_a_running_app_is_well(app_url: str) -> None:
    answer = httpx.get(f"{app_url}health", timeout=60)
    assert (answer.status_code, answer.json()) == (200, {"detail": "well"})


def test_an_answer_that_is_not_finite_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    predictor.forget()
    assert health.problem() == ""
    asked = predictor.predict

    def broken(task: str, image: Any) -> Any:
        told = asked(task, image)
        first, *others = told.answers
        return replace(told, answers=[replace(first, logits=[math.nan] * 2), *others])

    monkeypatch.setattr(predictor, "predict", broken)
    assert health.problem() == "digits: the answer of cross_entropy is not finite"


def test_a_task_without_networks_is_a_problem(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSLENS_MODELS", str(tmp_path))
    predictor.forget()
    assert "digits" in health.problem()
    predictor.forget()
