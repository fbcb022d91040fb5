"""Stored predictions: the same answers after rounding and after a round trip; what is disputed."""

import math
from pathlib import Path

import pytest
import torch

from losslens.checkpoints.ensemble import Ensemble, load_ensemble
from losslens.checkpoints.files import Card, Checkpoint, CheckpointError
from losslens.data.dataset import Dataset, Splits
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.report import predictions
from losslens.report.predictions import DISPUTED, disagreement
from losslens.tasks import TASKS


def test_rounding_to_half_precision_changes_no_answer() -> None:
    logits = torch.randn(500, 10, generator=torch.Generator().manual_seed(0)) * 20
    logits[:, 7] = logits.amax(dim=1) * (
        1 + 1e-6
    )  # nearly equal to another: in half precision, equal
    rounded = predictions._half(logits)
    assert rounded.dtype == torch.float16
    assert torch.equal(rounded.argmax(dim=1), logits.argmax(dim=1))
    torch.testing.assert_close(rounded.float(), logits, rtol=2e-3, atol=1e-3)


def test_predictions_are_those_of_the_networks_and_survive_the_disk(
    random_models: Path, small_splits: Splits
) -> None:
    test = small_splits.test
    networks = load_ensemble("digits")
    made = predictions.predict_all(networks, test)
    predictions.save("digits", made)
    kept = predictions.load("digits")
    for loss in card_losses():
        with torch.inference_mode():
            plain = networks.networks[loss](test.batch(torch.arange(len(test)))[0])
        assert torch.equal(kept.logits[loss].argmax(dim=1), plain.argmax(dim=1))
    assert torch.equal(kept.target, test.target)
    assert len(kept.disputed) == DISPUTED
    assert torch.equal(kept.pictures, test.images[kept.disputed])


def test_pictures_that_may_not_be_handed_on_are_not_kept() -> None:
    test = Dataset(torch.randint(0, 255, (30, 320, 2, 2), dtype=torch.uint8), torch.arange(30) % 2)
    head = torch.nn.Sequential(
        torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(320, 2)
    )
    member = Checkpoint(head, Card("pets", "", {}, 1.0, {}, {}, 0.0, "", {}, ""))
    ensemble = Ensemble(TASKS["pets"], None, dict.fromkeys(LOSSES, member), {})
    made = predictions.predict_all(ensemble, test)
    assert len(made.disputed) == DISPUTED and len(made.pictures) == 0


def test_stored_predictions_are_of_the_losses_that_were_measured(
    random_models: Path, small_splits: Splits
) -> None:
    losses = [loss for loss in card_losses() if loss not in ("kl_div", "focal")]
    for loss in set(card_losses()) - set(losses):
        (random_models / "digits" / f"{loss}.safetensors").unlink()
    made = predictions.predict_all(load_ensemble("digits"), small_splits.test)
    predictions.save("digits", made)
    assert list(predictions.load("digits").logits) == losses
    made.logits["no_longer_known"] = made.logits.pop("brier")
    predictions.save("digits", made)
    losses.remove("brier")
    assert list(predictions.load("digits").logits) == [*losses, "no_longer_known"]


def test_disagreement_is_none_among_equals_and_greatest_among_opposites() -> None:
    sure = torch.eye(4) * 100
    same = {loss: sure for loss in LOSSES}
    assert disagreement(same, dict.fromkeys(LOSSES, 1.0)).abs().max() < 1e-9
    opposite = {"a": sure, "b": sure.roll(1, dims=1)}
    assert disagreement(opposite, {"a": 1.0, "b": 1.0}).tolist() == pytest.approx([math.log(2)] * 4)
    milder = disagreement(opposite, {"a": 100.0, "b": 100.0})
    assert (milder < math.log(2)).all() and (milder > 0).all()


def test_a_missing_or_damaged_file_names_the_command(random_models: Path) -> None:
    with pytest.raises(CheckpointError, match="losslens report digits"):
        predictions.load("digits")
    predictions.predictions_path("digits").write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="losslens report digits"):
        predictions.load("digits")
