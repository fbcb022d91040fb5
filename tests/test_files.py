"""Files that appear whole or not at all, and folders that nothing can be written to."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from losslens.cli import main
from losslens.files import atomic_write, check_writable, sha256


def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, written = tmp_path / "a" / "card.json", []

    def note(opened: int) -> None:
        written.append((Path(os.readlink(f"/proc/self/fd/{opened}")).name, path.exists()))

    monkeypatch.setattr(os, "fsync", note)
    with atomic_write(path) as partial:
        partial.write_text("{}")
    assert written == [("card.json.partial", False), ("a", True)]


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text("former")
    with pytest.raises(OSError, match="no space"), atomic_write(path) as partial:
        partial.write_text("ha")
        raise OSError("no space")
    assert path.read_text() == "former" and list(tmp_path.iterdir()) == [path]
    assert len(sha256(path)) == 64


def test_a_folder_that_cannot_be_written_to_is_told_before_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "models"
    in_the_way.write_text("a file")
    given = ["train", "digits", "--loss", "focal", "--data-root", str(tmp_path)]
    assert main([*given, "--out", str(in_the_way), "--runs", str(tmp_path / "runs")]) == 2
    said = capsys.readouterr().err
    assert f"nothing can be written to {in_the_way}" in said and "Traceback" not in said
    assert said.count("\n") == 1


def test_a_full_disk_is_told_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9e9, 9e9, 3_000_000))
    with pytest.raises(OSError, match="has 3 MB left and 50 are needed"):
        check_writable(tmp_path, 50)
    check_writable(tmp_path, 2)
