"""The folder of uploads: its own, emptied at start and end, bounded."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from losslens.ui.security import uploads
from support.waiting import until

ROOT = Path(__file__).parents[3]
GONE = 2**22 + 1  # more than any process's number


def test_folders_of_processes_that_are_gone_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(uploads.atexit, "register", lambda *_: None)
    others = tmp_path / "another program's"
    alive = tmp_path / f"{uploads._NAME}{os.getppid()}"
    for folder in (others, alive, tmp_path / f"{uploads._NAME}{GONE}"):
        folder.mkdir()
        (folder / "cat.jpg").write_text("a photo")
    own = uploads.own_folder()
    assert set(tmp_path.iterdir()) == {others, alive, own} and not list(own.iterdir())
    assert own.stat().st_mode & 0o077 == 0 and os.environ["GRADIO_TEMP_DIR"] == str(own)
    assert uploads.own_folder() == own


def test_what_lies_there_for_long_is_swept(tmp_path: Path) -> None:
    old, new = tmp_path / "a" / "old.jpg", tmp_path / "b" / "new.jpg"
    for file in (old, new):
        file.parent.mkdir()
        file.write_text("a photo")
    os.utime(old, (time.time() - 700,) * 2)
    uploads.empty(tmp_path, uploads.STAYS)
    assert not old.parent.exists() and new.exists()
    uploads.empty(tmp_path)
    assert not list(tmp_path.iterdir())


def test_there_is_a_quota(app_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def sent() -> httpx.Response:
        return httpx.post(f"{app_url}gradio_api/upload", files={"files": ("a.png", b"a" * 1000)})

    assert sent().status_code == 200
    for limit, value in (("MOST_BYTES", 500), ("MOST_FILES", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(uploads, limit, value)
            answer = sent()
            assert answer.status_code == 507 and "ten minutes" in answer.json()["detail"]
    assert sent().status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_upload_outlives_the_app(tmp_path: Path, number: int) -> None:
    """At SIGTERM they are gone; after SIGKILL at the next start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_TEMP_DIR": str(tmp_path), "GRADIO_SERVER_PORT": str(port)}
    app = subprocess.Popen(
        [sys.executable, ROOT / "app.py"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}theme.css").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers, 120)
        form = {"files": ("a.png", b"a photo")}
        (stored,) = httpx.post(f"{url}gradio_api/upload", files=form).json()
        assert Path(stored).is_relative_to(tmp_path) and Path(stored).exists()
        app.send_signal(number)
        app.wait(60)
    finally:
        app.kill()
    if number == signal.SIGKILL:
        assert Path(stored).exists()
        code = "from losslens.ui.security.uploads import own_folder; own_folder()"
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]
