"""What the pages say: every language says the same things, and English stands in for what it
lacks."""

from pathlib import Path
from string import Formatter

import pytest

from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.ui.i18n import FALLBACK, WORDS, Words, load_locales, missing, read_locale
from support.shipped import WHOLE

ENGLISH = WORDS[FALLBACK]


@pytest.mark.parametrize("language", WHOLE)
def test_a_whole_language_lacks_nothing(language: str) -> None:
    assert missing(language) == []


@pytest.mark.parametrize("language", WORDS)
def test_a_language_says_nothing_that_english_does_not(language: str) -> None:
    assert WORDS[language].own.keys() <= ENGLISH.keys()


@pytest.mark.parametrize("language", WORDS)
def test_every_language_fills_in_the_same_values(language: str) -> None:
    for path, text in ENGLISH.items():
        assert placeholders(WORDS[language][path]) == placeholders(text), path


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_catalogue_entry_without_texts_has_what_any_has() -> None:
    assert ENGLISH.loss("focal") == LOSSES["focal"].label
    assert (
        ENGLISH.loss("unheard_of") == "unheard_of"
        and ENGLISH.about_loss("unheard_of", "note") == ""
    )
    assert ENGLISH.task("bars", "tab") == "bars" and ENGLISH.label("bars", "left") == "left"
    assert ENGLISH.task("digits", "tab") == ENGLISH["tasks.digits.tab"]
    named = ENGLISH.names(list(LOSSES))
    assert all(ENGLISH.loss(loss) in named for loss in LOSSES)


def test_a_language_of_a_few_texts_says_the_rest_in_english(tmp_path: Path) -> None:
    (tmp_path / "fr.yaml").write_text("language: Français\nlive: {start: Démarrer}\n", "utf-8")
    found = load_locales(tmp_path)
    assert list(found) == [FALLBACK, "fr"]
    french = found["fr"]
    assert french.own == {"language": "Français", "live.start": "Démarrer"}
    assert french["live.start"] == "Démarrer" and french["live.pause"] == ENGLISH["live.pause"]
    assert french.task("digits", "tab") == ENGLISH["tasks.digits.tab"]
    assert len(french) == len(ENGLISH)


@pytest.mark.parametrize("text", ["", "- a list", "live: {start: Go}", "language: {a: b}"])
def test_a_file_of_another_form_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"xx\.yaml must be a YAML mapping"):
        read_locale(path)


@pytest.mark.parametrize("key", TASKS)
def test_a_tasks_own_texts_are_among_those_of_any_task(key: str) -> None:
    """Else they would be read nowhere, or be missing where another task is shown."""
    any_task = {path.split(".")[2] for path in ENGLISH if path.startswith("tasks.default.")}
    own = {path.split(".")[2] for path in ENGLISH if path.startswith(f"tasks.{key}.")}
    assert own <= any_task | {"labels", "samples"}


def test_words_are_a_mapping_of_its_own_texts_over_the_fallbacks() -> None:
    words = Words("xx", {"a": "eigen"}, {"a": "own", "b": "other"})
    assert dict(words) == {"a": "eigen", "b": "other"} and words.get("c") is None
