"""The pages of the lesson: what is shown is what runs, and what came of it is said."""

import re
from html import unescape

import gradio as gr
import pytest

from losslens.inference import predictor
from losslens.tasks import TASKS
from losslens.training.lesson_catalogue import LESSON
from losslens.ui.i18n import WORDS
from losslens.ui.lesson.pages import lesson_html, outputs_html
from losslens.ui.lesson.reader import Brought
from support.shipped import WHOLE

EN = WORDS["en"]
NOTHING = Brought(None, "", None)


@pytest.mark.parametrize("language", WHOLE)
def test_the_code_that_stands_on_the_page_is_the_code_that_runs(language: str) -> None:
    blocks = re.findall(r"<code>(.*?)</code>", lesson_html(WORDS[language]), re.S)
    shown = [unescape(re.sub(r"<[^>]+>", "", block)).removesuffix("\n") for block in blocks]
    assert shown == [code for page in LESSON.values() for code in page.snippets.values()]


@pytest.mark.parametrize("language", WHOLE)
def test_every_page_is_told_in_every_language(language: str) -> None:
    own = WORDS[language].own
    for key, page in LESSON.items():
        parts = ["title", "text", *(("breaks", "mends") if page.mended else ())]
        assert all(own[f"lesson.pages.{key}.{part}"] for part in parts), key
        assert (f"lesson.pages.{key}.on" in own) == bool(page.tab)


def test_what_differs_is_marked_on_both_sides() -> None:
    changed = re.findall(r'<span class="line changed">(.*?)\n?</span>', lesson_html(EN), re.S)
    marked = [unescape(re.sub(r"<[^>]+>", "", line)) for line in changed]
    assert "probs = model(paper).softmax(dim=1)" in marked
    assert "probs = model(1 - paper).softmax(dim=1)" in marked
    assert not any("optimizer" in line for line in marked)


@pytest.mark.parametrize("asked", [None, 3, "", "linear", "linear:other", "all:usual", ["all"]])
def test_what_no_page_asks_for_is_refused_in_a_sentence(asked: object) -> None:
    with pytest.raises(gr.Error, match=r"\.'$"):
        outputs_html(EN, asked, NOTHING)


def test_code_runs_on_the_visitors_own_drawing_with_the_class_that_was_named() -> None:
    digits = TASKS["digits"]
    seven = next(each for each in digits.samples() if each.key == "7")
    drawing = predictor.predict_picture("digits", seven.picture)
    own = outputs_html(EN, "kl_div:mended", Brought(drawing, "", None))
    named = outputs_html(EN, "kl_div:mended", Brought(drawing, "2", None))
    sample = outputs_html(EN, "kl_div:mended", NOTHING)
    losses = [float(re.findall(r"loss (\d+\.\d+)", text)[0]) for text in (own, named)]
    assert losses[0] < 0.1 < losses[1]
    assert EN["lesson.own"].format(tab=EN.task("digits", "tab")) in unescape(own)
    assert EN["lesson.sample"].format(tab=EN.task("digits", "tab")) in unescape(sample)
    assert 'alt="7"' in own and 'alt="2"' in named


def test_a_message_of_torchs_stands_on_the_page_as_it_is() -> None:
    html = outputs_html(EN, "kl_div:usual", NOTHING)
    (message,) = re.findall(r'<pre class="error">(.*?)</pre>', html)
    assert unescape(message) == "RuntimeError: kl_div: Integral inputs not supported."
    assert "Traceback" not in html


def test_without_networks_it_says_what_to_do(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSLENS_MODELS", str(tmp_path))
    predictor.forget()
    try:
        assert "losslens train digits" in outputs_html(EN, "linear:usual", NOTHING)
    finally:
        predictor.forget()
