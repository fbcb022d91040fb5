"""The folder of uploaded files: one for this process, emptied at its start and end, and bounded."""

import atexit
import os
import shutil
import tempfile
import time
from asyncio import to_thread
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from losslens.ui.security.refusals import path_of, refusal
from losslens.ui.security.routes import UPLOAD

MOST_BYTES = 1_000_000_000  # in the folder: fifty of the largest photos
MOST_FILES = 5_000
STAYS = 600  # seconds for which a file is kept
_NAME = "losslens-uploads-"


def own_folder() -> Path:
    """The empty folder of this process, below GRADIO_TEMP_DIR or the system's; gradio uses it.

    Folders of processes that are gone, killed perhaps, are removed.
    """
    named = os.environ.get("GRADIO_TEMP_DIR")
    above = Path(named or tempfile.gettempdir()).resolve()
    if above.name.startswith(_NAME):  # set here before: another app in the same process
        return above
    above.mkdir(parents=True, exist_ok=True)
    for folder in above.glob(f"{_NAME}*"):
        number = folder.name.removeprefix(_NAME)
        if not (number.isdigit() and _is_alive(int(number))) or int(number) == os.getpid():
            shutil.rmtree(folder, ignore_errors=True)
    own = above / f"{_NAME}{os.getpid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(own)
    atexit.register(empty, own)
    return own


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True


def empty(folder: Path, older_than: float = 0.0) -> None:
    """Delete the files in a folder that are older than so many seconds, and folders left empty."""
    latest = time.time() - older_than
    for file in list(_files(folder)):
        with suppress(OSError):
            if older_than == 0 or file.stat().st_mtime < latest:
                file.unlink()
                file.parent.rmdir()  # where it was the last one


def _files(folder: Path) -> Iterator[Path]:
    for above, _, names in os.walk(folder):
        yield from (Path(above) / name for name in names)


def used(folder: Path) -> tuple[int, int]:
    """Bytes and files in a folder."""
    total = count = 0
    for file in _files(folder):
        with suppress(OSError):
            total, count = total + file.stat().st_size, count + 1
    return total, count


class Quota:
    """ASGI middleware that refuses uploads while the folder is full."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app = app
        self._folder = folder
        self._coming = 0  # bytes of uploads that are under way, and perhaps not in files yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an upload only where there is room for it."""
        if scope["type"] != "http" or path_of(scope).rstrip("/") != UPLOAD:
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"")
        with self._counted(int(declared) if declared.isdigit() else 0):
            size, files = await to_thread(used, self._folder)
            if size + self._coming > MOST_BYTES or files >= MOST_FILES:
                sentence = (
                    "There is no room for another upload just now; please try again in ten minutes."
                )
                await refusal(507, sentence)(scope, receive, send)
            else:
                await self.app(scope, receive, send)

    @contextmanager
    def _counted(self, size: int) -> Iterator[None]:
        self._coming += size
        try:
            yield
        finally:
            self._coming -= size
