"""The shape page: every loss at the visitor's logits, and what is not known of one left out."""

import re
from html import unescape

import gradio as gr
import pytest
import torch

from losslens.inference.predictor import Answer, Missing, Prediction
from losslens.losses import LOSSES, Loss
from losslens.losses.analysis import MAX_CLASSES, anatomy
from losslens.losses.catalogue import by_family, colour_of
from losslens.tasks import TASKS
from losslens.ui.explorer.shape import (
    Example,
    charts_through,
    example_of,
    facts_text,
    same_table,
    taking,
    values_table,
)
from losslens.ui.i18n import WORDS
from support.shipped import WHOLE, shipped

EN = WORDS["en"]
EXAMPLE = Example((2.0, 0.5, -1.0, 3.0), 1)


def test_an_example_knows_where_it_stands() -> None:
    assert EXAMPLE.others == (2.0, -1.0, 3.0) and EXAMPLE.margin == -2.5
    share = float(torch.tensor(EXAMPLE.logits).softmax(dim=0)[1])
    assert EXAMPLE.true_probability == pytest.approx(share)


@pytest.mark.parametrize(
    ("classes", "true_class", "wanted"),
    [(3, 2, (3, 2)), (2, 2, (2, 1)), (1, 0, (2, 0)), (99, -1, (MAX_CLASSES, 0))],
)
def test_sliders_out_of_step_still_make_an_example(
    classes: float, true_class: float, wanted: tuple[int, int]
) -> None:
    """Between two events the true class may be one that is no longer there."""
    example = example_of(classes, true_class, *[0.5] * MAX_CLASSES)
    assert (len(example.logits), example.target) == wanted


@pytest.mark.parametrize("language", WORDS)
def test_the_table_has_every_loss_and_every_logit(language: str) -> None:
    html = unescape(values_table(WORDS[language], EXAMPLE))
    assert re.findall(r'<tr data-loss="(\w+)">', html) == by_family(LOSSES)
    assert html.count('class="pull') == len(LOSSES) * (len(EXAMPLE.logits) + 1)
    for key, loss in LOSSES.items():
        value = anatomy(loss, list(EXAMPLE.logits), EXAMPLE.target).value
        assert f"<th>{WORDS[language].loss(key)}</th><td>{value:.4g}</td>" in html
    assert html.count('class="cell true"') == 1


def test_the_longest_bar_is_half_the_width() -> None:
    html = values_table(EN, Example((30.0, 0.0), 1))
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", html)]
    assert max(widths) == 50 and min(widths) >= 0


def test_every_chart_has_the_family_in_its_colours_and_marks_the_example() -> None:
    drawn = [loss.key for loss in LOSSES.values() if loss.family == "likelihood"]
    charts = charts_through(EN, "focal", EXAMPLE)
    assert charts.count("<figure") == 4
    assert charts.count(f"<title>{EN['explorer.you_are_here']}</title>") == 4
    for key in LOSSES:
        shown = key in drawn and not LOSSES[key].same_as
        assert charts.count(f'stroke="{colour_of(key)}"') == 4 * shown
    for key in ("gce", "nll"):  # one of another family, and one that another's curve hides
        charts_of = charts_through(EN, key, EXAMPLE)
        for each in (key, "cross_entropy"):
            assert charts_of.count(f'stroke="{colour_of(each)}"') == 4
    assert set(re.findall(r'stroke="([^"]*)" stroke-width="3"', charts)) == {colour_of("focal")}


def test_three_ways_to_write_cross_entropy_agree() -> None:
    html = same_table(EN, EXAMPLE)
    (greatest,) = re.findall(r"<b>(.*?)</b>", html)
    assert html.count("<tr>") == 4 and float(greatest) < 1e-12


@pytest.mark.parametrize("language", WHOLE)
@pytest.mark.parametrize("key", shipped("digits"))
def test_facts_say_all_that_is_known(key: str, language: str) -> None:
    words, loss = WORDS[language], LOSSES[key]
    text = facts_text(words, key)
    assert text.startswith(f"## {words.loss(key)}\n")
    assert f"$${loss.latex}$$" in text and f"```python\n{loss.code}\n```" in text
    assert f"[{loss.paper}]({loss.url})" in text and f"`{loss.torch_class}`" in text
    assert all(words.about_loss(key, part) in text for part in ("asks", "use", "avoid"))


def test_facts_leave_out_what_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "bare", Loss(key="bare", label="Bare", fn=LOSSES["mse"].fn))
    assert facts_text(EN, "bare") == "## Bare"
    monkeypatch.setitem(
        LOSSES, "coded", Loss("coded", "Coded", LOSSES["mse"].fn, code="loss = 0", paper="Me 2020")
    )
    text = facts_text(EN, "coded")
    assert "$$" not in text and "Me 2020" in text and "](" not in text
    assert f"{EN['explorer.facts_code_alone']}:\n```python\nloss = 0\n```" in text


def drawn(*answers: Answer | Missing) -> Prediction:
    return Prediction([*answers], torch.zeros(TASKS["digits"].shape), None)


def test_the_sliders_take_the_logits_of_a_drawing() -> None:
    task = TASKS["digits"]
    logits = [0.04, -20.0, 30.0, *[1.0] * (len(task.labels) - 3)]
    answer = Answer("focal", "2", logits, [], [])
    classes, truth, *sliders = taking(task, EN)(drawn(answer), "focal")
    assert classes == len(task.labels) and truth.value == 2
    values = [slider.value for slider in sliders[: len(task.labels)]]
    assert values[:4] == [0.0, -12.0, 12.0, 1.0]
    assert len(sliders) == MAX_CLASSES


def test_without_an_answer_the_sliders_stay_and_it_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(gr, "Info", told.append)
    take = taking(TASKS["digits"], EN)
    other = Answer("mse", "2", [0.0] * len(TASKS["digits"].labels), [], [])
    for prediction in (None, drawn(Missing("focal", "gone")), drawn(other)):
        assert len(take(prediction, "focal")) == MAX_CLASSES + 2
    tab = EN.task("digits", "tab")
    nothing = EN["explorer.no_drawing"].format(tab=tab)
    unmeasured = EN["explorer.not_measured"].format(loss=EN.loss("focal"))
    assert told == [nothing, nothing, unmeasured]
