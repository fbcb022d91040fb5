"""What gradio leaves undone of every page: in its head the page's language, its icon, and what
other sites show of a link to it; and that it is sent compressed."""

import re
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losslens.ui.html import render
from losslens.ui.i18n import WORDS
from losslens.ui.language_switch import is_page, language_of, script
from losslens.ui.security.headers import public_address
from losslens.ui.security.refusals import path_of

TITLE = "Loss Lens"
PICTURE = Path(__file__).parent / "static" / "preview.png"  # 1200 x 630; scripts/screenshots.py
_PATH = "preview.png"
_LEVEL = 5  # of 9: a higher one takes longer than it saves
# Gradio's own, of which some are about Gradio.
_THEIRS = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


def _head(request: Request) -> bytes:
    """What stands first in the head of a page. The address of a picture must be a whole one."""
    path = path_of(request.scope)
    words = WORDS[language_of(path)]
    address = public_address().rstrip("/") or str(request.base_url).rstrip("/")
    preview = render(
        "page/preview.html",
        title=TITLE,
        description=words["common.tagline"],
        url=f"{address}{path}",
        picture=f"{address}/{_PATH}",
    )
    return f"<head>{script()}{preview}".encode()


def _is_html(message: Message) -> bool:
    if message["type"] != "http.response.start":
        return False
    return b"text/html" in dict(message["headers"]).get(b"content-type", b"")


class PageHead:
    """ASGI middleware that completes the head of every page, and serves the preview's picture."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; of an HTML answer, the head with more in it."""
        if scope["type"] == "http" and scope["path"].endswith(f"/{_PATH}"):
            await FileResponse(PICTURE)(scope, receive, send)
            return
        page: Message | None = None  # the start of an HTML answer, until its length is known

        async def put(message: Message) -> None:
            nonlocal page
            if _is_html(message):
                page = message
                return
            if page is not None:
                body = _THEIRS.sub(b"", message["body"])
                body = body.replace(b"<head>", _head(Request(scope)), 1)
                message = {**message, "body": body}
                await send(_resized(page, message))
                page = None
            await send(message)

        await self.app(scope, receive, put)


class Compressed:
    """ASGI middleware that compresses the pages; gradio's own leaves what has no file's name as it
    is, which is the largest part of a first visit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._compressed = GZipMiddleware(app, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; of a page, the answer compressed where the browser takes it."""
        page = scope["type"] == "http" and is_page(path_of(scope))
        await (self._compressed if page else self.app)(scope, receive, send)


def _resized(start: Message, body: Message) -> Message:
    """The start of an answer with the length of its body, where that is all of it."""
    kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    if not body.get("more_body"):
        kept.append((b"content-length", str(len(body["body"])).encode()))
    return {**start, "headers": kept}
