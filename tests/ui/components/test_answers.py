"""The cards: who agrees, who is right, and each network's answer, for any task and language."""

import math
import re
from dataclasses import replace
from html import unescape

import pytest
import torch

from losslens.inference import predictor
from losslens.inference.predictor import Answer, Missing, Prediction
from losslens.losses import LOSSES
from losslens.tasks import TASKS, Task
from losslens.ui.components.answers import Choices, View, answers_html, message, seen
from losslens.ui.i18n import WORDS

EN, DIGITS, PETS = WORDS["en"], TASKS["digits"], TASKS["pets"]
FIRST = next(iter(LOSSES))


def answer(loss: str, labels: tuple[str, ...], label: str, lead: float = 2.0) -> Answer:
    """An answer whose logit leads all others by ``lead``; calibrated by a temperature of 2."""
    logits = torch.zeros(len(labels))
    logits[labels.index(label)] = lead
    shares = [(logits / temperature).softmax(dim=0).tolist() for temperature in (1, 2)]
    return Answer(loss, label, logits.tolist(), *shares)


def digits(*labels: str) -> Prediction:
    """A prediction with these answers, by the first losses of the catalogue."""
    given = [answer(loss, DIGITS.labels, each) for loss, each in zip(LOSSES, labels, strict=False)]
    return Prediction([*given], DIGITS.blank(), None)


NOT_SAID = Choices()


def shown(prediction: Prediction, choices: Choices = NOT_SAID, language: str = "en") -> str:
    return unescape(answers_html(DIGITS, prediction, choices, WORDS[language]))


def heading(html: str) -> str:
    (found,) = re.findall(r'<h2 class="verdict">(.*?)</h2>', html)
    return str(found)


def test_the_heading_counts_who_agrees() -> None:
    assert heading(shown(digits("3", "3", "3"))) == "All 3 read 3."
    second, third = (EN.loss(loss) for loss in [*LOSSES][1:3])
    assert heading(shown(digits("3", "5", "3"))) == f"2 of 3 read 3; {second} reads 5."
    split = digits("3", "5", "5", "3", "3")
    assert f"3 of 5 read 3; {second}, {third} read 5." == heading(shown(split))
    assert heading(shown(digits())) == ""


@pytest.mark.parametrize("language", WORDS)
def test_with_the_truth_it_says_who_was_right(language: str) -> None:
    words = WORDS[language]
    said = {
        truth: shown(digits("3", "5"), Choices(truth=truth), language) for truth in ("3", "5", "7")
    }
    assert words["predict.right_line"].format(losses=words.loss(FIRST)) in said["3"]
    assert words["predict.right_none"] in said["7"]
    assert words["predict.right_all"] in shown(digits("3", "3"), Choices(truth="3"), language)
    assert said["3"].count('class="truth right"') == said["3"].count('class="truth wrong"') == 1
    assert "truth" not in shown(digits("3", "5"), language=language)


def test_the_truth_line_has_the_networks_own_loss() -> None:
    html = shown(digits("3"), Choices(truth="5"))
    value = math.log(math.exp(2) + len(DIGITS.labels) - 1)  # cross-entropy: the true logit is 0
    assert FIRST == "cross_entropy" and f"<b>{value:.4g}</b>" in html


def test_the_view_chooses_the_probabilities() -> None:
    views: dict[View, int] = {"softmax": 1, "calibrated": 2}  # and their temperatures
    html = {view: shown(digits("3"), Choices(view=view)) for view in views}
    for view, temperature in views.items():
        share = math.exp(2 / temperature) / (math.exp(2 / temperature) + len(DIGITS.labels) - 1)
        assert f"<b>{share:.1%}</b>" in html[view]
        assert html[view].count(f"--share:{share:.4f}") == 1
        assert html[view].count('class="bar') == len(DIGITS.labels) + 1  # and their group


def test_no_softmax_is_called_certain() -> None:
    sure = Prediction([answer(FIRST, DIGITS.labels, "3", lead=50)], DIGITS.blank(), None)
    assert ">99.9%" in shown(sure)


def test_a_loss_without_an_answer_says_why() -> None:
    problem = "Not measured yet. Make it with: losslens train digits --loss <x>"
    html = answers_html(
        DIGITS, Prediction([Missing(FIRST, problem)], DIGITS.blank(), None), Choices("3"), EN
    )
    assert EN["predict.missing"].format(problem=problem) in unescape(html)
    assert "&lt;x&gt;" in html and 'class="card missing"' in html
    assert "right-line" not in html


@pytest.mark.parametrize("flagged", [True, False])
def test_a_flagged_picture_says_so(flagged: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictor, "is_flagged", lambda *_: flagged)
    assert (EN.task("digits", "flagged") in shown(digits("3"))) == flagged


@pytest.mark.parametrize(("task", "percent"), [(DIGITS, 23), (PETS, 73)])
def test_the_note_on_a_perfect_fit_counts_the_classes(task: Task, percent: int) -> None:
    given = answer("mse", task.labels, task.labels[0])
    html = answers_html(task, Prediction([given], torch.zeros(1), None), Choices(), EN)
    assert f"only {percent} %" in html and "{" not in html


def test_without_a_saliency_method_there_is_no_map() -> None:
    plain = replace(DIGITS, saliency=None)
    html = answers_html(plain, digits("3"), Choices(), EN)
    assert "heat" not in html and 'class="heat' in shown(digits("3"))


def test_labels_have_the_names_of_the_language() -> None:
    given = Prediction([answer(FIRST, PETS.labels, "cat")], torch.zeros(1), None)
    html = answers_html(PETS, given, Choices(), WORDS["ja"])
    assert "猫" in html and 'data-answer="cat"' in html


def test_what_the_networks_see_has_the_tasks_size() -> None:
    small = replace(DIGITS, shape=(1, 6, 9))
    html = seen(None, small, EN)
    assert "9 × 6 pixels" in html and "data:image/png" in html
    assert seen(torch.ones(small.shape), small, EN) != html


def test_a_message_is_text() -> None:
    assert "&lt;script&gt;" in message("<script>")
