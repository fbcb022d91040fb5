"""A loss taken apart: the curves pass through the logits themselves, their weights have the known
closed forms, and what a network cannot learn from is found."""

import math

import pytest
import torch
from torch import Tensor

from losslens.losses import LOSSES, Loss
from losslens.losses.analysis import MAX_CLASSES, anatomy, check, curves, value_and_gradient
from losslens.losses.formula import parse

KNOWN = torch.tensor([[math.log(0.5), math.log(0.3), math.log(0.2)]], dtype=torch.float64)
TRUE = torch.tensor([1])
LOGITS = [1.5, -0.5, 2.0, 0.25, -3.0, 0.0, 1.0, -1.0, 0.5, 2.5]


def test_a_value_that_does_not_depend_on_the_logits_has_no_slope() -> None:
    def constant(logits: Tensor, target: Tensor) -> Tensor:
        return torch.ones(len(target), requires_grad=True) * 3

    value, slope = value_and_gradient(Loss("three", "Three", constant), KNOWN, TRUE)
    assert value.tolist() == [3] and slope.tolist() == [[0, 0, 0]]


def test_value_and_slope_come_even_where_gradients_are_off_and_leave_the_logits_alone() -> None:
    with torch.inference_mode(False), torch.no_grad():
        value, slope = value_and_gradient(LOSSES["cross_entropy"], KNOWN, TRUE)
    assert value.item() == pytest.approx(-math.log(0.3)) and not value.requires_grad
    assert slope[0].tolist() == pytest.approx([0.5, -0.7, 0.2])
    assert not KNOWN.requires_grad


@pytest.mark.parametrize("classes", range(2, MAX_CLASSES + 1))
@pytest.mark.parametrize("key", LOSSES)
def test_the_curve_passes_through_the_logits_it_is_drawn_for(key: str, classes: int) -> None:
    logits = LOGITS[:classes]
    here, drawn = anatomy(LOSSES[key], logits, 0), curves(LOSSES[key], tuple(logits[1:]))
    index = next(
        i
        for i, margin in enumerate(drawn.margin)
        if margin == pytest.approx(logits[0] - max(logits[1:]), abs=1e-9)
    )
    assert drawn.value[index] == pytest.approx(here.value, abs=1e-9)
    assert drawn.true_probability[index] == pytest.approx(here.softmax[0], abs=1e-9)
    assert drawn.weight[index] * (1 - here.softmax[0]) == pytest.approx(-here.gradient[0], abs=1e-9)


@pytest.mark.parametrize(
    ("loss", "weight"),
    [
        (LOSSES["cross_entropy"], lambda p: torch.ones_like(p)),
        (LOSSES["gce"], lambda p: p**0.7),
        (LOSSES["focal"], lambda p: (1 - p) ** 2 - 2 * p * (1 - p) * p.log()),
        (parse("-sum(e * logp) + (1 - p_y)"), lambda p: 1 + p),
    ],
    ids=["cross_entropy", "gce", "focal", "poly1"],
)
def test_the_weight_is_the_closed_form_in_p_y_whatever_the_other_logits(loss, weight) -> None:
    for others in ((0.0,), (0.0,) * 9, (3.0, -1.0, 0.5)):
        drawn = curves(loss, others)
        expected = weight(torch.tensor(drawn.true_probability, dtype=torch.float64))
        torch.testing.assert_close(
            torch.tensor(drawn.weight, dtype=torch.float64), expected, rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize(
    ("logits", "target", "said"),
    [
        ([1.0], 0, f"from 2 to {MAX_CLASSES}"),
        ([0.0] * (MAX_CLASSES + 1), 0, f"from 2 to {MAX_CLASSES}"),
        ([0.0, float("nan")], 0, "from -50"),
        ([0.0, 1.0], 2, "true class"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(logits: list[float], target: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        anatomy(LOSSES["mse"], logits, target)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("sum(abs(p - e))", {"finite", "gradient_finite", "learns", "decreasing", "bounded"}),
        (
            "-sum(e * logp) + (1 - p_y)",
            {"finite", "gradient_finite", "learns", "decreasing", "bounded"},
        ),
        ("p_y", {"finite", "gradient_finite", "no_gradient", "not_decreasing", "bounded"}),
        (
            "1 / relu(p_y - 0.5)",
            {"not_finite", "gradient_finite", "learns", "decreasing", "bounded"},
        ),
        (
            "sqrt(p_y - 2)",
            {"not_finite", "gradient_not_finite", "no_gradient", "decreasing", "bounded"},
        ),
        (
            "where(p_y > 0.5, 0, 1) + 0 * p_y",
            {"finite", "gradient_finite", "no_gradient", "decreasing", "bounded"},
        ),
        (
            "-sum(e * z)",
            {"finite", "gradient_finite", "learns", "decreasing", "unbounded"},
        ),
        (
            "-sum(e * log(p)) - sum((1 - e) * log(1 - p))",
            {"not_finite", "gradient_not_finite", "learns", "decreasing", "bounded"},
        ),
        (
            "-sum(e * logp) + 0.1 * sum(p * logp)",
            {"finite", "gradient_finite", "learns", "not_decreasing", "bounded"},
        ),
        ("sum((z - e) ** 2)", {"finite", "gradient_finite", "learns", "not_decreasing", "bounded"}),
    ],
)
def test_findings(text: str, kinds: set[str]) -> None:
    assert {finding.kind for finding in check(parse(text))} == kinds


def test_a_formula_that_is_infinite_only_for_large_logits_is_found() -> None:
    kinds = {finding.kind for finding in check(parse("p_y / (1 - p_y) - log(p_y)"))}
    assert kinds >= {"not_finite", "gradient_not_finite"}


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_of_the_catalogue_can_teach(key: str) -> None:
    good = {finding.kind for finding in check(LOSSES[key]) if finding.good}
    assert good >= {"finite", "gradient_finite", "learns", "bounded"}
