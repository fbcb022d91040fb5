"""Who is there: which sessions have a stream open, and which page has been left.

A page holds its heartbeat open for as long as it is shown, and every caller a stream for as long as
an answer is awaited. So whoever holds none is gone, and what was kept or begun for them can go.
"""

import re
import time
from collections import Counter
from ipaddress import ip_address
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from losslens.ui.security.refusals import path_of, refusal
from losslens.ui.security.routes import SESSION

_MOST_OF_ONE = 400  # streams that one address may have open; a school has one address
_MOST = 3000  # of all together
_STREAM = re.compile(
    rf"/gradio_api/(?:(?P<beat>heartbeat)/|call/(?:v2/)?[\w-]+/)(?P<session>{SESSION})"
)


def address_of(scope: Scope) -> str:
    """The address of who sent a request: of a proxy within the own network, who it was sent by."""
    peer: str = (scope.get("client") or ("", 0))[0]
    try:
        nearby = not ip_address(peer).is_global
    except ValueError:
        return peer
    forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
    # The last one was added by the nearest proxy; a caller can make up the others.
    return forwarded.split(",")[-1].strip()[:64] or peer if nearby else peer


class Presence:
    """The sessions that have a stream open."""

    def __init__(self) -> None:
        self._listening: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        self._last_seen: dict[str, float] = {}
        self._streams_of: Counter[str] = Counter()

    def is_here(self, session: str) -> bool:
        """Whether anybody listens."""
        return self._listening[session] > 0 or self.has_page(session)

    def has_page(self, session: str) -> bool:
        """Whether the session's page, or Python client, is open."""
        return self._pages[session] > 0

    def gone_for(self, session: str) -> float:
        """Seconds since the session's last stream was closed; infinite where it had none."""
        if self.is_here(session):
            return 0.0
        return time.monotonic() - self._last_seen.get(session, float("-inf"))

    def enter(self, session: str, address: str, *, page: bool) -> bool:
        """Note a stream that opens; False where the address has too many."""
        if self._streams_of[address] >= _MOST_OF_ONE or self._streams_of.total() >= _MOST:
            return False
        self._streams_of[address] += 1
        (self._pages if page else self._listening)[session] += 1
        return True

    def leave(self, session: str, address: str, *, page: bool) -> None:
        """Note a stream that closes."""
        for counts, key in (
            (self._streams_of, address),
            (self._pages if page else self._listening, session),
        ):
            counts[key] -= 1
            if counts[key] <= 0:
                del counts[key]
        self._last_seen.pop(session, None)
        self._last_seen[session] = time.monotonic()
        while len(self._last_seen) > 2 * _MOST:
            del self._last_seen[next(iter(self._last_seen))]


class Attendance:
    """ASGI middleware that tells ``presence`` which streams open and close."""

    def __init__(self, app: ASGIApp, presence: Presence) -> None:
        self.app = app
        self._presence = presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note it for as long as it is answered."""
        found = _stream_of(scope)
        if found is None:
            await self.app(scope, receive, send)
            return
        session, page = found
        address = address_of(scope)
        if not self._presence.enter(session, address, page=page):
            sentence = "Too many pages or calls are open from your address; please close some."
            await refusal(429, sentence)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._presence.leave(session, address, page=page)


def streamed_session(scope: Scope) -> str | None:
    """The session of a page, or Python client, whose request listens to its answers."""
    if not _is_get(scope) or path_of(scope) != "/gradio_api/queue/data":
        return None
    asked = parse_qs(str(scope["query_string"], "latin-1"))
    return asked.get("session_hash", [""])[0]


def _stream_of(scope: Scope) -> tuple[str, bool] | None:
    """The session, or the event, that a request listens to, and whether as a page does."""
    match = _STREAM.fullmatch(path_of(scope)) if _is_get(scope) else None
    if match is not None:
        return match["session"], match["beat"] is not None
    session = streamed_session(scope)
    return None if session is None else (session, False)


def _is_get(scope: Scope) -> bool:
    return (scope["type"], scope.get("method")) == ("http", "GET")
