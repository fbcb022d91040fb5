"""Answers to one picture: complete, consistent, and with saliency maps that add up."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from losslens.checkpoints.files import CheckpointError
from losslens.data.dataset import Dataset
from losslens.images.reading import PictureError
from losslens.inference import predictor as inference
from losslens.losses.catalogue import card_losses
from losslens.networks.pet_net import PetNet
from losslens.networks.saliency import class_activation
from losslens.tasks import TASKS


def test_answers_come_in_order_with_probabilities_that_sum_to_one(
    random_models: Path, mini: Dataset
) -> None:
    prediction = inference.predict("digits", mini.batch(torch.tensor([123]))[0][0])
    assert [answer.loss for answer in prediction.given] == card_losses()
    for answer in prediction.given:
        assert sum(answer.softmax) == pytest.approx(1, abs=1e-5)
        assert sum(answer.calibrated) == pytest.approx(1, abs=1e-5)
        assert answer.label == TASKS["digits"].labels[int(np.argmax(answer.softmax))]


def test_the_saliency_map_adds_up_to_the_leads_change_and_leaves_paper_alone(
    random_models: Path, mini: Dataset
) -> None:
    image = mini.batch(torch.tensor([len(mini) // 2]))[0][0]
    answer = inference.predict("digits", image).given[0]
    best, others = int(np.argmax(answer.logits)), len(answer.logits) - 1
    network = inference.network("digits", answer.loss)
    saliency = inference.saliency_maps("digits", image)[answer.loss]
    with torch.inference_mode():
        logits = network(torch.stack([image, torch.zeros_like(image)]))
    lead = logits[:, best] - (logits.sum(dim=1) - logits[:, best]) / others
    assert saliency.sum() == pytest.approx((lead[0] - lead[1]).item(), rel=0.2, abs=0.05)
    assert (saliency[image[0].numpy() == 0] == 0).all()


def test_a_picture_goes_the_same_way_as_a_tensor(random_models: Path) -> None:
    picture = Image.new("RGB", (200, 300), "white")
    ImageDraw.Draw(picture).line([(100, 50), (90, 250)], fill="navy", width=18)
    from_picture = inference.predict_picture("digits", picture)
    assert (
        from_picture.features.shape == TASKS["digits"].shape and from_picture.features.max() > 0.9
    )
    with pytest.raises(PictureError):
        inference.predict_picture("digits", Image.new("1", (12_000, 9000)))


def test_the_class_activation_adds_up_to_the_lead() -> None:
    torch.manual_seed(0)
    network, features = PetNet().eval(), torch.randn(1281, 10, 10)
    features[-1] /= features[-1].mean()  # the places' weights
    with torch.inference_mode():
        logits = network(features[None])[0]
    best = int(logits.argmax())
    share = class_activation(network, features)
    assert share.shape == features.shape[1:]
    assert share.sum() == pytest.approx((logits[best] - logits[1 - best]).item(), abs=1e-4)


def test_a_missing_network_is_asked_for_in_vain(random_models: Path) -> None:
    (random_models / "digits" / "mse.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"yet.*losslens train digits --loss mse"):
        inference.network("digits", "mse")
    assert "mse" not in inference.saliency_maps("digits", torch.zeros(TASKS["digits"].shape))


def test_without_the_backbone_every_loss_says_so(random_models: Path) -> None:
    prediction = inference.predict("pets", torch.zeros(TASKS["pets"].shape))
    assert prediction.given == [] and prediction.ood_score is None
    assert not inference.is_flagged("pets", prediction)
    assert all("trunk.safetensors is missing" in answer.problem for answer in prediction.answers)
