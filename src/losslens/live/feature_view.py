"""Digits as a network's penultimate layer has them, from moment to moment of its training, in a
plane.

``scripts/feature_view.py`` has trained a ``StudyNet`` under each loss, and kept it at some moments:
what it had learnt so far, and where it puts some digits that it never learnt from. The plane is the
same for all moments of a training: that in which the last one holds the class means farthest apart.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from losslens.networks.digit_net import StudyNet

FILE = Path(__file__).with_name("feature_view.npz")
_MOST_WEIGHT = 127  # of a weight kept in a byte

Bytes = NDArray[np.int8]


@dataclass(frozen=True)
class Convolution:
    """A convolution with its normalisation folded in, kept in a byte a weight."""

    weight: Bytes  # (out, in, H, W), in units of ``unit``
    unit: NDArray[np.float16]  # (out,)
    bias: NDArray[np.float16]  # (out,)

    @classmethod
    def of(cls, convolution: nn.Module, normalisation: nn.Module) -> "Convolution":
        """Both as one, with the nearest weights that can be kept."""
        assert isinstance(convolution, nn.Conv2d) and isinstance(normalisation, nn.BatchNorm2d)
        folded = fuse_conv_bn_eval(convolution.eval(), normalisation.eval())
        assert folded.bias is not None
        weight, bias = folded.weight.detach(), folded.bias.detach()
        unit = weight.abs().amax(dim=(1, 2, 3)).clamp_min(1e-6) / _MOST_WEIGHT
        unit = unit.half().clamp_min(1e-7)
        steps = (weight / unit.float()[:, None, None, None]).round().clamp(-127, 127)
        return cls(steps.to(torch.int8).numpy(), unit.numpy(), bias.half().numpy())

    def __call__(self, images: Tensor, padding: int) -> Tensor:
        """What it makes of images, halved in size, and no less than 0."""
        weight = torch.from_numpy(self.weight).float()
        weight = weight * torch.from_numpy(self.unit).float()[:, None, None, None]
        bias = torch.from_numpy(self.bias).float()
        return F.conv2d(images, weight, bias, stride=2, padding=padding).relu_()


@dataclass(frozen=True)
class Snapshot:
    """A network up to its penultimate layer at one moment of its training."""

    first: Convolution
    second: Convolution

    @classmethod
    def of(cls, network: StudyNet) -> "Snapshot":
        """What a network knows now."""
        return cls(Convolution.of(network[0], network[1]), Convolution.of(network[3], network[4]))

    @torch.inference_mode()
    def features(self, digits: Tensor) -> Tensor:
        """The penultimate layer (N, 784) of digits (N, 1, 28, 28) in 0..1."""
        return self.second(self.first(digits, padding=2), padding=1).flatten(1)


@dataclass(frozen=True)
class Plane:
    """Where features are laid down: across and down."""

    centre: Tensor  # (784,)
    axes: Tensor  # (2, 784)
    low: Tensor  # (2,): what is 0 on the picture
    span: Tensor  # (2,): from there to 1

    @classmethod
    def through_means(cls, features: Tensor, target: Tensor) -> "Plane":
        """The plane in which the class means of features (N, 784) lie farthest apart; its picture
        is not bounded yet."""
        means = torch.stack([features[target == each].mean(dim=0) for each in target.unique()])
        centre = means.mean(dim=0)
        _, _, axes = torch.linalg.svd(means - centre, full_matrices=False)
        return cls(centre, axes[:2].half().float(), torch.zeros(2), torch.ones(2))

    def place(self, features: Tensor) -> Tensor:
        """Where features (N, 784) lie (N, 2); those of the digits within 0..1."""
        return ((features - self.centre) @ self.axes.T - self.low) / self.span


@dataclass(frozen=True)
class Training:
    """One loss's training: its moments, and the digits at each."""

    snapshots: list[Snapshot]
    plane: Plane
    places: NDArray[np.uint8]  # (moments, digits, 2), 255 at the far end
    separation: list[float]  # of the classes, R^2 at each moment
    accuracy: list[float]  # on held-out digits, 0..1, at each moment

    def star(self, digit: Tensor) -> list[list[float]]:
        """Where a visitor's digit (1, 28, 28) lies at each moment, as x and y; near 0..1."""
        return [self.plane.place(each.features(digit[None]))[0].tolist() for each in self.snapshots]


@dataclass(frozen=True)
class FeatureView:
    """All that is shown."""

    trainings: dict[str, Training]  # by loss
    seen: list[int]  # examples that were learnt from at each moment
    chosen: list[int]  # of ``mini_mnist``: the digits that are shown
    target: list[int]  # their classes


def packed(view: FeatureView) -> dict[str, Any]:
    """The arrays that are written."""
    trainings = list(view.trainings.values())

    def every(name: str, which: str) -> NDArray[Any]:
        return np.stack(
            [[getattr(getattr(s, which), name) for s in each.snapshots] for each in trainings]
        )

    weights = {
        f"{which}_{name}": every(name, which)
        for which in ("first", "second")
        for name in ("weight", "unit", "bias")
    }
    planes = {
        name: np.stack([getattr(each.plane, name).half().numpy() for each in trainings])
        for name in ("centre", "axes", "low", "span")
    }
    return (
        weights
        | planes
        | {
            "losses": np.array(list(view.trainings)),
            "places": np.stack([each.places for each in trainings]),
            "separation": np.array([each.separation for each in trainings], dtype=np.float16),
            "accuracy": np.array([each.accuracy for each in trainings], dtype=np.float16),
            "seen": np.array(view.seen, dtype=np.int32),
            "chosen": np.array(view.chosen, dtype=np.int16),
            "target": np.array(view.target, dtype=np.int8),
        }
    )


@cache
def feature_view(path: Path = FILE) -> FeatureView:
    """What is written in a file. A loss that it lacks was not trained for it yet."""
    with np.load(path) as archive:
        arrays = dict(archive)
    trainings = {str(loss): _training(arrays, index) for index, loss in enumerate(arrays["losses"])}
    seen, chosen, target = (arrays[name].tolist() for name in ("seen", "chosen", "target"))
    return FeatureView(trainings, seen, chosen, target)


def _training(arrays: dict[str, Any], index: int) -> Training:
    def convolution(which: str, moment: int) -> Convolution:
        names = ("weight", "unit", "bias")
        return Convolution(*(arrays[f"{which}_{name}"][index][moment] for name in names))

    planes = (
        torch.from_numpy(arrays[name][index]).float() for name in ("centre", "axes", "low", "span")
    )
    moments = range(len(arrays["seen"]))
    return Training(
        [Snapshot(convolution("first", each), convolution("second", each)) for each in moments],
        Plane(*planes),
        arrays["places"][index],
        arrays["separation"][index].astype(float).tolist(),
        arrays["accuracy"][index].astype(float).tolist(),
    )
