"""All networks of a task together: those that are there, and why the others are not."""

from pathlib import Path

import pytest
import torch

from losslens.checkpoints.ensemble import load_ensemble
from losslens.checkpoints.files import CheckpointError
from losslens.data.dataset import Dataset
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from support.shipped import shipped


def test_it_holds_every_loss_in_the_order_of_the_catalogue(random_models: Path) -> None:
    ensemble = load_ensemble("digits")
    assert (
        ensemble.losses == list(ensemble.networks) == list(ensemble.temperatures) == card_losses()
    )
    assert ensemble.missing == {} and ensemble.backbone is None


def test_its_outputs_are_those_of_each_network(random_models: Path, mini: Dataset) -> None:
    ensemble, few = load_ensemble("digits"), mini.pick(torch.arange(0, len(mini), 500))
    images, _ = few.batch(torch.arange(len(few)))
    for loss, logits in ensemble.outputs(few).items():
        with torch.inference_mode():
            torch.testing.assert_close(logits, ensemble.networks[loss](images))
    assert torch.equal(ensemble.features(images[0]), images[0])


def test_with_a_backbone_the_networks_take_its_features() -> None:
    ensemble, photo = load_ensemble("pets"), torch.rand(TASKS["pets"].shape)
    features = ensemble.features(photo)
    pixels = (photo * 255).round().to(torch.uint8)[None]
    stored = ensemble.inputs(Dataset(pixels, torch.zeros(1, dtype=torch.long)))
    pooled = features.mean(dim=(1, 2), keepdim=True)
    torch.testing.assert_close(stored.images[0], pooled, atol=0.01, rtol=0.01)
    logits = ensemble.logits(stored)
    assert list(logits) == shipped("pets")
    assert all(each.shape == (1, len(TASKS["pets"].labels)) for each in logits.values())


def test_a_missing_network_leaves_the_others(random_models: Path) -> None:
    (random_models / "digits" / "mse.safetensors").unlink()
    ensemble = load_ensemble("digits").required()
    assert ensemble.losses == [loss for loss in card_losses() if loss != "mse"]
    assert list(ensemble.missing) == ["mse"]
    assert "losslens train digits --loss mse" in str(ensemble.missing["mse"])


def test_without_its_backbone_or_any_network_none_is_left(tmp_path: Path) -> None:
    for task in TASKS:
        ensemble = load_ensemble(task, tmp_path)
        assert ensemble.losses == [] and list(ensemble.missing) == card_losses()
        with pytest.raises(CheckpointError, match=f"Not measured yet.*losslens train {task}"):
            ensemble.required()
