"""Saliency maps add up to what they explain: the lead of the answer over the other classes."""

from statistics import median

import pytest
import torch
from torch import Tensor

from losslens.checkpoints.files import load
from losslens.data.dataset import Dataset
from losslens.losses.catalogue import card_losses
from losslens.networks.digit_net import DigitNet
from losslens.networks.pet_net import FEATURES, PetNet
from losslens.networks.saliency import class_activation, integrated_gradients
from losslens.tasks import TASKS


def lead(logits: Tensor, answer: int) -> float:
    """Of ``answer`` over the mean of the other classes, from logits (C,)."""
    others = torch.cat([logits[:answer], logits[answer + 1 :]])
    return float(logits[answer] - others.mean())


def test_integrated_gradients_add_up_to_the_rise_of_the_lead() -> None:
    torch.manual_seed(0)
    model, image = DigitNet().eval(), torch.zeros(TASKS["digits"].shape)
    image[0, 8:20, 12:16] = torch.rand(12, 4)
    share = integrated_gradients(model, image)
    with torch.inference_mode():
        blank, logits = model(torch.stack([torch.zeros_like(image), image]))
    answer = int(logits.argmax())
    rise = lead(logits, answer) - lead(blank, answer)
    assert share.shape == image.shape[1:] and not share[image[0].numpy() == 0].any()
    assert share.sum() == pytest.approx(rise, rel=0.1, abs=0.01)


@pytest.mark.parametrize("loss", card_losses())
def test_maps_of_the_shipped_networks_add_up(loss: str, mini: Dataset) -> None:
    network, missed = load("digits", loss).network, []
    for image in mini.batch(torch.arange(60, 5_000, 700))[0]:
        with torch.inference_mode():
            blank, logits = network(torch.stack([torch.zeros_like(image), image]))
        answer = int(logits.argmax())
        rise = lead(logits, answer) - lead(blank, answer)
        missed.append(abs(float(integrated_gradients(network, image).sum()) - rise) / abs(rise))
    assert median(missed) < 0.1, missed


def test_class_activation_adds_up_to_the_lead_with_the_biases() -> None:
    torch.manual_seed(0)
    model, features = PetNet().eval(), torch.rand(FEATURES + 1, 10, 10)
    model.scale.running_mean.uniform_()
    model.scale.running_var.uniform_(0.5, 2)
    features[-1] /= features[-1].mean()  # the places' weights
    share = class_activation(model, features)
    with torch.inference_mode():
        logits = model(features[None])[0]
    answer = int(logits.argmax())
    assert share.shape == features.shape[1:]
    assert share.sum() == pytest.approx(lead(logits, answer), abs=1e-4)
