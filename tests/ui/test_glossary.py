"""Terms are marked where they first appear, and every mark leads to an entry of the glossary."""

import re

import pytest

from losslens.ui.glossary import Explainer, glossary_html, terms
from losslens.ui.i18n import WORDS, Words
from support.shipped import WHOLE

EN = WORDS["en"]


@pytest.mark.parametrize("language", WORDS)
def test_every_term_that_can_be_marked_is_in_the_list(language: str) -> None:
    words = WORDS[language]
    html = glossary_html(words)
    for term in terms(words):
        for form in term.forms:
            (key,) = re.findall('data-term="([^"]+)"', Explainer(words)(form))
            assert f'id="gloss-{key}"' in html and key == term.key, form
        assert len(term.means) > 15 and term.means in html.unescape()


@pytest.mark.parametrize("language", WHOLE)
def test_every_term_is_used_by_the_pages(language: str) -> None:
    words = WORDS[language]
    explain = Explainer(words)
    texts = (explain(text) for path, text in words.items() if not path.startswith("glossary."))
    marked = {key for text in texts for key in re.findall('data-term="([^"]+)"', text)}
    assert marked == {term.key for term in terms(words)}


def test_a_term_is_marked_once_as_a_word_of_its_own_and_the_rest_is_escaped() -> None:
    explain = Explainer(EN)
    html = explain("Batches of <logits>: one logit, a seedling, the Calibration error.")
    assert re.findall('data-term="([^"]+)"', html) == ["batch", "logits", "calibration_error"]
    assert html.striptags() == "Batches of <logits>: one logit, a seedling, the Calibration error."
    assert "&lt;<button" in html and "</button>&gt;" in html
    assert explain("batch, calibrated").count("<button") == 1  # the batch is known by now


def test_what_is_a_part_of_a_longer_japanese_word_is_no_term() -> None:
    html = Explainer(WORDS["ja"])("一般化交差エントロピーと、交差エントロピーのバッチサイズ")
    assert html.count("<button") == 1 and "一般化交差エントロピーと、<button" in html


def test_a_language_without_a_term_has_it_in_english() -> None:
    fallback = dict(EN)
    words = Words("xx", {"glossary.terms.seed.name": "graine"}, fallback)
    named = {term.key: term.name for term in terms(words)}
    assert named["seed"] == "graine" and named["batch"] == "batch"
