"""A stream on which nothing would ever come is ended at once.

Where a call is answered before the page has read that it was taken, gradio's client opens one more
stream for an answer that it already has (about one page load in fifty), and keeps it open.
"""

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from losslens.ui.security.presence import streamed_session

_CLOSE = 'data: {"msg": "close_stream"}\n\n'  # as gradio ends a stream, gradio.server_messages


class IdleStreams:
    """ASGI middleware that closes the streams of sessions to which the app owes no answer."""

    def __init__(self, app: ASGIApp, owes_nothing: Callable[[str], bool]) -> None:
        self.app = app
        self._owes_nothing = owes_nothing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say that there is nothing to come."""
        session = streamed_session(scope)
        if session is None or not self._owes_nothing(session):
            await self.app(scope, receive, send)
            return
        await Response(_CLOSE, media_type="text/event-stream")(scope, receive, send)
