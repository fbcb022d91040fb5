"""What was taught goes along as files: the script that comes with them answers as the page did,
and so does the ONNX file."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from losslens.inference import onnx_export
from losslens.live.teach.examples import Classes, Example, given
from losslens.live.teach.export import write_taught
from losslens.live.teach.features import features, tensor_of
from losslens.live.teach.shapes import SHAPES, drawn
from losslens.live.teach.training import Taught, answers_to
from losslens.tasks import TASKS
from support.teaching import given_shapes, taught_of

LOSSES = ["cross_entropy", "mse"]


@pytest.fixture(scope="module")
def taught() -> Taught:
    return taught_of(given_shapes(5), LOSSES)


def printed(folder: Path, *pictures: Path) -> list[list[str]]:
    """The words of each line of the script, isolated from this project."""
    command = [sys.executable, "-I", "answer.py", *map(str, pictures)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def test_script_and_onnx_answer_as_the_page(taught: Taught, tmp_path: Path) -> None:
    with zipfile.ZipFile(write_taught(taught, tmp_path)) as archive:
        archive.extractall(tmp_path / "files")
    seen = tensor_of("drawing", drawn("circle", 50))
    wanted = answers_to(taught, features("drawing", seen))
    pixels = (255 - 255 * seen[0].numpy()).round().astype(np.uint8)
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    Image.fromarray(pixels).save(small)
    Image.fromarray(pixels).resize((280, 280)).save(large)
    lines = printed(tmp_path / "files", small, large)
    assert [line[1] for line in lines] == [*LOSSES, *LOSSES]
    for line in lines[:2]:
        assert line[2::2] == list(SHAPES)
        assert [float(each) for each in line[3::2]] == pytest.approx(wanted[line[1]], abs=2e-3)
    for line in lines[2:]:  # of another size, so nearly the same
        assert line[2 + 2 * int(np.argmax([float(each) for each in line[3::2]]))] == "circle"
    session = onnxruntime.InferenceSession(tmp_path / "files" / "networks.onnx")
    assert [each.name for each in session.get_outputs()] == LOSSES
    for loss, logits in zip(LOSSES, session.run(None, {"images": seen[None].numpy()}), strict=True):
        shares = torch.from_numpy(logits).softmax(dim=1)[0].tolist()
        assert shares == pytest.approx(wanted[loss], abs=1e-4)


def test_photos_come_with_their_backbone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "find_spec", lambda name: None)  # it would take a minute
    photos = [sample.picture for sample in TASKS["pets"].samples()]
    classes = Classes("photo")
    for place in (0, 1):
        seen = tensor_of("photo", photos[place])
        example = Example("data:,", features("photo", seen, 2))
        for _ in range(5):
            classes = classes.with_example(place, example)
    taught = taught_of(given(classes, ["cat", "dog", ""]), ["cross_entropy"])
    with zipfile.ZipFile(write_taught(taught, tmp_path)) as archive:
        archive.extractall(tmp_path)
        assert "networks.onnx" not in archive.namelist()
    photos[4].save(tmp_path / "photo.png")
    wanted = answers_to(taught, features("photo", tensor_of("photo", photos[4])))["cross_entropy"]
    (line,) = printed(tmp_path, tmp_path / "photo.png")
    assert [float(each) for each in line[3::2]] == pytest.approx(wanted, abs=2e-3)
