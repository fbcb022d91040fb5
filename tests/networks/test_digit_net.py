"""The networks for digits: from a batch of pictures to one logit a class."""

import pytest
import torch
from torch import nn

from losslens.networks.digit_net import DigitNet, SmallDigitNet
from losslens.tasks import TASKS

DIGITS = TASKS["digits"]


@pytest.mark.parametrize("network", [DigitNet, SmallDigitNet])
def test_a_digit_becomes_one_logit_a_class(network: type[nn.Module]) -> None:
    with torch.inference_mode():
        logits = network().eval()(torch.rand(3, *DIGITS.shape))
    assert logits.shape == (3, len(DIGITS.labels))
    assert logits.isfinite().all()


def test_widths_and_classes_may_be_others() -> None:
    with torch.inference_mode():
        logits = DigitNet((4, 8, 16), classes=3).eval()(torch.rand(2, *DIGITS.shape))
    assert logits.shape == (2, 3)
