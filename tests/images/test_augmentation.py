"""Augmentation keeps digits digits and photos photos, and adds strokes to the right classes."""

import pytest
import torch
from torch import Generator, Tensor

from losslens.data.dataset import Augment, Dataset
from losslens.images.augmentation import (
    ADDED_STROKES,
    DigitVariation,
    PhotoVariation,
    augment_digits,
    augment_digits_lightly,
    augment_photos,
    shifted,
)

STILL = {name: 0.0 for name in ("rotation", "slant", "scale", "shift", "warp", "stroke")}


@pytest.fixture(scope="module")
def digits(mini: Dataset) -> tuple[Tensor, Tensor]:
    """Every tenth shipped digit."""
    return mini.batch(torch.arange(0, len(mini), 10))


@pytest.mark.parametrize("augment", [augment_digits, augment_digits_lightly, shifted])
def test_augmented_digits_stay_pictures_and_repeat_with_the_generator(
    augment: Augment, digits: tuple[Tensor, Tensor]
) -> None:
    images, target = digits
    before = images.clone()
    augmented = augment(images, target, Generator().manual_seed(5))
    assert augmented.shape == images.shape
    assert augmented.min() >= 0 and augmented.max() <= 1
    assert not torch.equal(augmented, images) and torch.equal(images, before)
    assert torch.equal(augmented, augment(images, target, Generator().manual_seed(5)))
    ink = augmented.sum(dim=(1, 2, 3)) / images.sum(dim=(1, 2, 3))
    assert 0.8 < ink.median() < 1.3


def test_shifted_digits_are_whole_and_lie_within_two_pixels(mini: Dataset) -> None:
    side = mini.images.shape[-1]
    dot = torch.zeros(200, 1, side, side)
    dot[:, 0, side // 2, side // 2] = 1
    moved = shifted(dot, torch.zeros(200, dtype=torch.long), Generator().manual_seed(0))
    assert (moved.sum(dim=(1, 2, 3)) == 1).all()
    places = moved[:, 0].nonzero()[:, 1:] - side // 2
    assert {tuple(place) for place in places.tolist()} == {
        (down, across) for down in range(-2, 3) for across in range(-2, 3)
    }


def test_added_strokes_add_ink_to_their_digits_alone(digits: tuple[Tensor, Tensor]) -> None:
    images, target = digits
    plain, added = (
        augment_digits(
            images, target, Generator().manual_seed(0), DigitVariation(added_stroke=share, **STILL)
        )
        for share in (0.0, 1.0)
    )
    more = (added - plain).sum(dim=(1, 2, 3))
    touched = torch.isin(target, torch.tensor(list(ADDED_STROKES)))
    assert (more[touched] > 1).float().mean() > 0.95
    assert more[~touched].abs().max() < 1e-3


def test_augmented_photos_are_crops_of_the_photo_and_repeat_with_the_generator() -> None:
    photos = torch.rand(16, 3, 224, 224, generator=Generator().manual_seed(0))
    photos[:, 0] = 1.0  # a red tint, which no crop loses
    target, side = torch.zeros(16, dtype=torch.long), PhotoVariation().side
    augmented = augment_photos(photos, target, Generator().manual_seed(3))
    assert augmented.shape == (16, 3, side, side)
    assert augmented.min() >= 0 and augmented.max() <= 1
    assert torch.equal(augmented, augment_photos(photos, target, Generator().manual_seed(3)))
    assert (augmented[:, 0].mean(dim=(1, 2)) > augmented[:, 1].mean(dim=(1, 2))).all()


def test_without_variation_a_photo_stays_as_it_is() -> None:
    none = PhotoVariation(side=100, least=1.0, stretch=1.0, rotation=0.0, colour=0.0)
    ramp = torch.linspace(0, 1, none.side).expand(1, 3, none.side, none.side)
    same = augment_photos(ramp, torch.tensor([0]), Generator(), none)
    mirrored = same.flip(-1)
    assert min((each - ramp).abs().max() for each in (same, mirrored)) < 1e-4
