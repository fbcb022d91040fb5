"""How much a request may send, by route, told before anything of it is parsed.

A megabyte of many small lists takes seconds and gigabytes to parse, and everybody else waits. So
the bytes are counted as they come, and brackets and commas with them.
"""

import asyncio
import re
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losslens.images.pen import MOST_POINTS
from losslens.ui.data_urls import MOST_CHARACTERS, MOST_MEGABYTES
from losslens.ui.security.refusals import path_of, refusal
from losslens.ui.security.routes import API, MCP, UPLOAD

MOST_BYTES = MOST_CHARACTERS + 1_000_000  # of a request: the largest photo as a data URL
_UPLOADED = MOST_MEGABYTES * 1_000_000 + 100_000  # a file, and what a form has around it
_ALL_BYTES = 10 * MOST_BYTES  # of all requests that are being received
_SMALL = 65_536  # bytes; what is smaller is not counted among all
_PATIENCE = 30.0  # seconds in which more of a body has to come
_NOT_STRUCTURE = bytes(set(range(256)) - set(b"[]{},"))
_BRACKETS = re.compile(rb"[\[\]{}]")


@dataclass(frozen=True)
class Limit:
    """What a body may be."""

    bytes: int
    values: int = 200  # commas and opening brackets
    depth: int = 20


# A drawing's strokes are lists of points [x, y]: a bracket and two commas each, and some more.
_PICTURE = Limit(MOST_BYTES, values=4 * MOST_POINTS)
_LIMITS = (
    (re.compile(rf"{API}/queue/join/?"), _PICTURE),
    (re.compile(rf"{API}/call/(v2/)?predict_\w+/?"), _PICTURE),
    (re.compile(rf"{MCP}(/.*)?"), _PICTURE),
    (re.compile(rf"{API}/call/.*"), Limit(20_000, values=1000)),
)
_OTHERWISE = Limit(2_000)


def limit_of(path: str) -> Limit:
    """What a body that is sent to a path may be."""
    return next((limit for pattern, limit in _LIMITS if pattern.fullmatch(path)), _OTHERWISE)


class TooMuch(ValueError):
    """A body that is refused: the status of the answer, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Bodies:
    """ASGI middleware that holds bodies to their limits."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._held = 0  # bytes of bodies that are being received or answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request once all of its body is here, and within the limits."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        path = path_of(scope).rstrip("/")
        if path == UPLOAD:  # goes to a file as it comes
            await self._upload(scope, receive, send)
            return
        try:
            body = await self._received(scope, receive, limit_of(path))
        except TooMuch as error:
            await refusal(error.status, str(error))(scope, receive, send)
            return
        if body is None:
            return  # the caller has left
        try:
            await self.app(scope, _replayed(body, receive), send)
        finally:
            self._let_go(len(body))

    async def _received(self, scope: Scope, receive: Receive, limit: Limit) -> bytes | None:
        _check_declared(scope, limit.bytes)
        body, kept = bytearray(), False
        try:
            while True:
                message = await _next(receive)
                if message["type"] != "http.request":
                    return None
                piece = message.get("body", b"")
                self._hold(len(piece))
                body += piece
                if len(body) > limit.bytes:
                    raise _too_large(limit.bytes)
                if not message.get("more_body"):
                    await _check_structure(bytes(body), limit)
                    kept = True
                    return bytes(body)
        finally:
            if not kept:
                self._let_go(len(body))

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await _next(receive)
            seen += len(message.get("body", b""))
            if seen > _UPLOADED:
                raise _too_large(_UPLOADED)
            return message

        try:
            _check_declared(scope, _UPLOADED)
            await self.app(scope, counted, send)
        except TooMuch as error:
            await refusal(error.status, str(error))(scope, receive, send)

    def _hold(self, count: int) -> None:
        self._held += count
        if count and self._held > _ALL_BYTES:
            self._held -= count
            raise TooMuch(503, "Too much is being sent here just now; please try again shortly.")

    def _let_go(self, count: int) -> None:
        self._held -= count


async def _next(receive: Receive) -> Message:
    try:
        return await asyncio.wait_for(receive(), _PATIENCE)
    except asyncio.TimeoutError:
        raise TooMuch(408, "The rest of the request did not come; please send it again.") from None


def _check_declared(scope: Scope, most: int) -> None:
    declared = dict(scope["headers"]).get(b"content-length", b"")
    if declared.isdigit() and int(declared) > most:
        raise _too_large(most)


def _too_large(most: int) -> TooMuch:
    return TooMuch(413, f"The request is larger than {most} bytes; make it or its picture smaller.")


async def _check_structure(body: bytes, limit: Limit) -> None:
    if len(body) > _SMALL:  # a large one is looked at while others are served
        await asyncio.to_thread(check_structure, body, limit)
    else:
        check_structure(body, limit)


def check_structure(body: bytes, limit: Limit) -> None:
    """Raise TooMuch for JSON of more values, or deeper, than the limit."""
    structure = body.translate(None, _NOT_STRUCTURE)
    values = sum(map(structure.count, (b",", b"[", b"{")))
    if values > limit.values:
        raise TooMuch(413, f"The request has more than {limit.values} values; send fewer.")
    depth = 0
    for bracket in _BRACKETS.findall(structure):
        depth += 1 if bracket in (b"[", b"{") else -1
        if depth > limit.depth:
            raise TooMuch(400, f"The request is nested more than {limit.depth} deep.")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What gives the body that is here already, and then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
