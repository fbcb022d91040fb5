"""Which language a page speaks: there is one page a language, at / and /ja, from one catalogue.

Gradio's own ``gr.I18n`` is not enough here: it translates the fixed texts of components alone, not
what Python computes (cards, findings, curves) nor messages, and follows the browser without a
switch on the page. Gradio's few own texts (the upload box, the names of its buttons) follow
``navigator.language``, which its frontend reads once, as it starts. So a script that runs before it
tells it the page's language, and sends a visitor whose language is another to the other page.
"""

import json
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losslens.ui.html import Markup, render
from losslens.ui.i18n import FALLBACK, WORDS

_SCRIPT = (Path(__file__).parent / "static" / "language.js").read_text()


def route(language: str) -> str:
    """The path of the page in a language; "" at the root."""
    return "" if language == FALLBACK else language


def switch(language: str) -> Markup:
    """Links to the page in each language; the one that is shown is no link."""
    pages = {key: (words["language"], f"./{route(key)}") for key, words in WORDS.items()}
    return render("page/language_switch.html", shown=language, pages=pages)


def _script() -> bytes:
    return f"<script>const LANGUAGES = {json.dumps(list(WORDS))};\n{_SCRIPT}</script>".encode()


def _is_html(message: Message) -> bool:
    if message["type"] != "http.response.start":
        return False
    return b"text/html" in dict(message["headers"]).get(b"content-type", b"")


class PageLanguage:
    """ASGI middleware that puts the script at the top of every page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; of an HTML answer, the head with the script in it."""
        page: Message | None = None  # the start of an HTML answer, until its length is known

        async def put(message: Message) -> None:
            nonlocal page
            if _is_html(message):
                page = message
                return
            if page is not None:
                body = message["body"].replace(b"<head>", b"<head>" + _script(), 1)
                message = {**message, "body": body}
                await send(_resized(page, message))
                page = None
            await send(message)

        await self.app(scope, receive, put)


def _resized(start: Message, body: Message) -> Message:
    """The start of an answer with the length of its body, where that is all of it."""
    kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    if not body.get("more_body"):
        kept.append((b"content-length", str(len(body["body"])).encode()))
    return {**start, "headers": kept}
