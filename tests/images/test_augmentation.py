"""Augmentation keeps digits digits: range, place and ink stay sane, and the habits go to the right classes."""

import torch
from torch import Generator

from losslens.data.dataset import Dataset
from losslens.images.augmentation import augment_digits, augment_photos


def test_varied_digits_stay_pictures_and_repeat_with_the_generator(mini: Dataset) -> None:
    images, target = mini.batch(torch.arange(0, 5000, 10))
    varied = augment_digits(images, target, Generator().manual_seed(5))
    assert varied.shape == images.shape
    assert varied.min() >= 0 and varied.max() <= 1
    assert not torch.equal(varied, images)
    assert torch.equal(varied, augment_digits(images, target, Generator().manual_seed(5)))
    ink = varied.sum(dim=(1, 2, 3)) / images.sum(dim=(1, 2, 3))
    assert 0.8 < ink.median() < 1.3


def test_habits_add_ink_to_ones_sevens_and_nines_alone(mini: Dataset) -> None:
    images, target = mini.batch(torch.arange(0, 5000, 10))
    still = {"rotation": 0.0, "slant": 0.0, "scale": 0.0, "shift": 0.0, "warp": 0.0, "stroke": 0.0}
    plain = augment_digits(images, target, Generator().manual_seed(0), habit=0.0, **still)
    marked = augment_digits(images, target, Generator().manual_seed(0), habit=1.0, **still)
    more = (marked - plain).sum(dim=(1, 2, 3))
    touched = torch.isin(target, torch.tensor([1, 7, 9]))
    assert (more[touched] > 1).float().mean() > 0.95
    assert more[~touched].abs().max() < 1e-3


def test_varied_photos_are_crops_of_the_photo_and_repeat_with_the_generator() -> None:
    photos = torch.rand(16, 3, 224, 224)
    photos[:, 0] = 1.0  # a red tint, which no crop loses
    target = torch.zeros(16, dtype=torch.long)
    varied = augment_photos(photos, target, Generator().manual_seed(3))
    assert varied.shape == (16, 3, 192, 192) and varied.min() >= 0 and varied.max() <= 1
    assert torch.equal(varied, augment_photos(photos, target, Generator().manual_seed(3)))
    assert (varied[:, 0].mean(dim=(1, 2)) > varied[:, 1].mean(dim=(1, 2))).all()


def test_unvaried_settings_leave_a_photo_as_it_is() -> None:
    ramp = torch.linspace(0, 1, 192).expand(1, 3, 192, 192)
    same = augment_photos(
        ramp, torch.tensor([0]), Generator(), least=1.0, stretch=1.0, rotation=0.0, colour=0.0
    )
    assert torch.allclose(same, ramp, atol=1e-4) or torch.allclose(
        same, ramp.flip(-1), atol=1e-4
    )  # mirrored or not
