"""Networks of one shape, run as one, in less than half of the time that each takes by itself."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from losslens.networks.digit_net import DigitNet

_SIDE = 28  # pixels of a picture's height and width


class StackedDigitNets(nn.Module):
    """Several ``DigitNet`` of the same widths in eval mode, which stay as they are: digits
    (N, 1, 28, 28) in 0..1 to each one's logits (N, networks, classes).

    Each convolution is one for all, in groups, with its normalisation folded in.
    """

    weight: Tensor  # (networks, features, classes), of the last layers
    bias: Tensor  # (networks, 1, classes)

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        nets = [cast(DigitNet, network) for network in networks]
        self.count = len(nets)
        layers: list[nn.Module] = []
        side = _SIDE
        for each in zip(*(net.features for net in nets), strict=True):
            if isinstance(each[0], nn.Sequential):
                folded = [fuse_conv_bn_eval(block[0], block[1]) for block in each]
                layers.append(_rectified(_grouped(folded, shared=not layers), side))
            else:
                layers.append(each[0])
                side //= 2
        self.features = nn.Sequential(*layers)
        heads = [net.head for net in nets]
        self.register_buffer("weight", torch.stack([each.weight.detach().T for each in heads]))
        self.register_buffer("bias", torch.stack([each.bias.detach()[None] for each in heads]))

    @torch.inference_mode()
    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, networks, classes)."""
        features = self.features(images.contiguous(memory_format=torch.channels_last))
        strongest = features.amax(dim=(2, 3)).view(len(images), self.count, -1)
        return torch.baddbmm(self.bias, strongest.transpose(0, 1), self.weight).transpose(0, 1)


class PackedConvolution(nn.Module):
    """A convolution whose negative values become 0, for inference on a CPU: its weights lie as
    oneDNN wants them, which it otherwise sorts anew for each picture, longer than it computes.

    By the two operators of torch's own compiler, which has no public ones.
    """

    def __init__(self, convolution: nn.Conv2d, side: int) -> None:
        """``side``: the height and width of what it will be given, in pixels. Of another size it is
        right as well, and may be slow."""
        super().__init__()
        size = (1, convolution.in_channels, side, side)
        self._padding = cast(tuple[int, int], convolution.padding)
        self._groups = convolution.groups
        # Not a buffer: a packed tensor can neither be stored nor moved.
        self._weight = torch.ops.mkldnn._reorder_convolution_weight(
            convolution.weight.detach(), self._padding, (1, 1), (1, 1), self._groups, size
        )
        self._bias = cast(Tensor, convolution.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Values (N, C, H, W), none below 0."""
        ones = (1, 1)
        shape = (self._padding, ones, ones, self._groups)
        return cast(
            Tensor,
            torch.ops.mkldnn._convolution_pointwise(
                images, self._weight, self._bias, *shape, "relu", [], ""
            ),
        )


def can_pack() -> bool:
    """Whether this torch has oneDNN and both operators."""
    names = ("_reorder_convolution_weight", "_convolution_pointwise")
    return torch.backends.mkldnn.is_available() and all(
        hasattr(torch.ops.mkldnn, name) for name in names
    )


def _rectified(convolution: nn.Conv2d, side: int) -> nn.Module:
    if can_pack():
        return PackedConvolution(convolution, side)
    return nn.Sequential(convolution, nn.ReLU(inplace=True))


@torch.no_grad()
def _grouped(convolutions: Sequence[nn.Conv2d], shared: bool = False) -> nn.Conv2d:
    """All of them as one: on the ``shared`` input, or each on its own group of channels."""
    first, count = convolutions[0], len(convolutions)
    groups = 1 if shared else count
    together = nn.Conv2d(
        first.in_channels * groups,
        first.out_channels * count,
        cast(tuple[int, int], first.kernel_size),
        padding=cast(tuple[int, int], first.padding),
        groups=groups,
    )
    together.weight.copy_(torch.cat([each.weight for each in convolutions]))
    assert together.bias is not None
    together.bias.copy_(torch.cat([cast(Tensor, each.bias) for each in convolutions]))
    return together.eval().requires_grad_(False)
