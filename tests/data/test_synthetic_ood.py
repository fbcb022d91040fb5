"""Synthetic pictures that show none of a task's classes: in shape and range, and repeatable."""

import pytest
import torch

from losslens.data.synthetic_ood_digits import synthetic_ood_digits
from losslens.data.synthetic_ood_photos import KINDS, synthetic_ood_photos
from losslens.images.preprocessing import DIGIT_SIDE, PHOTO_SIDE, is_blank


def test_digits_kinds_are_drawn_and_repeat_with_the_seed() -> None:
    made = synthetic_ood_digits(3, count=60)
    assert made.shape == (60, 1, DIGIT_SIDE, DIGIT_SIDE)
    assert made.min() >= 0 and made.max() <= 1
    assert not any(is_blank(each) for each in made)
    assert torch.equal(made, synthetic_ood_digits(3, count=60))
    assert not torch.equal(made, synthetic_ood_digits(4, count=60))


@pytest.mark.parametrize("seed", [0, 1])
def test_photos_kinds_are_made_in_turn_and_repeat_with_the_seed(seed: int) -> None:
    count = 2 * len(KINDS)
    made = synthetic_ood_photos(seed, count)
    assert made.shape == (count, 3, PHOTO_SIDE, PHOTO_SIDE)
    assert made.min() >= 0 and made.max() <= 1
    assert torch.equal(made, synthetic_ood_photos(seed, count))
    assert len({each.numpy().tobytes() for each in made}) == count
