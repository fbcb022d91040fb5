"""The sentences on what differs: computed from the answers and the records of the losses alone."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch

from losslens.inference.predictor import Answer
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.ui.components.shares import VIEWS, View
from losslens.ui.components.summary import agreement, differences
from losslens.ui.i18n import WORDS

EN, DIGITS, PETS = WORDS["en"], TASKS["digits"], TASKS["pets"]


def answer(loss: str, label: str, share: float, task: str = "digits") -> Answer:
    """An answer of this softmax, calibrated and sigmoid; the other classes share the rest."""
    labels = TASKS[task].labels
    rest = (1 - share) / (len(labels) - 1)
    shares = [share if each == label else rest for each in labels]
    return Answer(loss, label, torch.tensor(shares).logit(eps=1e-6).tolist(), shares, shares)


def said(
    answers: Mapping[str, tuple[str, float]], view: View = "softmax", flagged: bool = False
) -> str:
    """All that is said of answers, by loss: a label and its probability."""
    given = [answer(loss, *each) for loss, each in answers.items()]
    return " ".join(
        [agreement(given, DIGITS, EN), *differences(given, DIGITS, view, flagged, EN)]
    ).strip()


AGREED = {
    "cross_entropy": ("7", 0.9999),
    "kl_div": ("7", 0.91),
    "mse": ("7", 0.232),
    "brier": ("7", 0.998),
    "focal": ("7", 0.97),
    "margin": ("7", 0.93),
}


def test_all_agree_and_a_softmax_that_can_show_no_more_is_explained() -> None:
    assert said(AGREED) == (
        "All 6 read 7. Squared error (logits) shows 23 %: the softmax of a perfect fit is just "
        "23 %. Most cautious: Focal (γ = 2), 97 %."
    )


def test_what_is_calibrated_needs_no_explanation_and_is_compared_as_it_is() -> None:
    assert said(AGREED, "calibrated") == (
        "All 6 read 7. Most cautious: Squared error (logits), 23 %."
    )


def test_far_from_a_perfect_fit_nothing_is_excused() -> None:
    doubtful = said(AGREED | {"mse": ("7", 0.15), "kl_div": ("7", 0.5)})
    assert doubtful == "All 6 read 7. Most cautious: Focal (γ = 2), 97 %."


def test_where_all_are_sure_nobody_is_called_cautious() -> None:
    certain = {"cross_entropy": ("1", 0.9999), "brier": ("1", 0.998), "bce": ("1", 1.0)}
    assert said(certain) == "All 3 read 1."


def test_one_that_stands_alone_is_named() -> None:
    alone = AGREED | {"focal": ("9", 0.55)}
    assert said(alone) == (
        "5 of 6 read 7; Focal (γ = 2) alone reads 9. Surest: Cross-entropy, > 99 % for 7. "
        "Most cautious: Focal (γ = 2), 55 % for 9."
    )


def test_of_a_split_few_are_named_and_many_counted() -> None:
    labels = dict(zip(card_losses(), "00000666", strict=True))
    split = {loss: (label, 0.6) for loss, label in labels.items()}
    assert said(split).startswith("5 of 8 read 0; 3 read 6. Surest: ")
    three = split | {"gce": ("8", 0.5), "margin": ("8", 0.5), "focal": ("6", 0.5)}
    names = "Margin (hinge), Generalised cross-entropy"
    assert said(three).startswith(f"5 of 8 read 0; {names} read 8; Focal (γ = 2) reads 6.")


def test_of_what_is_flagged_the_surest_is_named() -> None:
    assert said(AGREED, flagged=True) == (
        "All 6 read 7. Surest all the same: Cross-entropy, > 99 % for 7."
    )


def test_a_margin_is_never_called_sure_or_cautious_by_its_softmax() -> None:
    two = {"cross_entropy": ("7", 0.9), "margin": ("7", 0.3)}
    assert said(two) == "All 2 read 7."
    assert "Margin" not in said({**two, "brier": ("7", 0.95)})
    assert "Margin (hinge), 30 %" in said(two, "calibrated")


def test_without_answers_nothing_is_said() -> None:
    assert said({}) == "" and said({}, flagged=True) == ""


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("task", TASKS)
def test_any_loss_of_any_task_has_its_sentences(task: str, view: View, language: str) -> None:
    first, second, *_ = TASKS[task].labels
    words = WORDS[language]
    for labels in ([first] * len(LOSSES), [first, second] * (len(LOSSES) // 2)):
        given = [answer(loss, label, 0.9, task) for loss, label in zip(LOSSES, labels, strict=True)]
        for flagged in (True, False):
            sentences = differences(given, TASKS[task], view, flagged, words)
            assert sentences and not any("{" in each for each in sentences)
        assert words.label(task, first) in agreement(given, TASKS[task], words)


def test_a_loss_record_alone_decides_what_a_perfect_fit_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = replace(LOSSES["mse"], key="new", label="New", perfect_fit=lambda classes: 0.5)
    monkeypatch.setitem(LOSSES, "new", new)
    assert "New shows 49 %" in said({"new": ("7", 0.49), "cross_entropy": ("7", 0.97)})


def test_for_two_classes_the_same_fit_shows_more() -> None:
    given = [answer(loss, "cat", share, "pets") for loss, share in (("mse", 0.8), ("gce", 0.999))]
    (only,) = differences(given, PETS, "softmax", False, EN)
    assert only == ("Squared error (logits) shows 80 %: the softmax of a perfect fit is just 73 %.")
