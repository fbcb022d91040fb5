"""The commands, run as a user runs them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFont
from safetensors.torch import load_file
from torchvision.datasets import mnist as torchvision_mnist

from losslens import cli
from losslens.checkpoints import files as checkpoints
from losslens.data.dataset import Dataset
from losslens.data.exposure_digits import exposure_digits
from losslens.inference import predictor as inference
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.networks.digit_net import ExposedDigitNet
from losslens.networks.pet_net import PetBackbone, PetsAmongImageNet
from losslens.report import schema
from losslens.tasks import TASKS
from losslens.tasks.base import NetworkDetector
from losslens.training import exposure
from losslens.ui.i18n import FALLBACK, WORDS, Words

EPOCHS = 1
TESTED = 1_000


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory, mini: Dataset) -> Path:
    """A small MNIST in MNIST's own files: the shipped digits, half of them twice, to train and hold
    out, some of them again to test."""
    raw = tmp_path_factory.mktemp("data") / "MNIST" / "raw"
    raw.mkdir(parents=True)
    order = torch.randperm(len(mini), generator=torch.Generator().manual_seed(0))
    for prefix, part in (("train", order.repeat(2)[:7_500]), ("t10k", order[:TESTED])):
        images, target = mini.images[part, 0].numpy(), mini.target[part].numpy().astype("uint8")
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(_idx(2051, images))
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(_idx(2049, target))
    return raw.parents[1]


def _idx(kind: int, values: NDArray[np.uint8]) -> bytes:
    return (
        b"".join(number.to_bytes(4, "big") for number in (kind, *values.shape)) + values.tobytes()
    )


def run(
    *arguments: object, launcher: tuple[str, ...] = ("-m", "losslens.cli")
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
    seen = ""
    while not re.search(r" [1-9]\d*/\d", seen):  # the progress bar shows a step
        seen += process.stderr.read(1)
        assert process.poll() is None, seen
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130 and "--resume" in said and "Traceback" not in said
    assert not [*(tmp_path / "broken").iterdir()]

    assert cli.main([str(word) for word in train(data_root, tmp_path, "broken", "--resume")]) == 0
    whole, resumed = weights(tmp_path / "whole", "brier"), weights(tmp_path / "broken", "brier")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert list((tmp_path / "runs").iterdir()) == []
    card = json.loads((tmp_path / "broken" / "digits" / "brier.json").read_text())
    assert (
        card["config"]["epochs"] == EPOCHS and card["test"]["calibrated"]["accuracy"]["value"] > 0.5
    )


def two_processes() -> tuple[str, ...]:
    """What launches the command line in two processes."""
    # With --cpu, accelerate would start one process (or need MPI): --multi_gpu is its name for
    # torch's own launcher.
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    options = "--multi_gpu --num_processes 2 --num_machines 1 --mixed_precision no"
    options += f" --dynamo_backend no --main_process_port {port}"
    return ("-m", "accelerate.commands.launch", *options.split(), "-m", "losslens.cli")


def test_accelerate_trains_in_two_processes(data_root: Path, tmp_path: Path) -> None:
    process = run(*train(data_root, tmp_path, "two"), launcher=two_processes())
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "2 processes share each batch" in said and said.count("wrote") == 1
    card = json.loads((tmp_path / "two" / "digits" / "brier.json").read_text())
    assert card["test"]["softmax"]["accuracy"]["value"] > 0.5


def test_one_of_two_processes_that_is_killed_ends_both_and_leaves_nothing_half(
    data_root: Path, tmp_path: Path
) -> None:
    process = run(*train(data_root, tmp_path, "half"), launcher=two_processes())
    seen = ""
    while not re.search(r" [1-9]\d*/\d", seen):  # the progress bar shows a step
        seen += process.stderr.read(1)
        assert process.poll() is None, seen
    both = psutil.Process(process.pid).children(recursive=True)
    (other,) = (each for each in both if each.environ().get("LOCAL_RANK") == "1")
    other.kill()
    _, said = process.communicate(timeout=300)
    # It ends by itself, or the launcher ends it sooner; there is no traceback of ours.
    assert process.returncode != 0 and "[rank0]" not in said, said
    assert not any(each.is_running() for each in both)
    assert not [*(tmp_path / "half").iterdir()] and not list((tmp_path / "runs").iterdir())


@pytest.fixture(scope="session")
def few_pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 red cats and 40 blue dogs to train and hold out, 5 of each to test."""
    root = tmp_path_factory.mktemp("pets")
    for part, count in (("train", 80), ("test", 5)):
        for kind, colour in (("cat", "red"), ("dog", "blue")):
            (root / part / kind).mkdir(parents=True)
            for index in range(count):
                Image.new("RGB", (40, 30), colour).save(root / part / kind / f"{index}.png")
    return root


def test_pets_networks_are_trained_on_a_backbone_that_is_made_once(
    few_pets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    unlearnt = replace(TASKS["pets"].backbone, pretrained=PetBackbone)
    monkeypatch.setitem(TASKS, "pets", replace(TASKS["pets"], backbone=unlearnt))
    folders = ["--data-root", few_pets, "--out", tmp_path / "out", "--runs", tmp_path / "runs"]
    command = ["train", "pets", "--epochs", "1", *map(str, folders)]
    assert cli.main([*command, "--loss", "focal"]) == 0
    backbone = tmp_path / "out" / "pets" / "trunk.safetensors"
    made = backbone.read_bytes()
    assert cli.main([*command, "--loss", "mse", "--resume"]) == 0
    assert backbone.read_bytes() == made
    assert load_file(backbone)["layers.0.weight"].dtype == torch.float16
    monkeypatch.setenv("LOSSLENS_MODELS", str(tmp_path / "out"))
    inference.forget()
    assert cli.main(["predict", "pets", str(few_pets / "test" / "cat" / "0.png")]) == 0
    assert capsys.readouterr().out.count("calibrated") == 2
    inference.forget()


def test_the_detector_of_pets_is_made_anew_and_nothing_else(
    few_pets: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shipped, photos = checkpoints.models_folder() / "pets", tmp_path / "photos"
    models = shutil.copytree(shipped, tmp_path / "out" / "pets")
    photos.mkdir()
    for index in range(4):
        Image.new("RGB", (40, 40), (50 * index, 90, 90)).save(photos / f"{index}.png")
    before = {path.name: path.read_bytes() for path in models.iterdir()}
    of_chance = NetworkDetector(PetsAmongImageNet, pretrained=PetsAmongImageNet)
    monkeypatch.setitem(TASKS, "pets", replace(TASKS["pets"], network_detector=of_chance))
    command = ["train", "pets", "--loss", "none", "--data-root", few_pets, "--others", photos]
    command += ["--out", tmp_path / "out"]
    assert cli.main([str(word) for word in command]) == 0
    assert "of 4 photos of other things" in capsys.readouterr().out
    after = {path.name: path.read_bytes() for path in models.iterdir()}
    assert [name for name in after if after[name] != before[name]] == ["unlike.safetensors"]


def test_the_detector_of_digits_is_fitted_to_made_pictures_and_to_those_of_folders(
    data_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    few = NetworkDetector(
        ExposedDigitNet,
        lambda digits, folders, seed: exposure_digits(digits, folders, seed, share=0.005),
    )
    monkeypatch.setattr(exposure, "_STEPS", 2)
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], network_detector=few))
    (tmp_path / "font.ttf").write_bytes(ImageFont.load_default(40).path.getvalue())
    command = ["train", "digits", "--loss", "none", "--data-root", data_root, "--out", tmp_path]
    said = []
    for more in ([], ["--others", tmp_path]):
        assert cli.main([str(word) for word in command + more]) == 0
        said.append(capsys.readouterr().out)
    assert [path.name for path in (tmp_path / "digits").iterdir()] == ["unlike.safetensors"]
    others = [int(re.search(r"and (\d+) other pictures", each)[1]) for each in said]
    assert others[1] > others[0] + 100


def test_report_remakes_everything_and_prints_its_tables(
    random_models: Path,
    data_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], corruption_examples=10))
    command = ["report", "digits", "--data-root", str(data_root)]
    assert cli.main(command) == 0
    said = capsys.readouterr().out
    tables_of = {loss: said.count(f"| {LOSSES[loss].label} |") for loss in ("focal", "mse")}
    assert tables_of == {"focal": 1, "mse": 1}
    assert "corruptions" in said
    made = schema.load("digits")
    assert made.tested.examples == TESTED and made.corrupted.examples == 10
    assert cli.main([*command, "--only", "prediction"]) == 2
    assert "choose from predictions, corruptions" in capsys.readouterr().err


def test_report_is_made_with_the_losses_that_are_there_and_names_the_others(
    random_models: Path, data_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (random_models / "digits" / "mse.safetensors").unlink()
    command = ["report", "digits", "--data-root", str(data_root), "--only", "predictions"]
    assert cli.main(command) == 0
    said = capsys.readouterr()
    assert "Not measured yet" in said.err and "losslens train digits --loss mse" in said.err
    assert LOSSES["mse"].label not in said.out and LOSSES["focal"].label in said.out
    assert schema.load("digits").tested.losses == [loss for loss in card_losses() if loss != "mse"]
    for loss in card_losses():
        (random_models / "digits" / f"{loss}.safetensors").unlink(missing_ok=True)
    assert cli.main(command) == 2
    assert "losslens train digits --loss cross_entropy" in capsys.readouterr().err


def test_evaluate_prints_a_line_a_loss(
    random_models: Path, data_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (random_models / "digits" / "mse.safetensors").write_bytes(b"no weights")
    assert cli.main(["evaluate", "digits", "--data-root", str(data_root)]) == 0
    said = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert said.keys() == {"loss", *card_losses(), "mean"}
    assert "is damaged" in said.pop("mse") and "%" in said["focal"]


def test_translations_lists_what_a_language_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["translations", "ja"]) == 0
    assert capsys.readouterr().out == f"ja: {len(WORDS['ja'])} of {len(WORDS[FALLBACK])} texts\n"
    half = Words("fr", {"language": "Français", "live.start": "Démarrer"}, WORDS[FALLBACK])
    monkeypatch.setitem(WORDS, "fr", half)
    assert cli.main(["translations", "fr"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"fr: 2 of {len(WORDS[FALLBACK])} texts"
    assert f"  live.pause: {WORDS[FALLBACK]['live.pause']}" in said
    assert not any(line.startswith("  live.start:") for line in said)
    assert cli.main(["translations", "xx"]) == 2
    assert "unknown language 'xx'" in capsys.readouterr().err


def test_predict_reads_a_picture_and_says_what_is_wrong_with_others(
    random_models: Path, tmp_path: Path, mini: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(mini.images[100, 0].numpy()).save(tmp_path / "digit.png")
    assert cli.main(["predict", "digits", str(tmp_path / "digit.png")]) == 0
    assert capsys.readouterr().out.count("softmax") == len(card_losses())
    Image.new("L", (100, 100), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    for name, said in (
        ("blank.png", "no writing"),
        ("text.png", "no picture"),
        ("absent.png", "No such file"),
    ):
        assert cli.main(["predict", "digits", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err


def test_help_imports_nothing_heavy_and_names_every_command() -> None:
    code = (
        "import sys, losslens.cli as cli\ntry: cli.main(['--help'])\nfinally: print(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shown, modules = said.stdout.rsplit("\n", 2)[:2]
    assert all(re.search(rf"^ +{command}\b", shown, re.M) for command in cli.COMMANDS)
    assert not {"torch", "numpy", "PIL", "gradio"} & set(modules.split())


def test_absent_data_and_no_network_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision_mnist.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    assert cli.main(["train", "digits", "--data-root", str(tmp_path / "none")]) == 2
    said = capsys.readouterr().err
    assert "--data-root" in said and said.count("\n") == 1
