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
from losslens.losses.catalogue import card_losses, colour_of, mark_of
from losslens.tasks import TASKS, Task
from losslens.ui.components.answers import Choices, answers_html, message, seen
from losslens.ui.components.shares import VIEWS, View
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


def test_the_heading_counts_who_agrees_and_the_sentences_follow() -> None:
    html = shown(digits("3", "3", "5", "3"))
    assert heading(html).startswith("3 of 4 read 3; ")
    (said,) = re.findall(r'<p class="difference">(.*?)</p>', html)
    assert re.fullmatch(r"Surest: .* for \d\. Most cautious: .* for \d\.", said)


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
    assert f'class="truth right">{words["predict.right"]}</span>' in said["3"]
    assert "truth" not in shown(digits("3", "5"), language=language)


def test_a_truth_line_has_the_networks_own_loss() -> None:
    given = [answer("cross_entropy", DIGITS.labels, "5"), answer("mse", DIGITS.labels, "3")]
    html = shown(Prediction(given, DIGITS.blank(), None), Choices(truth="5"))
    verdicts = re.findall(r'class="truth (right|wrong)"', html)
    values = re.findall(r'<p class="own-value">.*?: <b>([^<]*)</b></p>', html)
    right = math.log(math.exp(2) + len(DIGITS.labels) - 1) - 2  # the true logit is 2
    wrong = 2**2 + 1  # logits of 2 and 0 where the one-hot target has 0 and 1
    assert verdicts == ["right", "wrong"] and values == [f"{right:.4g}", f"{wrong:.4g}"]


def test_the_view_chooses_the_probabilities() -> None:
    views: dict[View, int] = {"softmax": 1, "calibrated": 2}  # and their temperatures
    html = {view: shown(digits("3"), Choices(view=view)) for view in views}
    for view, temperature in views.items():
        share = math.exp(2 / temperature) / (math.exp(2 / temperature) + len(DIGITS.labels) - 1)
        assert f"<b>{share:.1%}</b>" in html[view]
        assert html[view].count(f"--share:{share:.4f}") == 1
        assert html[view].count('class="bar') == len(DIGITS.labels) + 1  # and their group


def sure(share: float) -> str:
    """How sure a network is said to be whose answer has this probability."""
    others = (1 - share) / (len(DIGITS.labels) - 1)
    shares = [share if label == "3" else others for label in DIGITS.labels]
    given = replace(answer(FIRST, DIGITS.labels, "3"), softmax=shares)
    html = shown(Prediction([given], DIGITS.blank(), None))
    (text,) = re.findall(r'class="sure"><b>([^<]*)</b>', html)
    return str(text)


@pytest.mark.parametrize("share", [0.9995, 0.99951, 0.99999, 1.0])
def test_no_softmax_is_called_certain(share: float) -> None:
    assert sure(share) == ">99.9%"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.99949, "99.9%"), (0.9985, "99.9%"), (0.9983, "99.8%"), (0.5, "50.0%"), (0.1234, "12.3%")],
)
def test_all_else_is_rounded_to_a_tenth_of_a_percent(share: float, text: str) -> None:
    assert sure(share) == text


def test_a_card_has_a_bar_for_every_class_and_one_is_the_best() -> None:
    given = answer(FIRST, DIGITS.labels, "3")
    html = shown(Prediction([given], DIGITS.blank(), None))
    bars = re.findall(
        r'<div class="(bar[^"]*)"><span>(\d)</span>'
        r'<i style="--share:([\d.]+)"></i><em>([\d.]+)</em>',
        html,
    )
    assert [label for _, label, _, _ in bars] == list(DIGITS.labels)
    assert [label for kind, label, _, _ in bars if kind == "bar best"] == ["3"]
    for (_, _, *shown_shares), share in zip(bars, given.softmax, strict=True):
        assert shown_shares == [f"{share:.4f}", f"{share:.3f}"]


def test_a_loss_without_an_answer_says_why_in_its_own_card() -> None:
    problem = "The checkpoint <x> is damaged. Make it with: losslens train digits"
    given = [answer(FIRST, DIGITS.labels, "3"), Missing("focal", problem)]
    html = answers_html(DIGITS, Prediction(given, DIGITS.blank(), None), Choices(), EN)
    assert html.count('<details class="card"') == 1
    assert '<section class="card missing" data-loss="focal"' in html
    assert EN["predict.missing"].format(problem=problem) in unescape(html)
    assert "&lt;x&gt;" in html and "<x>" not in html
    untrained = Prediction([Missing(FIRST, problem, "losslens train")], DIGITS.blank(), None)
    said = EN["predict.not_measured"].format(command="losslens train")
    assert said in answers_html(DIGITS, untrained, Choices(), EN)
    none = Prediction([Missing(FIRST, problem)], DIGITS.blank(), None)
    assert "right-line" not in answers_html(DIGITS, none, Choices(truth="3"), EN)


@pytest.mark.parametrize("flagged", [True, False])
def test_a_flagged_picture_says_so(flagged: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictor, "is_flagged", lambda *_: flagged)
    assert (EN.task("digits", "flagged") in shown(digits("3"))) == flagged


@pytest.mark.parametrize(
    ("labels", "both", "flagged", "said"),
    [
        (("cat", "dog"), False, False, "unclear"),
        (("cat", "cat"), True, False, "unclear"),
        (("cat", "cat"), False, False, ""),
        (("cat", "dog"), True, True, "flagged"),
    ],
)
def test_networks_that_disagree_and_a_cat_beside_a_dog_are_said_to_be_unclear(
    labels: tuple[str, ...],
    both: bool,
    flagged: bool,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(predictor, "is_flagged", lambda *_: flagged)
    task = replace(PETS, shows_several=lambda features, networks, pets: both)
    monkeypatch.setitem(TASKS, "pets", task)
    given = [answer(loss, PETS.labels, each) for loss, each in zip(LOSSES, labels, strict=False)]
    html = answers_html(task, Prediction([*given], torch.zeros(1281, 10, 10), None), Choices(), EN)
    for kind in ("unclear", "flagged"):
        assert (EN.task("pets", kind) in html.striptags()) == (kind == said)


@pytest.mark.parametrize(("task", "percent"), [(DIGITS, 23), (PETS, 73)])
def test_the_note_on_a_perfect_fit_counts_the_classes(task: Task, percent: int) -> None:
    given = answer("mse", task.labels, task.labels[0])
    features = torch.zeros(1281, 10, 10)
    html = answers_html(task, Prediction([given], features, None), Choices(), EN)
    assert f"only {percent} %" in html and "{" not in html


def bars(html: str) -> list[float]:
    return [float(share) for share in re.findall(r"--share:([\d.]+)", html)]


@pytest.mark.parametrize("view", ["softmax", "calibrated", "own"])
@pytest.mark.parametrize("loss", ["cross_entropy", "bce", "mse", "margin"])
def test_a_card_draws_what_its_loss_means(loss: str, view: View) -> None:
    """One-vs-rest never asked for a softmax: its sigmoids stand there; the margin has no link."""
    given, own = answer(loss, DIGITS.labels, "3", lead=0.8), LOSSES[loss].link
    drawn = bars(shown(Prediction([given], DIGITS.blank(), None), Choices(view=view)))
    expected = given.calibrated if view == "calibrated" else given.softmax
    if own and (view == "own" or (loss == "bce" and view == "softmax")):
        expected = own(torch.tensor([given.logits]))[0].tolist()
    assert drawn == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("view", VIEWS)
def test_sure_is_said_only_of_probabilities_that_are_meant(view: View, language: str) -> None:
    words = WORDS[language]
    meant = {
        "softmax": {"cross_entropy", "brier", "bce"},
        "calibrated": set(card_losses()),
        "own": set(card_losses()) - {"margin"},
    }[view]
    given = [answer(loss, DIGITS.labels, "3") for loss in card_losses()]
    html = shown(Prediction([*given], DIGITS.blank(), None), Choices(view=view), language)
    said = dict(re.findall(r'data-loss="(\w+)".*?</b> <span>(.*?)</span>', html, re.DOTALL))
    sure, not_meant = words["predict.confident"], words["predict.unmeant"]
    assert said == {loss: sure if loss in meant else not_meant for loss in card_losses()}
    assert html.count('class="top unmeant"') == len(card_losses()) - len(meant)


def test_a_line_has_the_colour_and_mark_of_its_loss_and_the_runner_up() -> None:
    given = replace(
        answer("focal", DIGITS.labels, "3"), softmax=[0.1, 0, 0, 0.6, 0, 0, 0, 0.3, 0, 0]
    )
    html = shown(Prediction([given], DIGITS.blank(), None))
    line = html[html.index("<details") : html.index("</summary>")]
    assert f"--colour:{colour_of('focal')}" in line and "--top:0.6000" in line
    assert EN["predict.second"].format(answer="7", share="30.0%") in line
    missing = Prediction([Missing("focal", "gone")], DIGITS.blank(), None)
    (drawn,) = set(re.findall(r'<svg class="mark.*?</svg>', line + shown(missing)))
    others = shown(digits(*"33333"))
    assert mark_of("focal") == "star" and drawn not in others


def test_without_a_saliency_method_there_is_no_map() -> None:
    plain = replace(DIGITS, saliency=None)
    html = answers_html(plain, digits("3"), Choices(), EN)
    assert "heat" not in html and 'class="heat' in shown(digits("3"))


def test_labels_have_the_names_of_the_language() -> None:
    given = Prediction([answer(FIRST, PETS.labels, "cat")], torch.zeros(1281, 10, 10), None)
    html = answers_html(PETS, given, Choices(), WORDS["ja"])
    assert "猫" in html and 'data-answer="cat"' in html


def test_what_the_networks_see_has_the_tasks_size() -> None:
    small = replace(DIGITS, shape=(1, 6, 9))
    html = seen(None, small, EN)
    assert "9 × 6 pixels" in html and "data:image/png" in html
    assert seen(torch.ones(small.shape), small, EN) != html


def test_a_message_is_text() -> None:
    assert "&lt;script&gt;" in message("<script>")
