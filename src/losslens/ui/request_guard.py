"""The request guard: what a request may be, and a sentence for whoever sends another.

Gradio answers a call with a value missing with ``{"error": null}`` or "Internal Server Error",
reads a body of any size, and downloads a file that a caller names by address.
"""

from typing import Any, NoReturn

import gradio as gr
from fastapi import Request
from fastapi.responses import JSONResponse
from gradio import processing_utils
from gradio.exceptions import InvalidPathError
from gradio.route_utils import FnIndexInferError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losslens.ui.data_urls import WHAT_TO_SEND
from losslens.ui.language_switch import PageLanguage

MOST_BYTES = 30_000_000  # of a request: the largest photo as a data URL, and some more
_CALL = "/gradio_api/call/"
_BY_NAME = _CALL + "v2/"


class App(gr.Blocks):
    """``gr.Blocks`` that says what is wrong with the values of a call."""

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Raise ``gr.Error`` where a call has too few values."""
        wanted = len(block_fn.inputs)
        if len(inputs) < wanted:
            raise refused(
                f"/{block_fn.api_name} takes {wanted} values and got {len(inputs)}; "
                "see the page 'Use via API'."
            )

    async def preprocess_data(self, *arguments: Any, **named: Any) -> Any:
        """Raise ``gr.Error`` where a value names a file of this machine."""
        try:
            return await super().preprocess_data(*arguments, **named)
        except InvalidPathError:
            raise refused(
                f"A file must be uploaded first; its path here is not read: {WHAT_TO_SEND}."
            ) from None


def refused(sentence: str) -> gr.Error:
    """The error that a caller or visitor is told, in one sentence."""
    return gr.Error(sentence, print_exception=False)


class LimitBody:
    """Middleware that refuses a body larger than ``most`` bytes, before it is in memory."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what comes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self.most:
            await JSONResponse({"detail": self._said}, status_code=413)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise HTTPException(413, self._said)
            return message

        await self.app(scope, counted, send)

    @property
    def _said(self) -> str:
        return f"The request is larger than {self.most} bytes; make the picture smaller."


async def _wrong_call(request: Request, error: Exception) -> JSONResponse:
    """A sentence on a call by name with a value missing or unknown; all else goes on as it was."""
    if not request.url.path.startswith(_BY_NAME):
        raise error
    return JSONResponse(
        {"detail": f"/{request.url.path.removeprefix(_BY_NAME)}: {error}"}, status_code=422
    )


async def _no_endpoint(request: Request, error: Exception) -> JSONResponse:
    """A sentence on a call of an endpoint that there is not; all else goes on as it was."""
    if _CALL not in request.url.path:
        raise error
    return JSONResponse(
        {"detail": f"There is no endpoint /{request.url.path.split('/')[-1]}."}, status_code=404
    )


async def _no_addresses(url: str, cache_dir: str) -> NoReturn:
    """In the place of gradio's download of a file that a caller names by address."""
    raise refused(f"A file is not fetched by its address: {WHAT_TO_SEND}.")


def app_options() -> dict[str, Any]:
    """What the web application itself is made with."""
    # The one door through which gradio fetches for a caller; nothing on these pages needs it.
    processing_utils.async_ssrf_protected_download = _no_addresses
    return {
        "middleware": [Middleware(LimitBody, most=MOST_BYTES), Middleware(PageLanguage)],
        "exception_handlers": {
            TypeError: _wrong_call,
            KeyError: _no_endpoint,
            FnIndexInferError: _no_endpoint,
        },
    }
