"""Checkpoints: what is saved comes back, and what is missing or damaged says so and how to make
it."""

from pathlib import Path

import pytest
import torch

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import CheckpointError, MissingCheckpoint
from losslens.inference import predictor as inference
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS


def test_what_is_saved_comes_back(random_models: Path) -> None:
    torch.manual_seed(0)
    first = TASKS["digits"].network().eval()
    loaded = checkpoints.load("digits", card_losses()[0])
    images = torch.rand(3, *TASKS["digits"].shape)
    torch.testing.assert_close(loaded.network(images), first(images))
    assert loaded.card.loss == card_losses()[0]
    assert not loaded.network.training


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(ValueError, match="choose from cross_entropy"):
        checkpoints.load("digits", "nope")
    with pytest.raises(ValueError, match="choose from digits"):
        checkpoints.load("nope", "focal")


def test_a_task_without_a_backbone_has_none_to_load() -> None:
    with pytest.raises(ValueError, match="digits share no backbone"):
        checkpoints.load_backbone("digits")


def test_absent_and_damaged_are_told_apart(random_models: Path) -> None:
    path = checkpoints.checkpoint_path("digits", "focal")
    path.write_bytes(b"no weights")
    with pytest.raises(CheckpointError) as damaged:
        checkpoints.load("digits", "focal")
    path.unlink()
    with pytest.raises(MissingCheckpoint):
        checkpoints.load("digits", "focal")
    assert not isinstance(damaged.value, MissingCheckpoint)


DAMAGED = "The checkpoint focal.safetensors is damaged"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("missing", "Not measured yet: focal.safetensors is missing from digits/"),
        ("cut", DAMAGED),
        ("garbage", DAMAGED),
        ("other network", DAMAGED),
        ("no card", DAMAGED),
        ("bad card", DAMAGED),
    ],
)
def test_one_bad_checkpoint_leaves_the_others(damage: str, said: str, random_models: Path) -> None:
    _damage(checkpoints.checkpoint_path("digits", "focal"), damage)
    answers = inference.predict("digits", torch.rand(TASKS["digits"].shape)).answers
    assert [answer.loss for answer in answers] == card_losses()
    (bad,) = [answer for answer in answers if isinstance(answer, inference.Missing)]
    assert bad.loss == "focal" and bad.problem.startswith(said)
    assert "losslens train digits --loss focal" in bad.problem


def _damage(path: Path, damage: str) -> None:
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "garbage":
        path.write_bytes(b"\x80\x04not safetensors but something like a pickle")
    elif damage == "other network":
        card = checkpoints.load("digits", "focal").card
        checkpoints.save(checkpoints.Checkpoint(torch.nn.Linear(2, 2), card))
    elif damage == "no card":
        path.with_suffix(".json").unlink()
    else:
        path.with_suffix(".json").write_text("{}")
