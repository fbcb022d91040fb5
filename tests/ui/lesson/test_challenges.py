"""The challenges: what is right is computed, every answer is judged, and the key is the code's."""

import math
import re
from dataclasses import replace
from pathlib import Path
from statistics import mean

import gradio as gr
import pytest
import torch
from torch import nn

from losslens.inference import predictor
from losslens.losses import LOSSES, functions
from losslens.study import runs
from losslens.tasks import TASKS
from losslens.training.lesson_catalogue import LESSON
from losslens.ui.i18n import WORDS
from losslens.ui.lesson.answer_key import answer_key
from losslens.ui.lesson.challenge_catalogue import CHALLENGES, Choice, Estimate
from losslens.ui.lesson.challenges import challenges_html, verdict_html
from losslens.ui.lesson.far_point import turned
from losslens.ui.lesson.verdicts import verdict
from support.shipped import WHOLE

EN = WORDS["en"]
CHOICES = {key: each.kind for key, each in CHALLENGES.items() if isinstance(each.kind, Choice)}
ESTIMATES = {key: each.kind for key, each in CHALLENGES.items() if isinstance(each.kind, Estimate)}


@pytest.mark.parametrize("language", WHOLE)
def test_ten_challenges_are_told_in_every_language(language: str) -> None:
    assert len(CHALLENGES) == 10
    for key in CHALLENGES:
        for part in ("title", "question", "hint", "why"):
            assert WORDS[language].own[f"challenges.all.{key}.{part}"]
    filled_in = re.sub(r"\{(right|total|page)\}", "", challenges_html(WORDS[language]))
    assert "{" not in filled_in  # these three the browser fills in


@pytest.mark.parametrize("key", CHOICES)
def test_each_choice_is_judged_by_its_figure(key: str) -> None:
    choice = CHOICES[key]
    figures = choice.figures()
    best = (max if choice.highest else min)(figures.values())
    for answer, figure in figures.items():
        said = verdict(EN, key, answer, None)
        assert said.right == (abs(figure - best) <= choice.margin)
        assert [bar.chosen for bar in said.bars] == [each == answer for each in figures]
    assert 0 < len(choice.right()) < len(figures) >= 3  # it can be missed


@pytest.mark.parametrize("key", ESTIMATES)
def test_an_estimate_is_right_within_its_tolerance(key: str) -> None:
    kind = ESTIMATES[key]
    truth = kind.truth()
    assert kind.low < truth - 2 * kind.tolerance and truth + 2 * kind.tolerance < kind.high
    assert verdict(EN, key, str(truth + 0.99 * kind.tolerance), None).right
    assert not verdict(EN, key, str(truth - 1.01 * kind.tolerance), None).right


def test_the_figures_are_those_of_the_losses_themselves() -> None:
    logits = torch.tensor([[6.0, 0.0, 0.0]], dtype=torch.float64, requires_grad=True)
    functions.cross_entropy(logits, torch.tensor([1])).sum().backward()
    assert logits.grad is not None
    assert CHOICES["pull"].figures()["cross_entropy"] == pytest.approx(-logits.grad[0, 1].item())
    perfect = nn.CrossEntropyLoss()(torch.eye(10), torch.arange(10)).item()
    assert ESTIMATES["twice"].truth() == pytest.approx(perfect, abs=1e-6)
    e = math.exp(1)
    assert ESTIMATES["temperature"].truth() == pytest.approx(e**2 / (e**2 + e + 1), abs=1e-6)
    assert CHOICES["rate"].figures()["0.5"] == pytest.approx(0, abs=1e-9)
    shares = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)

    def expected(p: float) -> float:
        rest = shares[1:] / shares[1:].sum() * (1 - p)
        logits = torch.cat([torch.tensor([p], dtype=torch.float64), rest]).log()
        values = LOSSES["focal"].fn(logits.expand(3, -1), torch.arange(3))
        return float((shares * values).sum())

    asked = ESTIMATES["asked"].truth()
    near = min((step / 100 for step in range(5, 96)), key=expected)
    assert asked == pytest.approx(near, abs=0.03)


def test_the_figures_of_the_study_are_means_over_its_seeds() -> None:
    place = runs.load().place("digits", "symmetric_60")
    figures = CHOICES["wrong_labels"].figures()
    assert len(figures) == 4
    for loss, figure in figures.items():
        assert figure == pytest.approx(mean(place[loss].measures["accuracy"]))


def test_a_far_point_turns_a_boundary_more_the_more_it_counts() -> None:
    def ignores(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        values = functions.cross_entropy(logits, target)
        return values * (torch.arange(len(values)) < 60)  # the point comes last

    deaf = replace(LOSSES["cross_entropy"], fn=ignores)
    assert turned(deaf) == pytest.approx(0, abs=0.1)
    assert turned(LOSSES["cross_entropy"]) > 1


@pytest.mark.parametrize(
    "asked", [None, 5, "", "pull", "other:1", "pull:hinge", "asked:nan", "asked:2", "twice:", [1]]
)
def test_what_no_page_sends_is_refused_in_a_sentence(asked: object) -> None:
    with pytest.raises(gr.Error, match=r"\.'$"):
        verdict_html(EN, asked, None)


def test_a_drawing_fools_only_where_the_networks_disagree() -> None:
    disputed = next(each for each in TASKS["digits"].samples() if each.disputed)
    sample = predictor.predict_picture("digits", disputed.picture)
    for nothing in (None, sample):
        assert verdict(EN, "fool", "", nothing).said == EN["challenges.draw_first"]
    faint = sample.features * 0.98  # no sample any more, and disputed all the same
    split = verdict(EN, "fool", "", predictor.predict("digits", faint))
    assert split.right and len(split.bars) == len(sample.given)
    plain = next(each for each in TASKS["digits"].samples() if each.key == "3")
    seen = predictor.find("digits", plain.picture).whole * 0.98
    agreed = verdict(EN, "fool", "", predictor.predict("digits", seen))
    assert agreed.right is False
    assert {bar.shown for bar in agreed.bars} == {"3"}


def test_the_key_for_teachers_is_computed() -> None:
    page = (Path(__file__).parents[3] / "docs" / "teachers.md").read_text(encoding="utf-8")
    (key,) = re.findall(r"<!-- key -->\n(.*?)\n<!-- key -->", page, re.S)
    assert key == answer_key(EN), "write it anew: python scripts/answer_key.py"
    titles = [line.split(" | ")[1] for line in page.splitlines() if re.match(r"\| \d+ \| ", line)]
    assert titles[:10] == [EN[f"lesson.pages.{page}.title"] for page in LESSON]
