"""A checkpoint that is not what its card says is not used, and says why; the others answer."""

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.ensemble import load_ensemble
from losslens.checkpoints.files import CheckpointError, read_card
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS

SHIPPED = Path(__file__).resolve().parents[2] / "models"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def without_sum(path: Path) -> None:
    card = path.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | {"weights_sha256": ""}))


def not_a_number(path: Path) -> None:
    weights = load_file(path)
    next(value for value in weights.values() if value.is_floating_point()).view(-1)[0] = math.nan
    save_file(weights, path, {"task": "digits", "loss": "focal"})
    without_sum(path)


def of_another_loss(path: Path) -> None:
    shutil.copy(path.with_name("gce.safetensors"), path)
    without_sum(path)


def card_of_another_loss(path: Path) -> None:
    shutil.copy(path.with_name("gce.json"), path.with_suffix(".json"))


def with_in_card(**values: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        card = path.with_suffix(".json")
        card.write_text(json.dumps(json.loads(card.read_text()) | values))

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (flip, "not the checksum in its card"),
        (not_a_number, "values that are not finite"),
        (of_another_loss, "its weights are of the loss gce"),
        (card_of_another_loss, "its card is of digits under gce"),
        (with_in_card(task="fashion"), "its card is of fashion under focal"),
        *[
            (with_in_card(temperature=bad), "its card has the temperature")
            for bad in (0, -1.0, "hot", None, True, math.nan, math.inf, [1.0])
        ],
        (with_in_card(more=1), "its card cannot be read"),
        (lambda path: path.with_suffix(".json").write_text("[" * 9000), "its card cannot be read"),
        (lambda path: path.with_suffix(".json").write_text("[]"), "its card cannot be read"),
    ],
)
def test_it_is_refused_in_a_sentence_and_the_others_answer(
    change: Callable[[Path], None], why: str, random_models: Path
) -> None:
    change(checkpoints.checkpoint_path("digits", "focal"))
    with pytest.raises(CheckpointError, match=f"focal.safetensors is damaged: .*{why}"):
        checkpoints.load("digits", "focal")
    assert load_ensemble("digits").losses == [each for each in card_losses() if each != "focal"]


def test_a_card_from_before_there_were_checksums_is_taken(random_models: Path) -> None:
    without_sum(checkpoints.checkpoint_path("digits", "focal"))
    assert checkpoints.load("digits", "focal").card.weights_sha256 == ""


@pytest.mark.parametrize("task", TASKS)
def test_every_shipped_card_has_the_checksums_of_what_ships(task: str) -> None:
    paths = [path for path in (SHIPPED / task).glob("*.safetensors") if path.stem in LOSSES]
    assert paths
    for path in paths:
        card = read_card(path.with_suffix(".json"))
        assert card == checkpoints.card_with_checksums(card, path)
        assert card.weights_sha256 and bool(card.backbone_sha256) == bool(TASKS[task].backbone)


def test_networks_on_another_backbone_are_not_used(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "pets", tmp_path / "pets")
    path = checkpoints.checkpoint_path("pets", "focal", tmp_path)
    card = replace(read_card(path.with_suffix(".json")), backbone_sha256="0" * 64)
    checkpoints.write_card(card, path)
    ensemble = load_ensemble("pets", tmp_path)
    assert "focal" not in ensemble.losses and "gce" in ensemble.losses
    assert "another backbone" in str(ensemble.missing["focal"])


def test_a_damaged_backbone_leaves_a_sentence_for_each_loss(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "pets", tmp_path / "pets")
    path = checkpoints.backbone_path("pets", tmp_path)
    weights = load_file(path)
    next(value for value in weights.values() if value.is_floating_point()).view(-1)[0] = torch.nan
    save_file(weights, path)
    ensemble = load_ensemble("pets", tmp_path)
    assert ensemble.losses == [] and set(ensemble.missing) == set(card_losses())
    assert all("damaged" in str(error) for error in ensemble.missing.values())
