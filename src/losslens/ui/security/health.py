"""Whether the app is well: the route that a container's health check asks."""

import asyncio
import math
import time

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from losslens.checkpoints.files import CheckpointError
from losslens.inference import predictor
from losslens.tasks import TASKS
from losslens.ui.security.faults import note
from losslens.ui.security.refusals import path_of, refusal

PATH = "/health"
_STAYS = 10.0  # seconds for which a finding holds


def problem() -> str:
    """What is wrong with the answers to an empty picture of each task; empty where nothing is.

    A loss that was not trained yet is no fault; a task without any network that can answer is.
    """
    for key, task in TASKS.items():
        try:
            given = predictor.predict(key, task.blank()).given
        except CheckpointError as error:
            return f"{key}: {error}"
        except Exception as error:  # whatever it is, the app is not well
            note(error, f"the health check of {key}")
            return f"{key}: no answer ({type(error).__name__})"
        if not given:
            return f"{key}: no network answers"
        for answer in given:
            if not all(map(math.isfinite, [*answer.logits, *answer.softmax])):
                return f"{key}: the answer of {answer.loss} is not finite"
    return ""


class Health:
    """ASGI middleware that answers ``/health``: 200, or 503 and what is wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._found, self._at = "", -math.inf
        self._lock: asyncio.Lock | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or path_of(scope) != PATH:
            await self.app(scope, receive, send)
            return
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:  # however many ask, it is looked at once
            if time.monotonic() - self._at > _STAYS:
                self._found = await asyncio.to_thread(problem)
                self._at = time.monotonic()
        answer = refusal(503, self._found) if self._found else JSONResponse({"detail": "well"})
        await answer(scope, receive, send)
