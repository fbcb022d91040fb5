"""Your own loss: drawn beside all others and checked, or refused where it is wrong."""

import re
from html import unescape

import pytest

from losslens.losses.catalogue import card_losses
from losslens.ui.explorer.own_loss import EXAMPLES, own_html
from losslens.ui.i18n import WORDS

EN = WORDS["en"]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_drawn_beside_all_losses(example: str, language: str) -> None:
    words = WORDS[language]
    html = unescape(own_html(words, EXAMPLES[example]))
    legend = re.findall(r'<div class="legend">(.*?)</div>', html)[0]
    assert legend.count("<button") == len(card_losses()) + 1 and words.loss("own") in legend
    assert words[f"explorer.example_{example}"]
    bad = re.findall(r'<li class="bad">(.*?)</li>', html)
    # The penalty grows as the softmax comes to be sure, beyond what cross-entropy still gains.
    assert bad == [words["soundness.not_decreasing"]] * (example == "penalty")
    assert "{" not in re.sub(r"<[^>]*>", "", html)


def test_a_loss_that_punishes_being_right_is_found_out() -> None:
    html = unescape(own_html(EN, "p_y"))
    bad = re.findall(r'<li class="bad">(.*?)</li>', html)
    assert EN["soundness.no_gradient"] in bad and EN["soundness.not_decreasing"] in bad


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize(
    ("text", "position", "marked"),
    [("sum(p) // 2", 8, "//"), ("q + 1", 1, "q"), ("sum(p) +", None, None), ("", None, " ")],
)
def test_what_is_wrong_is_marked_where_it_stands(
    text: str, position: int | None, marked: str | None, language: str
) -> None:
    html = unescape(own_html(WORDS[language], text))
    (pre,) = re.findall(r"<pre>(.*?)</pre>", html, re.S)
    (found,) = re.findall(r"<mark>(.*?)</mark>", pre, re.S)
    assert re.sub("</?mark>", "", pre).strip() == text.strip()
    assert marked is None or found == marked
    (place,) = re.findall(r"<p>(.*?)</p>", html)
    assert "{" not in place and (position is None or str(position) in place)


def test_what_is_typed_is_never_markup() -> None:
    assert "<script>" not in own_html(EN, "p < <script>")
