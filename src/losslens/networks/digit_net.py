"""The networks for written digits; none ends in a softmax, since every loss wants raw logits."""

import torch
from torch import Tensor, nn

CLASSES = 10  # 0 to 9


# Live training's exported script shows the source of this class and the next, with the functions
# that they call: they may use no other name of here.
class DigitNet(nn.Module):
    """A small convolutional network: digits (N, 1, 28, 28) in 0..1, ink bright, to logits.

    Three pairs of 3x3 convolutions, at the full, half and quarter size, then the strongest response
    of each channel; 156,000 weights and 13 million multiplications at the ``widths`` given. Two
    convolutions at full size are what matters: folding 2x2 pixels into channels first halves the
    time an epoch, but made 1.2 times the errors on 10,000 held-out digits.
    """

    def __init__(self, widths: tuple[int, int, int] = (16, 48, 96), classes: int = 10) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.features = nn.Sequential(
            *(_convolution(1, fine), _convolution(fine, fine), nn.MaxPool2d(2)),
            *(_convolution(fine, middle), _convolution(middle, middle), nn.MaxPool2d(2)),
            *(_convolution(middle, coarse), _convolution(coarse, coarse)),
        )
        self.head = nn.Linear(coarse, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, classes)."""
        logits: Tensor = self.head(self.features(images).amax(dim=(2, 3)))
        return logits


class SmallDigitNet(nn.Sequential):
    """The network of live training: digits (N, 1, 28, 28) in 0..1 to logits (N, 10).

    Its first convolution strides, so that four of these learn together while somebody watches; a
    stride in the place of the pooling would cost 0.4 points. Pooled before they are normalised, the
    second convolution's responses take a quarter of the time. The last layer sees where each
    response is, without which squared error on logits stays below 97 %.
    """

    def __init__(self) -> None:
        super().__init__(
            *(
                nn.Conv2d(1, 16, 5, stride=2, padding=2, bias=False),
                nn.BatchNorm2d(16),
                nn.ReLU(inplace=True),
            ),
            *(
                nn.Conv2d(16, 24, 3, padding=1, bias=False),
                nn.MaxPool2d(2),
                nn.BatchNorm2d(24),
                nn.ReLU(inplace=True),
            ),
            *(
                nn.Conv2d(24, 32, 3, padding=1, bias=False),
                nn.BatchNorm2d(32),
                nn.ReLU(inplace=True),
            ),
            *(nn.Flatten(), nn.Linear(32 * 7 * 7, 10)),
        )


class ExposedDigitNet(nn.Module):
    """The network of the OOD detector: digits (N, 1, 28, 28) in 0..1 to log-probabilities (N, 11).

    The last class is "none of these". Two networks of different depth, and the mean of what they
    say, since they err differently on what neither has met: where 3 % of pen strokes are flagged,
    each flags 87 to 88 % of the letters of unseen alphabets, and both 89 to 90 %; three of the
    shallow ones flag 89 %. Lakshminarayanan et al. 2017, https://arxiv.org/abs/1612.01474
    """

    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList([_exposed(deep=False), _exposed(deep=True)])

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities (N, 11), the mean of the members', so that they need not sum to 1."""
        each = [member(images).log_softmax(dim=1) for member in self.members]
        return torch.stack(each).mean(dim=0)


def _exposed(*, deep: bool) -> nn.Sequential:
    """Digits (N, 1, 28, 28) to logits (N, 11); a deep one has one convolution more at each size."""
    return nn.Sequential(
        *(_convolution(1, 24, kernel=5, stride=2), _convolution(24, 48)),
        *([_convolution(48, 48)] if deep else []),
        *(nn.MaxPool2d(2), _convolution(48, 96)),
        *([_convolution(96, 96)] if deep else []),
        *(nn.Flatten(), nn.Dropout(0.3), nn.Linear(96 * 7 * 7, CLASSES + 1)),
    )


class StudyNet(nn.Sequential):
    """The network of the study: pictures (N, 1, 28, 28) in 0..1 to logits (N, 10).

    ``SmallDigitNet`` made smaller, since a study trains thousands: both convolutions stride, and
    with half of the channels it takes a quarter of the time. What comes before its last convolution
    are its features, (N, 16, 7, 7).
    """

    def __init__(self) -> None:
        super().__init__(
            *(
                nn.Conv2d(1, 8, 5, stride=2, padding=2, bias=False),
                nn.BatchNorm2d(8),
                nn.ReLU(inplace=True),
            ),
            *(
                nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(16),
                nn.ReLU(inplace=True),
            ),
            # A linear layer, as a convolution: what comes back to the features keeps their layout.
            *(nn.Conv2d(16, CLASSES, 7), nn.Flatten()),
        )


def _convolution(
    channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )
