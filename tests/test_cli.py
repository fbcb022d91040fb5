"""The commands, run as a user runs them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torchvision.datasets import mnist as torchvision_mnist

from losslens import cli
from losslens.data import Dataset

EPOCHS = 2


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory, mini: Dataset) -> Path:
    """A small MNIST in MNIST's own files: 5,000 digits twice over to train and hold out, 1,000 of them again to test."""
    raw = tmp_path_factory.mktemp("data") / "MNIST" / "raw"
    raw.mkdir(parents=True)
    order = torch.randperm(5000, generator=torch.Generator().manual_seed(0))
    for prefix, part in (("train", order.repeat(2)), ("t10k", order[:1000])):
        images, target = mini.images[part, 0].numpy(), mini.target[part].numpy().astype("uint8")
        head = (2051).to_bytes(4, "big") + len(part).to_bytes(4, "big") + (28).to_bytes(4, "big") * 2
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        head = (2049).to_bytes(4, "big") + len(part).to_bytes(4, "big")
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(head + target.tobytes())
    return raw.parents[1]


def run(*arguments: object, launcher: tuple[str, ...] = ("-m", "losslens.cli"), **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, *launcher, *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def weights(folder: Path, loss: str) -> dict[str, torch.Tensor]:
    return load_file(folder / "digits" / f"{loss}.safetensors")


def train(data_root: Path, tmp_path: Path, out: str, *more: object) -> list[object]:
    folders = ["--data-root", data_root, "--out", tmp_path / out, "--runs", tmp_path / "runs"]
    return ["train", "digits", "--loss", "brier", "--epochs", EPOCHS, *folders, *more]


def test_ctrl_c_leaves_a_state_and_resume_ends_the_same(data_root: Path, tmp_path: Path) -> None:
    assert cli.main([str(word) for word in train(data_root, tmp_path, "whole")]) == 0

    process = run(*train(data_root, tmp_path, "broken", "--seed", 0))
    while process.stderr.read(1) != "|":  # the progress bar has begun
        assert process.poll() is None
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "--resume" in said and "Traceback" not in said
    assert not (tmp_path / "broken").exists()

    assert cli.main([str(word) for word in train(data_root, tmp_path, "broken", "--resume")]) == 0
    whole, resumed = weights(tmp_path / "whole", "brier"), weights(tmp_path / "broken", "brier")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert list((tmp_path / "runs").iterdir()) == []
    card = json.loads((tmp_path / "broken" / "digits" / "brier.json").read_text())
    assert card["config"]["epochs"] == EPOCHS and card["test"]["calibrated"]["accuracy"]["value"] > 0.5


def test_accelerate_trains_in_two_processes(data_root: Path, tmp_path: Path) -> None:
    launcher = ("-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1")
    launcher += ("--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "29517", "-m", "losslens.cli")
    process = run(*train(data_root, tmp_path, "two"), launcher=launcher)
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert said.count("wrote") == 1
    card = json.loads((tmp_path / "two" / "digits" / "brier.json").read_text())
    assert card["test"]["softmax"]["accuracy"]["value"] > 0.5


def test_predict_reads_a_picture_and_says_what_is_wrong_with_others(
    random_models: Path, tmp_path: Path, mini: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(mini.images[100, 0].numpy()).save(tmp_path / "digit.png")
    assert cli.main(["predict", "digits", str(tmp_path / "digit.png")]) == 0
    assert capsys.readouterr().out.count("softmax") == 8
    Image.new("L", (100, 100), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    for name, said in (("blank.png", "is blank"), ("text.png", "no picture"), ("absent.png", "No such file")):
        assert cli.main(["predict", "digits", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err


def test_absent_data_and_no_network_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision_mnist.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    assert cli.main(["train", "digits", "--data-root", str(tmp_path / "none")]) == 2
    said = capsys.readouterr().err
    assert "--data-root" in said and said.count("\n") == 1
