"""The page of probabilities: every loss in its family, with what it asks for and its own link."""

import re
from html import unescape

import pytest

from losslens.losses import LOSSES
from losslens.losses.analysis import asked
from losslens.losses.catalogue import FAMILIES, by_family
from losslens.ui.explorer.asked import asked_table, link_in_words
from losslens.ui.i18n import WORDS
from support.shipped import WHOLE

EN = WORDS["en"]


def row(html: str, key: str) -> str:
    (found,) = re.findall(rf'<tr data-loss="{key}">.*?</tr>', html, re.S)
    return str(found)


def test_all_losses_stand_in_their_families_with_what_they_ask_for() -> None:
    html = unescape(asked_table(EN, False, 0.6, 0.3, 0.1))
    assert re.findall(r'<tr data-loss="(\w+)">', html) == by_family(LOSSES)
    assert all(EN[f"families.{family}"] in html for family in FAMILIES)
    for key, loss in LOSSES.items():
        asks = asked(loss, (0.6, 0.3, 0.1))
        assert re.findall(r"<b>([\d.]+)</b>", row(html, key)) == [f"{p:.2f}" for p in asks.softmax]
        assert ("0.60 · 0.30 · 0.10" in row(html, key)) == (loss.link is not None)


def test_the_sliders_are_proportions_and_the_counts_concern_rare_classes_alone() -> None:
    html = asked_table(EN, False, 1.0, 1.0, 0.05)
    assert "0.49 · 0.49 · 0.02" in html
    plain, counted = (asked_table(EN, here, 0.6, 0.3, 0.1) for here in (False, True))
    changed = {key for key in LOSSES if row(plain, key) != row(counted, key)}
    assert changed == {key for key, loss in LOSSES.items() if loss.uses_counts}
    assert "0.33" in row(counted, "logit_adjusted")


@pytest.mark.parametrize("language", WHOLE)
@pytest.mark.parametrize("key", LOSSES)
def test_every_link_is_said_in_words(key: str, language: str) -> None:
    assert link_in_words(WORDS[language], LOSSES[key])
    assert WORDS[language].own[f"families.{LOSSES[key].family}"]
