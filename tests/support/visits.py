"""How visitors come: in a language, at a desk or with a phone."""

import pytest

from losslens.ui.language_switch import route

_LOCALES = {"en": "en-US", "ja": "ja-JP"}
_NAMES = ["wide", "phone dark ja"]

# Parametrizes a test: a wide window in English, and a dark phone in Japanese.
wide_and_phone = pytest.mark.parametrize(
    ("language", "width", "dark"), [("en", 1280, False), ("ja", 390, True)], ids=_NAMES
)
# The same with the height of the window, where what is below its end matters.
whole_screens = pytest.mark.parametrize(
    ("language", "width", "height", "dark"),
    [("en", 1280, 800, False), ("ja", 390, 844, True)],
    ids=_NAMES,
)


def in_language(language: str, rest: str = "") -> dict[str, str]:
    """The options of ``visit`` for the page in a language; ``rest`` follows in the address."""
    return {"path": route(language) + rest, "locale": _LOCALES[language]}
