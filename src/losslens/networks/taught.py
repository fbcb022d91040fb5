"""The networks of classes of one's own: features that are known already, and one linear layer."""

import torch
from torch import Tensor, nn

from losslens.networks.digit_net import DigitNet
from losslens.networks.pet_net import lite2_layers


# The exported script shows the source of these three: they may use no other name of here.
class DrawingFeatures(nn.Module):
    """Drawings (N, 1, 28, 28) in 0..1, ink bright, to what ``DigitNet``'s last layer looks at
    (N, 96)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = DigitNet().features

    def forward(self, drawings: Tensor) -> Tensor:
        """Features (N, 96)."""
        features: Tensor = self.layers(drawings).amax(dim=(2, 3))
        return features


class PhotoFeatures(nn.Module):
    """Photos (N, 3, S, S) in 0..1 to EfficientNet-Lite2's features, averaged over all places
    (N, 1280)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = lite2_layers()

    def forward(self, photos: Tensor) -> Tensor:
        """Features (N, 1280)."""
        features: Tensor = self.layers(photos * 2 - 1).mean(dim=(2, 3))
        return features


class TaughtHead(nn.Module):
    """What each loss trains: features (N, F), or (N, F, 1, 1), to logits (N, classes).

    Each feature is brought to one scale, which the pictures learnt from have set.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self.linear = nn.Linear(features, classes)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, classes)."""
        logits: Tensor = self.linear((features.flatten(1) - self.mean) / self.scale)
        return logits
