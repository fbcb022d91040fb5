"""The last handler: for a visitor a sentence, for the log a line, and never a traceback."""

import asyncio
import logging
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from gradio.route_utils import FnIndexInferError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losslens.ui.i18n import FALLBACK, WORDS
from losslens.ui.security.refusals import refusal, refused
from losslens.ui.security.routes import BY_NAME, CALL

_LOG = logging.getLogger("losslens")


def note(error: BaseException, where: str) -> None:
    """One line in the log on an error that nobody expected: what, and the line it came from."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at is not None else "?"
    said = " ".join(str(error).split())[:200]
    _LOG.error("%s failed: %s: %s (%s)", where, type(error).__name__, said, place)


def apology(page: str) -> gr.Error:
    """What a visitor is told of it, in the language of the page."""
    return refused(WORDS.get(page, WORDS[FALLBACK])["errors.fault"])


class Faults:
    """ASGI middleware that answers for whatever fails below it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; where that fails before an answer began, answer with a sentence."""
        began = False

        async def put(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, receive, put)
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise
        except Exception as error:
            if scope["type"] != "http":
                raise
            note(error, f"{scope['method']} {scope['path'][:100]}")
            if not began:
                answer = refusal(500, WORDS[FALLBACK]["errors.fault"])
                await answer(scope, receive, send)


async def _wrong_call(request: Request, error: Exception) -> JSONResponse:
    """A sentence on a call by name with a value missing or unknown; all else goes on as it was."""
    if not request.url.path.startswith(BY_NAME):
        raise error
    return refusal(422, f"/{request.url.path.removeprefix(BY_NAME)}: {error}")


async def _no_endpoint(request: Request, error: Exception) -> JSONResponse:
    """A sentence on a call of an endpoint that there is not; all else goes on as it was."""
    if CALL not in request.url.path:
        raise error
    return refusal(404, f"There is no endpoint /{request.url.path.split('/')[-1]}.")


async def _wrong_body(request: Request, error: Exception) -> JSONResponse:
    """A sentence on a body that is no JSON, or not the JSON of such a request."""
    assert isinstance(error, RequestValidationError)
    said = [f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors()[:3]]
    return refusal(422, f"The request is not as it should be. {'; '.join(said)}.")


HANDLERS: dict[Any, Any] = {
    TypeError: _wrong_call,
    KeyError: _no_endpoint,
    FnIndexInferError: _no_endpoint,
    RequestValidationError: _wrong_body,
}
