"""What browsers are told to refuse, and by which address the app is called.

Gradio's page has scripts in it and compiles others, so a Content-Security-Policy can admit no less
than these; it does keep the page from loading or sending anything elsewhere, and other sites from
framing it, but for what is asked for with ``?embed=1``.
"""

import ipaddress
import os
import re
import socket
from functools import cache
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losslens.ui.language_switch import is_page
from losslens.ui.security.refusals import path_of, refusal
from losslens.ui.security.routes import API

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_FRAMES = "https://huggingface.co https://*.huggingface.co"  # show a Space in a frame
_PLAIN = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "microphone=(), geolocation=(), payment=(), usb=()",
}
_HOST = re.compile(r"([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_NAMES = (b"host", b"x-forwarded-host")
# Ends of names that no public name server answers for: RFC 6761, 6762, 8375 and ICANN's "internal".
_LOCAL = (".localhost", ".local", ".home.arpa", ".internal", ".lan", ".localdomain")
_UNKNOWN_NAME = (
    "This app does not know itself by the Host of this request. Whoever runs it can name its "
    "address: GRADIO_ROOT_PATH=https://lens.example.org"
)
# Beside the pages, what names the address that it was asked at.
_NAMING = ("/config", f"{API}/info")


def public_address() -> str:
    """The address that visitors call, where it is known: GRADIO_ROOT_PATH, or that of the Space."""
    named = os.environ.get("GRADIO_ROOT_PATH", "")
    space = os.environ.get("SPACE_HOST", "")
    return named or (f"https://{space}" if space else "")


def security_headers(*, framed: bool = False) -> dict[str, str]:
    """The headers of every answer, or of a page that is ``framed``: by any site, and by slides that
    are files."""
    on_space = "SPACE_ID" in os.environ
    frames = f"'self' {_FRAMES}" if on_space else "'self'"
    policy = _POLICY if framed else _POLICY | {"frame-ancestors": frames}
    said = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items())
    }
    anyone = framed or on_space
    return said | _PLAIN | ({} if anyone else {"x-frame-options": "SAMEORIGIN"})


def _is_embedded(scope: Scope) -> bool:
    """Whether a page is asked for as it is made for frames. It knows no visitor by name and acts
    for none, so a site that frames it gains nothing by it."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return is_page(path_of(scope)) and query.get("embed") in (["1"], ["true"])


class Headers:
    """ASGI middleware that adds these headers, and refuses a Host that cannot be the app's.

    Where the app's own address is not known, gradio takes it from there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._said = security_headers()
        self._framed = security_headers(framed=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def put(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                said = self._framed if _is_embedded(scope) else self._said
                for name, value in said.items():
                    headers.setdefault(name, value)
                # Of an address that a caller made up nobody else may be told: no cache keeps it.
                is_html = "text/html" in headers.get("content-type", "")
                if is_html or path_of(scope).rstrip("/") in _NAMING:
                    headers["cache-control"] = "no-store"
            await send(message)

        if not public_address() and not _is_asked_by_an_own_name(scope):
            await refusal(400, _UNKNOWN_NAME)(scope, receive, put)
            return
        await self.app(scope, receive, put)


def _is_asked_by_an_own_name(scope: Scope) -> bool:
    """Whether every Host names this machine or one of its network.

    A public name may be anybody's: a page of that name, turned to this address, could read the app
    on a visitor's own machine ("DNS rebinding").
    """
    values = [value.decode("latin-1") for name, value in scope["headers"] if name in _NAMES]
    own = scope.get("server") or ("", None)
    return all(
        _is_local(name.strip(), str(own[0])) for value in values for name in value.split(",")
    )


def _is_local(host: str, own_address: str) -> bool:
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found[1].lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return "." not in name or name.endswith(_LOCAL) or name == _own_name()
    return not address.is_global or str(address) == own_address


@cache
def _own_name() -> str:
    return socket.gethostname().lower()
