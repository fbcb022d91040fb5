"""The pad's HTML: a canvas, and a button for each sample that a task has."""

import re
from dataclasses import replace

import numpy as np
import pytest

from losslens.tasks import TASKS
from losslens.ui.components.drawing_pad import pad_html
from losslens.ui.data_urls import decode
from losslens.ui.i18n import WORDS

DIGITS = TASKS["digits"]


@pytest.mark.parametrize("language", WORDS)
def test_every_sample_has_a_named_button(language: str) -> None:
    words = WORDS[language]
    html = pad_html(DIGITS, words)
    named = re.findall(r'class="pad-sample[ "][^>]* aria-label="([^"]*)"', html)
    name = words.task("digits", "sample")
    assert named[:10] == [f"{name} {label}" for label in DIGITS.labels]
    assert named[10:] == [
        f"{name} {sample.key}, {words['predict.disputed']}" for sample in DIGITS.samples()[10:]
    ]
    for sample, url in zip(DIGITS.samples(), re.findall(r'src="([^"]*)"', html), strict=True):
        shown = decode(url)
        assert (np.asarray(shown)[..., 0] == np.asarray(sample.picture)).all()
    assert words.task("digits", "pad_hint") in html


def test_a_task_without_samples_has_a_pad_without_them() -> None:
    html = pad_html(replace(DIGITS, key="letters", samples=list), WORDS["en"])
    assert "<canvas" in html and "pad-samples" not in html
    assert WORDS["en"]["tasks.default.pad_hint"] in html


def test_gradio_finds_no_placeholder_in_it() -> None:
    """Its own template language would fill them."""
    assert not re.search(r"\$\{|\{\{", pad_html(DIGITS, WORDS["en"]))
