"""A visitor asks which loss to take, in Chromium: answers, the matrix by keyboard, and the way to
live training."""

from typing import Any

import pytest

from losslens.study.advice import Situation, advise
from losslens.study.runs import load
from losslens.ui.choose.sentences import sentences
from losslens.ui.i18n import WORDS
from support.pages import open_tab, settled, violations
from support.visits import in_language

VISITS = [("en", 1280, False), ("ja", 390, True), ("en", 390, False)]


def expected(situation: Situation, language: str) -> str:
    return sentences(advise(situation, load()), load(), WORDS[language])[0]


def recommended(page: Any, sentence: str) -> None:
    """Wait until this is what is recommended."""
    page.locator(".recommendation", has_text=sentence).wait_for()


@pytest.mark.parametrize(
    ("language", "width", "dark"), VISITS, ids=["wide", "phone dark ja", "phone"]
)
def test_answers_lead_to_one_loss_and_a_cell_to_its_runs(
    visit: Any, language: str, width: int, dark: bool
) -> None:
    page, words = visit(**in_language(language), width=width, dark=dark).page, WORDS[language]
    open_tab(page, words["tabs.choose"])
    recommended(page, expected(Situation(), language))
    page.locator("#choose-wrong input[value='symmetric_40']").check()
    recommended(page, expected(Situation(wrong="symmetric_40"), language))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".choose-matrix button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".choose-runs tbody tr")
    assert page.locator(".choose-runs tbody tr").count() >= 3
    assert violations(page) == []


def test_train_it_now_opens_live_training_set_so(visit: Any) -> None:
    page, words = visit().page, WORDS["en"]
    open_tab(page, words["tabs.choose"])
    page.locator("#choose-rare input[value='100']").check()
    recommended(page, expected(Situation(rare="100"), "en"))
    settled(page)  # the link opens the page anew, and gradio says what it then leaves unanswered
    page.locator(".choose-advice .train").click()
    page.wait_for_selector("#live-link")
    page.wait_for_function("() => location.search.includes('imbalance=100')")
    assert page.locator("#live-losses input:checked").count() == 2
