"""Tensors of pictures: digits as MNIST has them, photos squeezed to a square."""

import pytest
import torch
from PIL import Image

from losslens.images.preprocessing import (
    DIGIT_SIDE,
    PHOTO_SIDE,
    digit_tensor,
    is_blank,
    photo_tensor,
)
from losslens.images.reading import read_picture
from support.pictures import PAD, STORED_AS, as_a_camera_stores_it, stroke

BOX = 20  # pixels; MNIST's


def test_a_digit_is_fitted_into_mnists_box_and_centred_by_mass() -> None:
    digit = digit_tensor(stroke())
    assert digit.shape == (1, DIGIT_SIDE, DIGIT_SIDE)
    assert int(digit[0].any(dim=1).sum()) == BOX
    centre = (digit[0].sum(dim=1) * torch.arange(float(DIGIT_SIDE))).sum() / digit.sum()
    assert centre.item() == pytest.approx((DIGIT_SIDE - 1) / 2, abs=0.5)


def test_light_on_dark_reads_as_dark_on_light() -> None:
    torch.testing.assert_close(digit_tensor(stroke("white", "black")), digit_tensor(stroke()))


def test_place_and_size_do_not_matter() -> None:
    moved = digit_tensor(stroke(box=(10, 20, 25, 100)))
    assert (moved - digit_tensor(stroke())).abs().max() < 0.35


@pytest.mark.parametrize("paper", ["white", "black", "#808080"])
def test_an_empty_picture_is_blank(paper: str) -> None:
    assert is_blank(digit_tensor(Image.new("RGB", (PAD, PAD), paper)))
    assert not is_blank(digit_tensor(stroke()))


@pytest.mark.parametrize("orientation", STORED_AS)
def test_a_photos_tensor_is_upright(orientation: int) -> None:
    photo = Image.new("RGB", (90, 60), "black")
    photo.paste("white", (0, 0, 45, 30))  # the upper left quarter
    tensor = photo_tensor(read_picture(as_a_camera_stores_it(photo, orientation)))
    half, blur = PHOTO_SIDE // 2, 12
    assert tensor.shape == (3, PHOTO_SIDE, PHOTO_SIDE)
    assert tensor[:, : half - blur, : half - blur].mean() > 0.95
    assert tensor[:, half + blur :].mean() < 0.05
    assert tensor[:, :, half + blur :].mean() < 0.05


@pytest.mark.parametrize("size", [(4000, 8), (8, 4000), (PHOTO_SIDE, PHOTO_SIDE), (9, 8)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_photos_of_every_shape_and_mode_fit(size: tuple[int, int], mode: str) -> None:
    tensor = photo_tensor(Image.new(mode, size))
    assert tensor.shape == (3, PHOTO_SIDE, PHOTO_SIDE)
    assert tensor.min() >= 0 and tensor.max() <= 1


def test_of_a_very_long_photo_the_middle_is_taken() -> None:
    photo = Image.new("RGB", (600, 100), "black")
    photo.paste("white", (200, 0, 400, 100))
    assert photo_tensor(photo).mean() > 0.95
