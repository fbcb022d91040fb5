"""The page that goes step by step: for every loss its numbers are those of the code, to the digits
shown; whose scores they are is said."""

import re
from html import unescape

import pytest
import torch
from torch import Tensor

from losslens.inference import predictor
from losslens.inference.predictor import Answer, Prediction
from losslens.losses import LOSSES, Loss
from losslens.losses.steps import supposed_counts
from losslens.tasks import TASKS
from losslens.ui.explorer.steps import steps_of
from losslens.ui.explorer.steps_view import digits
from losslens.ui.i18n import WORDS
from support.shipped import WHOLE, shipped

EN = WORDS["en"]


@pytest.fixture(scope="module")
def answered() -> Prediction:
    """The sample that the tab of digits opens with, answered by the shipped networks."""
    return predictor.predict_picture("digits", TASKS["digits"].opening().picture)


def shown(html: str, name: str) -> list[str]:
    """The numbers of a step, as they are on the page."""
    (step,) = re.findall(rf'<li class="step" data-name="{name}">.*?</li>', html, re.S)
    return [str(number) for number in re.findall(r"<b>([^<]*)</b></button>", step)]


def answer(prediction: Prediction, key: str) -> Answer:
    """Whose logits are shown for a loss."""
    given = {each.loss: each for each in prediction.given}
    return given.get(key) or given.get(LOSSES[key].same_as) or prediction.given[0]


@pytest.mark.parametrize("label", ["1", "3"])
@pytest.mark.parametrize("key", LOSSES)
def test_numbers_are_those_of_the_code_to_the_digits_shown(
    key: str, label: str, answered: Prediction
) -> None:
    html = unescape(steps_of(EN, "digits", key, (answered, label), 0.5))
    logits = torch.tensor([answer(answered, key).logits], dtype=torch.float64, requires_grad=True)
    loss = LOSSES[key].for_counts(supposed_counts(10))
    value = loss(logits, torch.tensor([int(label)])).sum()
    (slope,) = torch.autograd.grad(value, logits)
    after = loss(logits - 0.5 * slope, torch.tensor([int(label)]))
    assert shown(html, "z") == [digits(each) for each in logits[0].tolist()]
    assert shown(html, "L") == [digits(value.item())]
    assert shown(html, "g") == [digits(each) for each in slope[0].tolist()]
    assert shown(html, "L′") == [digits(after.item())]
    if "p" in (names := [step.name for step in LOSSES[key].steps]) and "u" not in names:
        assert shown(html, "p") == [digits(each) for each in logits.softmax(dim=1)[0].tolist()]


@pytest.mark.parametrize("language", WHOLE)
@pytest.mark.parametrize("key", LOSSES)
def test_every_step_is_said_in_a_sentence(key: str, language: str, answered: Prediction) -> None:
    words = WORDS[language]
    for step in LOSSES[key].steps:
        assert words.own[f"steps.said.{step.key}"]
    html = steps_of(words, "digits", key, (answered, ""), 0.5)
    assert 'said-of"></p>' not in html and "{" not in html


def test_no_sentence_is_left_over(answered: Prediction) -> None:
    said = {path for path in EN if path.startswith("steps.said.")}
    used = {step.key for loss in LOSSES.values() for step in loss.steps}
    used |= {"logits", "target", "counts", "value", "backpropagated", "rate", "sgd", "after"}
    assert said == {f"steps.said.{key}" for key in used}


def test_whose_scores_they_are_is_said(answered: Prediction) -> None:
    mine, tab = EN["steps.own"], EN.task("digits", "tab")
    own = unescape(steps_of(EN, "digits", "mse", (answered, ""), 0.5))
    assert mine.format(tab=tab) in own
    assert EN["steps.answers"].split("{")[0] in own
    empty = unescape(steps_of(EN, "digits", "mse", (None, ""), 0.5))
    assert EN["steps.sample"].format(tab=tab) in empty
    assert shown(empty, "z") == shown(own, "z")  # the sample is what was answered
    for loss, trained in (("nll", "cross_entropy"), ("label_smoothing", "kl_div")):
        assert loss not in shipped("digits")
        other = unescape(steps_of(EN, "digits", loss, (answered, ""), 0.5))
        assert f"trained under {EN.loss(trained)};" in re.sub(r"\s+", " ", other)


def test_the_true_class_is_what_is_said_else_the_answer(answered: Prediction) -> None:
    told = steps_of(EN, "digits", "cross_entropy", (answered, "4"), 0.5)
    assert shown(told, "e").index("1") == 4
    untold = steps_of(EN, "digits", "cross_entropy", (answered, "no class"), 0.5)
    assert str(shown(untold, "e").index("1")) == answer(answered, "cross_entropy").label


def test_other_tasks_have_their_own_classes() -> None:
    html = steps_of(EN, "pets", "bce", (None, "dog"), 0.5)
    assert re.findall(r"<small>(\w+)</small>", html)[:2] == [
        EN.label("pets", x) for x in ("cat", "dog")
    ]
    assert len(shown(html, "σ")) == 2


def test_what_the_step_came_to_is_said(answered: Prediction) -> None:
    def outcome(key: str, rate: float) -> str:
        html = unescape(steps_of(EN, "digits", key, (answered, "4"), rate))
        value, after = shown(html, "L")[0], shown(html, "L′")[0]
        falls = EN["steps.falls"].format(before=value, after=after)
        rises = EN["steps.rises"].format(before=value, after=after)
        (found,) = [
            each for each in (falls, rises, EN["steps.same"].format(value=value)) if each in html
        ]
        return {falls: "falls", rises: "rises"}.get(found, "same")

    assert outcome("cross_entropy", 0.5) == "falls"
    assert outcome("mse", 2.0) == "rises"  # d becomes -3 d
    assert outcome("mse", 1.0) == "same"  # and -d


def test_a_new_loss_shows_what_torch_computes(
    answered: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absolute(logits: Tensor, target: Tensor) -> Tensor:
        return (logits - torch.nn.functional.one_hot(target, logits.shape[1])).abs().sum(dim=1)

    monkeypatch.setitem(LOSSES, "absolute", Loss("absolute", "Absolute", absolute))
    html = steps_of(EN, "digits", "absolute", (answered, "7"), 0.5)
    assert set(shown(html, "g")) <= {"1", "−1"}
    assert EN["steps.said.backpropagated"] in html.striptags()  # a term in it is marked


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-2.5, "−2.5"),
        (0.33333, "0.3333"),
        (9999.4, "9999"),
        (12345.0, "1.23×10⁴"),
        (-0.00012, "−1.20×10⁻⁴"),
        (float("inf"), "∞"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_short(value: float, read: str) -> None:
    assert digits(value) == read
