"""The routes that the pages, the API and MCP use; every other one of gradio's is closed.

Closed are, among others, those that write a session to disk and serve it back (``deep_link``), that
fetch an address for anyone (``file=http://...``, ``proxy=``), that skip the queue (``run``), and
those of features that this app has not (``process_recording``, ``vibe-*``).
"""

import re
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from losslens.ui.language_switch import is_page
from losslens.ui.security.refusals import path_of, refusal

API = "/gradio_api"
UPLOAD = f"{API}/upload"
CALL = f"{API}/call/"
BY_NAME = f"{CALL}v2/"
MCP = f"{API}/mcp"
SESSION = r"[\w.-]{1,80}"  # a session's or an event's name, which the caller chooses

_READ = (
    r"/(?:config/?|theme\.css|favicon\.ico|preview\.png|robots\.txt|manifest\.json)",
    r"/(?:assets|static|svelte)/.*",
    r"/gradio_api/(?:info/?|startup-events|app_id/?|theme\.css|queue/data|upload_progress)",
    # Of this machine's folder for uploads, never an address.
    r"/gradio_api/file[=/](?![A-Za-z][\w+.-]+:/).*",
)
_STREAMED = (rf"/gradio_api/heartbeat/{SESSION}", rf"/gradio_api/call/(?:v2/)?[\w-]+/{SESSION}")
# The component server answers the playground, whose one function checks what it is asked.
_SENT = (
    r"/gradio_api/(?:queue/join|cancel|reset|upload|component_server)/?",
    r"/gradio_api/call/(?:v2/)?[\w-]+/?",
)
_OF_MCP = (r"/gradio_api/mcp(?:/.*)?",)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.ASCII | re.DOTALL)


_OPEN_PAGES = ("GET", "HEAD", "OPTIONS")
_OPEN = {
    "GET": _any_of(_READ + _STREAMED + _OF_MCP),
    "HEAD": _any_of(_READ),
    "POST": _any_of(_SENT + _OF_MCP),
    "DELETE": _any_of(_OF_MCP),
    # What a browser asks before it sends; gradio's own CORS answers.
    "OPTIONS": _any_of(_READ + _STREAMED + _SENT + _OF_MCP),
}


def is_open(method: str, path: str) -> bool:
    """Whether a request of this kind goes on to gradio."""
    if method in _OPEN_PAGES and is_page(path):
        return True
    pattern = _OPEN.get(method)
    return pattern is not None and pattern.fullmatch(path) is not None


class Routes:
    """ASGI middleware that answers 404 to a request for a closed route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is open; websockets, which nothing here uses, are closed as well."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and not is_open(scope["method"], path_of(scope)):
            answer = refusal(404, "There is nothing here; see the page 'Use via API'.")
            await answer(scope, receive, send)
        elif scope["type"] == "http" and is_page(path_of(scope)):
            await self.app({**scope, "query_string": _without_page(scope)}, receive, send)
        else:
            await self.app(scope, receive, send)


def _without_page(scope: Scope) -> bytes:
    """The query of a request for a page without the name of another: gradio would look that up
    before the path's, and ends in a traceback where there is none of that name."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return urlencode([each for each in query if each[0] != "page"]).encode()
