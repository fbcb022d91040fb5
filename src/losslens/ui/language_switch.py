"""Which language a page speaks: there is one page a language, at / and /ja, from one catalogue.

Gradio's own ``gr.I18n`` is not enough here: it translates the fixed texts of components alone, not
what Python computes (cards, findings, curves) nor messages, and follows the browser without a
switch on the page. Gradio's few own texts (the upload box, the names of its buttons) follow
``navigator.language``, which its frontend reads once, as it starts. So a script that runs before it
tells it the page's language, and sends a visitor whose language is another to the other page.
"""

from pathlib import Path

from losslens.ui.html import Markup, render
from losslens.ui.i18n import FALLBACK, WORDS

_SCRIPT = (Path(__file__).parent / "static" / "language.js").read_text()


def route(language: str) -> str:
    """The path of the page in a language; "" at the root."""
    return "" if language == FALLBACK else language


def is_page(path: str) -> bool:
    """Whether a path is that of a page, in any language."""
    return path.strip("/") in map(route, WORDS)


def switch(language: str) -> Markup:
    """Links to the page in each language; the one that is shown is no link."""
    pages = {key: (words["language"], f"./{route(key)}") for key, words in WORDS.items()}
    return render("page/language_switch.html", shown=language, pages=pages)


def script() -> Markup:
    """The element that tells a page its language, and sends a visitor of another to that page."""
    return render("page/language.html", languages=list(WORDS), script=Markup(_SCRIPT))


def language_of(path: str) -> str:
    """Which language the page at a path speaks."""
    last = path.rstrip("/").split("/")[-1]
    return last if last in WORDS else FALLBACK
