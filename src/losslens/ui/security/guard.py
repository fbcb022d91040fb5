"""The guard: what a request may be, put together; and the app that says what is wrong with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import gradio as gr
from gradio import processing_utils
from gradio.exceptions import InvalidPathError
from starlette.middleware import Middleware

from losslens.ui.data_urls import WHAT_TO_SEND
from losslens.ui.page_head import Compressed, PageHead
from losslens.ui.security import uploads
from losslens.ui.security.bodies import Bodies
from losslens.ui.security.fair_queue import FairQueue
from losslens.ui.security.faults import HANDLERS, Faults, apology, note
from losslens.ui.security.headers import Headers, public_address
from losslens.ui.security.health import Health
from losslens.ui.security.idle_streams import IdleStreams
from losslens.ui.security.presence import Attendance, Presence
from losslens.ui.security.refusals import refused
from losslens.ui.security.routes import Routes
from losslens.ui.security.sessions import Sessions

_SWEEP = 60  # seconds between two looks at the uploads, at most


class App(gr.Blocks):
    """``gr.Blocks`` whose calls are queued fairly, and refused or apologised for in a sentence.

    An uploaded file is deleted ``uploads_stay`` seconds after it came, or a minute later.
    """

    def __init__(self, *, uploads_stay: int = uploads.STAYS, **named: Any) -> None:
        self.uploads = uploads.own_folder()  # before gradio asks where files go
        self.uploads_stay = uploads_stay
        self.presence = Presence()
        # Gradio deletes the files that it knows; ``_sweeping`` whatever else is there.
        super().__init__(delete_cache=(min(_SWEEP, uploads_stay), uploads_stay), **named)

    def queue(self) -> "App":
        """Queue calls; see ``FairQueue``.

        Gradio's own would make the whole web application, too, which ``launch`` makes anew.
        """
        self._queue: FairQueue = FairQueue(
            # Who waits is told so each second, not each time that anybody's turn comes: that would
            # be as many words as pairs of who waits.
            live_updates=False,
            concurrency_count=self.max_threads,
            update_intervals=1,
            max_size=None,
            blocks=self,
            presence=self.presence,
        )
        return self

    def owes_nothing(self, session: str) -> bool:
        """Whether a session has had the answers to all its calls."""
        return self._queue.owes_nothing(session)

    def launch(self, *arguments: Any, **named: Any) -> Any:
        """Serve the app under the guard."""
        named.setdefault("app_kwargs", app_options(self))
        named.setdefault("root_path", public_address())
        return super().launch(*arguments, **named)

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

    async def process_api(self, block_fn: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Answer a call; an error that nobody expected is a line in the log and an apology."""
        try:
            return await super().process_api(block_fn, *arguments, **named)
        except gr.Error as error:
            error.print_exception = False
            raise
        except Exception as error:
            function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
            note(error, f"the event {function.name}")
            raise apology(function.page) from None


async def _no_addresses(url: str, cache_dir: str) -> NoReturn:
    """In the place of gradio's download of a file that a caller names by address."""
    raise refused(f"A file is not fetched by its address: {WHAT_TO_SEND}.")


def app_options(app: App) -> dict[str, Any]:
    """What the web application itself is made with: the guard, from the outside in."""
    # The one door through which gradio fetches for a caller; nothing on these pages needs it.
    processing_utils.async_ssrf_protected_download = _no_addresses
    return {
        "middleware": [
            Middleware(Headers),
            Middleware(Faults),
            Middleware(Health),
            Middleware(Routes),
            Middleware(Attendance, presence=app.presence),
            Middleware(IdleStreams, owes_nothing=app.owes_nothing),
            Middleware(uploads.Quota, folder=app.uploads),
            Middleware(Bodies),
            Middleware(Compressed),
            Middleware(PageHead),
        ],
        "exception_handlers": HANDLERS,
        "lifespan": _lifespan,
    }


@asynccontextmanager
async def _lifespan(served: Any) -> AsyncIterator[None]:
    """While the app is served: sessions that forget, a queue without the dead, few uploads."""
    app: App = served.get_blocks()
    served.state_holder = Sessions(app.presence)
    served.state_holder.set_blocks(app)
    tasks = [
        asyncio.create_task(app._queue.watch()),
        asyncio.create_task(_sweeping(app.uploads, app.uploads_stay)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _sweeping(folder: Path, stay: int) -> None:
    while True:
        await asyncio.to_thread(uploads.empty, folder, stay)
        await asyncio.sleep(min(_SWEEP, stay))
