"""Two runs compared: their settings as text, what a page keeps of its runs, both side by side."""

from urllib.parse import parse_qs

import pytest
from markupsafe import Markup

from losslens.ui.i18n import WORDS
from losslens.ui.live.compared import (
    MOST_KEPT,
    Kept,
    compared_html,
    described,
    differing,
    query_of,
    settings_of,
    with_kept,
)
from losslens.ui.live.settings import PRESETS, first

FIRST = first()


def kept(query: str) -> Kept:
    return Kept(query, Markup(f"<p>{query} came to</p>"), Markup("<svg></svg>"))


@pytest.mark.parametrize("preset", PRESETS)
def test_settings_go_through_text_and_back(preset: str) -> None:
    values = FIRST | PRESETS[preset]
    assert settings_of(query_of(values, "")) == (values, "")


def test_only_what_is_not_usual_is_said_and_the_formula_with_its_loss() -> None:
    assert query_of(FIRST, "p_y") == ""
    own = FIRST | {"losses": ["own"], "wrong": 20}
    assert parse_qs(query_of(own, "-sum(e * logp)")) == {
        "losses": ["own"],
        "wrong": ["20"],
        "formula": ["-sum(e * logp)"],
    }


@pytest.mark.parametrize("text", [None, 3, ["wrong=20"], "x" * 5000, "&&&=="])
def test_what_is_no_settings_is_the_first(text: object) -> None:
    assert settings_of(text) == (FIRST, "")


@pytest.mark.parametrize("language", WORDS)
def test_what_differs_is_said_of_each(language: str) -> None:
    words = WORDS[language]
    this, other = differing("wrong=60&noise=asymmetric&epochs=3", "epochs=3&losses=gce", words)
    assert "60" in this and words["live.noise_asymmetric"] in this and words.loss("gce") in other
    assert words["live.epochs"] not in this + other
    assert differing("wrong=5", "wrong=5", words) == (words["live.compared.same"],) * 2
    assert "5" in described("wrong=5", words)
    assert described("", words) == words["live.preset_clean"]


def test_the_latest_runs_are_kept() -> None:
    runs: dict[str, Kept] = {}
    for number in range(MOST_KEPT + 2):
        runs = with_kept(runs, kept(f"wrong={number}"))
    assert list(runs) == [f"wrong={number}" for number in range(2, MOST_KEPT + 2)]
    again = with_kept(runs, kept("wrong=2"))
    assert list(again)[-1] == "wrong=2" and len(again) == MOST_KEPT


def test_both_stand_side_by_side() -> None:
    words = WORDS["en"]
    html = compared_html(kept("wrong=60"), kept(""), words)
    assert html.count("<article>") == 2 and html.index("wrong=60 came to") < html.index(
        " came to</p>", html.index("wrong=60 came to") + 20
    )
    assert words["live.compared.this"] in html and words["live.compared.other"] in html
