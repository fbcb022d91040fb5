"""Files that appear whole or not at all."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes ``path`` when the block ends without an error.

    The folder is made where it is missing; what stood at ``path`` stays until then. It is on the
    disk before it has its name: a machine that fails leaves the one or the other, and no half.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        _to_disk(partial)
        partial.replace(path)
        with suppress(OSError):  # not every system can do this with a folder
            _to_disk(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_writable(folder: Path, megabytes: int = 1) -> None:
    """Raise OSError, in a sentence, where nothing can be written to a folder, or not so much.

    The folder is made where it is missing. To be asked before work that would be lost.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise OSError(
            f"nothing can be written to {folder} ({error.strerror or error}); "
            "choose another folder, or make this one writable"
        ) from None
    if free < megabytes * 1_000_000:
        raise OSError(
            f"{folder} has {free // 1_000_000} MB left and {megabytes} are needed; "
            "make room, or choose another folder"
        )
