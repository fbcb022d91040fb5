"""The pitfalls page: each has its texts, and what came of a run is told and drawn."""

from html import unescape

import pytest

from losslens.training.pitfalls import HELD_OUT, PITFALLS, Outcome
from losslens.ui.explorer.pitfalls import outcome_html
from losslens.ui.i18n import WORDS
from support.shipped import WHOLE

EN = WORDS["en"]
RAN = Outcome(steps=[1, 10], losses=[2.0, 1.6], accuracies=[0.1, 0.5])


@pytest.mark.parametrize("language", WHOLE)
@pytest.mark.parametrize("key", PITFALLS)
def test_every_pitfall_is_told_in_every_language(key: str, language: str) -> None:
    assert WORDS[language].own[f"pitfalls.{key}.title"]
    assert WORDS[language].own[f"pitfalls.{key}.story"]


def test_an_error_is_quoted_and_only_what_ran_is_drawn() -> None:
    html = outcome_html(EN, Outcome(error="RuntimeError: a < b"), RAN)
    assert "a &lt; b" in html and EN["explorer.it_says"] in html
    assert EN["explorer.silent"] in html and "50.0%" in html
    assert html.count("<figure") == 2 and html.count('fill="none"') == 2


def test_a_warning_is_quoted_beside_its_curves() -> None:
    warned = Outcome("", "UserWarning: look", [1, 10], [-2.0, 1.0], [0.1, 0.2])
    html = outcome_html(EN, warned, RAN)
    assert "UserWarning: look" in html and EN["explorer.it_warns"] in html
    assert html.count('fill="none"') == 4 and ">-2<" in html  # the axis goes below 0


@pytest.mark.parametrize("language", WORDS)
def test_the_floor_is_drawn_and_the_held_out_digits_are_counted(language: str) -> None:
    words = WORDS[language]
    html = unescape(outcome_html(words, RAN, RAN, floor=1.4612))
    assert words["explorer.floor"].format(value="1.4612") in html
    assert html.count(words["explorer.chart_accuracy"].format(count=f"{HELD_OUT:,}")) >= 4
    assert words["explorer.floor"].format(value="1.4612") not in outcome_html(words, RAN, RAN)


def test_where_nothing_ran_nothing_is_drawn() -> None:
    failed = Outcome(error="NameError: F")
    assert "<figure" not in outcome_html(EN, failed, failed)
