"""The commands, run as a user runs them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torchvision.datasets import mnist as torchvision_mnist

from losslens import cli
from losslens.checkpoints import files as checkpoints
from losslens.data.dataset import Dataset
from losslens.data.synthetic_ood_photos import synthetic_ood_photos
from losslens.inference import predictor as inference
from losslens.networks.pet_net import PetBackbone, PetNet
from losslens.report import label_noise as wrong_labels
from losslens.report import robustness
from losslens.report import schema as report
from losslens.tasks import TASKS

EPOCHS = 2


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory, mini: Dataset) -> Path:
    """A small MNIST in MNIST's own files: 5,000 digits twice over to train and hold out, 1,000 of
    them again to test."""
    raw = tmp_path_factory.mktemp("data") / "MNIST" / "raw"
    raw.mkdir(parents=True)
    order = torch.randperm(5000, generator=torch.Generator().manual_seed(0))
    for prefix, part in (("train", order.repeat(2)), ("t10k", order[:1000])):
        images, target = mini.images[part, 0].numpy(), mini.target[part].numpy().astype("uint8")
        head = (
            (2051).to_bytes(4, "big") + len(part).to_bytes(4, "big") + (28).to_bytes(4, "big") * 2
        )
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        head = (2049).to_bytes(4, "big") + len(part).to_bytes(4, "big")
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(head + target.tobytes())
    return raw.parents[1]


def run(
    *arguments: object, launcher: tuple[str, ...] = ("-m", "losslens.cli"), **options: object
) -> subprocess.Popen[str]:
    command = [sys.executable, *launcher, *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


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
    assert (
        card["config"]["epochs"] == EPOCHS and card["test"]["calibrated"]["accuracy"]["value"] > 0.5
    )


def test_accelerate_trains_in_two_processes(data_root: Path, tmp_path: Path) -> None:
    # With --cpu, accelerate would start one process (or need MPI): --multi_gpu is its name for
    # torch's own launcher.
    launcher = (
        "-m",
        "accelerate.commands.launch",
        "--multi_gpu",
        "--num_processes",
        "2",
        "--num_machines",
        "1",
    )
    launcher += (
        "--mixed_precision",
        "no",
        "--dynamo_backend",
        "no",
        "--main_process_port",
        "29517",
        "-m",
        "losslens.cli",
    )
    process = run(*train(data_root, tmp_path, "two"), launcher=launcher)
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "2 processes share each batch" in said and said.count("wrote") == 1
    card = json.loads((tmp_path / "two" / "digits" / "brier.json").read_text())
    assert card["test"]["softmax"]["accuracy"]["value"] > 0.5


@pytest.fixture(scope="session")
def few_pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 red cats and 40 blue dogs to train and hold out, 5 of each to test."""
    root = tmp_path_factory.mktemp("pets")
    for part, count in (("train", 40), ("test", 5)):
        for kind, colour in (("cat", "red"), ("dog", "blue")):
            (root / part / kind).mkdir(parents=True)
            for index in range(count):
                Image.new("RGB", (40, 30), colour).save(root / part / kind / f"{index}.png")
    return root


def test_pets_heads_are_trained_on_a_trunk_that_is_made_once(
    few_pets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def unlearnt() -> torch.nn.Sequential:
        return torch.nn.Sequential(PetBackbone(), PetNet())

    small = replace(TASKS["pets"].backbone, with_network=unlearnt, epochs=1, batch_size=32, views=2)
    monkeypatch.setitem(TASKS, "pets", replace(TASKS["pets"], backbone=small))
    folders = ["--data-root", few_pets, "--out", tmp_path / "out", "--runs", tmp_path / "runs"]
    command = ["train", "pets", "--epochs", "1", *map(str, folders)]
    assert cli.main([*command, "--loss", "focal"]) == 0
    backbone = tmp_path / "out" / "pets" / "trunk.safetensors"
    made = backbone.read_bytes()
    assert cli.main([*command, "--loss", "mse", "--resume"]) == 0
    assert backbone.read_bytes() == made
    assert load_file(backbone)["stem.0.weight"].dtype == torch.float16
    monkeypatch.setenv("LOSSLENS_MODELS", str(tmp_path / "out"))
    inference.forget()
    assert cli.main(["predict", "pets", str(few_pets / "test" / "cat" / "0.png")]) == 0
    assert capsys.readouterr().out.count("calibrated") == 2
    inference.forget()


def test_the_detector_is_fitted_anew_and_nothing_else(
    few_pets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(
        TASKS,
        "pets",
        replace(TASKS["pets"], synthetic_ood=lambda seed: synthetic_ood_photos(seed, 14)),
    )
    models, photos = (
        shutil.copytree(checkpoints.models_folder() / "pets", tmp_path / "out" / "pets"),
        tmp_path / "photos",
    )
    photos.mkdir()
    for index in range(4):
        Image.new("RGB", (40, 40), (50 * index, 90, 90)).save(photos / f"{index}.png")
    before = {path.name: path.read_bytes() for path in models.iterdir()}
    command = [
        "train",
        "pets",
        "--loss",
        "none",
        "--data-root",
        few_pets,
        "--out",
        tmp_path / "out",
        "--others",
        photos,
    ]
    assert cli.main([str(word) for word in command]) == 0
    assert "14 made synthetic_ood and 4 photos of other things" in capsys.readouterr().out
    after = {path.name: path.read_bytes() for path in models.iterdir()}
    assert [name for name in after if after[name] != before[name]] == ["unlike.safetensors"]


def test_report_remakes_everything_and_prints_its_tables(
    random_models: Path,
    data_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(robustness.EXAMPLES, "digits", 10)
    few = {"losses": ("mse", "gce"), "shares": (0.0, 0.4), "seeds": (0, 1), "epochs": 1}
    monkeypatch.setattr(wrong_labels, "measure", partial(wrong_labels.measure, **few))
    command = ["report", "digits", "--data-root", str(data_root), "--runs", str(tmp_path / "runs")]
    assert cli.main(command) == 0
    said = capsys.readouterr().out
    assert said.count("| Focal (γ = 2) |") == 1 and said.count("| Squared error (logits) |") == 2
    assert "40 % wrong labels" in said and "Under ten corruptions" in said
    made = report.load("digits")
    assert made.tested.examples == 1000 and made.corrupted.examples == 10
    assert list(made.wrong_labels.accuracy) == ["mse", "gce"]
    assert cli.main([*command, "--only", "prediction"]) == 2
    assert "choose from predictions, corruptions, wrong-labels" in capsys.readouterr().err
    (random_models / "digits" / "mse.safetensors").unlink()
    assert cli.main([*command, "--only", "predictions"]) == 2
    assert "losslens train digits --loss mse" in capsys.readouterr().err


def test_predict_reads_a_picture_and_says_what_is_wrong_with_others(
    random_models: Path, tmp_path: Path, mini: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(mini.images[100, 0].numpy()).save(tmp_path / "digit.png")
    assert cli.main(["predict", "digits", str(tmp_path / "digit.png")]) == 0
    assert capsys.readouterr().out.count("softmax") == 8
    Image.new("L", (100, 100), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    for name, said in (
        ("blank.png", "is blank"),
        ("text.png", "no picture"),
        ("absent.png", "No such file"),
    ):
        assert cli.main(["predict", "digits", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err


def test_absent_data_and_no_network_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision_mnist.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    assert cli.main(["train", "digits", "--data-root", str(tmp_path / "none")]) == 2
    said = capsys.readouterr().err
    assert "--data-root" in said and said.count("\n") == 1
