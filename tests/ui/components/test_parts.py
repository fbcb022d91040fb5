"""The strip of a picture's parts: one sentence, and a button for each part."""

import re
from html import unescape

import pytest

from losslens.inference.predictor import Answer, Prediction, Reading
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.ui.components.parts import parts_html
from losslens.ui.i18n import WORDS

DIGITS = TASKS["digits"]


def part(*labels: str) -> Prediction:
    """A prediction with these answers, by the first losses of the catalogue."""
    shares = [0.1] * len(DIGITS.labels)
    answers = zip(LOSSES, labels, strict=False)
    given = [Answer(loss, each, shares, shares, shares) for loss, each in answers]
    return Prediction([*given], DIGITS.blank(), None)


def strip(*rows: list[Prediction], language: str = "en") -> str:
    reading = Reading(part("0"), tuple(map(tuple, rows)))
    return unescape(parts_html(DIGITS, reading, WORDS[language]))


def test_one_digit_has_no_strip() -> None:
    assert strip() == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "3 digits, left to right: 407. All 2 read 407."),
        ("ja", "数字が 3 個あります：407。2 個すべてが 407 と読みました。"),
    ],
)
def test_a_number_that_all_read_alike(language: str, said: str) -> None:
    number = [part(digit, digit) for digit in "407"]
    html = strip(number, language=language)
    assert said in html
    assert re.findall(r'data-index="(\d)" aria-pressed="(\w+)"', html) == [
        ("0", "true"),
        ("1", "false"),
        ("2", "false"),
    ]
    assert re.findall(r"<span>(\d)</span>", html) == list("407")


def test_where_losses_disagree_the_place_is_named() -> None:
    html = strip([part("4", "4", "4"), part("0", "6", "0")])
    other = WORDS["en"].loss(list(LOSSES)[1])
    assert f"40. On digit 2 the losses disagree: 2 of 3 read 0; {other} alone reads 6." in html


def test_two_rows_are_said() -> None:
    assert "3 digits in 2 rows: 12 / 7." in strip([part("1"), part("2")], [part("7")])
