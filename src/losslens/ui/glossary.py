"""The glossary: the terms of the field that the pages use, what they mean, and marks on them.

A term is one record of a language's file, ``glossary.terms.<key>``: its ``name``, the ``forms`` in
which texts have it (with | between them), and what it ``means``.
"""

import re
from dataclasses import dataclass

from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words

_RECORDS = "glossary.terms."


@dataclass(frozen=True)
class Term:
    """A term, as texts have it and as it is explained."""

    key: str
    name: str
    forms: tuple[str, ...]
    means: str


def terms(words: Words) -> list[Term]:
    """All terms of a language, in the order of its file."""
    keys = dict.fromkeys(
        path.removeprefix(_RECORDS).split(".")[0] for path in words if path.startswith(_RECORDS)
    )
    return [_term(key, words) for key in keys]


def _term(key: str, words: Words) -> Term:
    name, forms, means = (words[f"{_RECORDS}{key}.{part}"] for part in ("name", "forms", "means"))
    return Term(key, name, tuple(forms.split("|")), means)


def glossary_html(words: Words) -> Markup:
    """All terms as a folded list, and the pop-up that shows one."""
    return render("glossary/glossary.html", words=words, terms=terms(words))


class Explainer:
    """Marks terms in texts, each where it appears first; one for each tab, or part of it that is
    made later."""

    def __init__(self, words: Words) -> None:
        self._key_of = {form.lower(): term.key for term in terms(words) for form in term.forms}
        longest_first = sorted(self._key_of, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_whole, longest_first)))
        self._marked: set[str] = set()

    def __call__(self, text: str) -> Markup:
        """The text, escaped, with marks on the terms that were not marked before."""
        marked, end = Markup(), 0
        for found in self._pattern.finditer(text):
            key = self._key_of[found[0].lower()]
            if key not in self._marked:
                self._marked.add(key)
                mark = render("glossary/mark.html", key=key, text=found[0])
                marked += Markup.escape(text[end : found.start()]) + mark
                end = found.end()
        return marked + Markup.escape(text[end:])


def _whole(form: str) -> str:
    """A pattern of a form where it is no part of a longer word."""
    before, after = _letters_like(form[0]), _letters_like(form[-1])
    # Case is of the form alone: to fold that of all kanji takes a tenth of a second.
    return f"(?<!{before})(?i:{re.escape(form)})(?!{after})"


def _letters_like(letter: str) -> str:
    """The letters that make one word with this one: Latin ones, or kanji and katakana. Hiragana
    makes none."""
    if letter.isascii():
        return "[A-Za-z0-9_-]"
    return "[々一-龯ァ-ヴー]" if re.match("[々一-龯ァ-ヴー]", letter) else r"\b\B"
