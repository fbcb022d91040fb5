"""Checkpoints: what is saved comes back, and what is missing or damaged says so and how to make it."""

from pathlib import Path

import pytest
import torch

from losslens.checkpoints import files as checkpoints
from losslens.inference import predictor as inference
from losslens.losses import LOSSES
from losslens.tasks import TASKS


def test_what_is_saved_comes_back(random_models: Path) -> None:
    torch.manual_seed(0)
    first = TASKS["digits"].network().eval()
    loaded = checkpoints.load("digits", "cross_entropy")
    images = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(loaded.network(images), first(images))
    assert loaded.card.loss == "cross_entropy"
    assert not loaded.network.training


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(ValueError, match="losses: cross_entropy"):
        checkpoints.load("digits", "nope")


@pytest.mark.parametrize(
    "damage", ["missing", "cut", "garbage", "other network", "no card", "bad card"]
)
def test_one_bad_checkpoint_leaves_the_other_seven(damage: str, random_models: Path) -> None:
    path = checkpoints.checkpoint_path("digits", "focal")
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
    answers = inference.predict("digits", torch.rand(1, 28, 28)).answers
    assert [answer.loss for answer in answers] == list(LOSSES)
    bad = [answer for answer in answers if isinstance(answer, inference.Missing)]
    assert [answer.loss for answer in bad] == ["focal"]
    assert "losslens train digits --loss focal" in bad[0].problem
