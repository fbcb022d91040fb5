"""Augmentation keeps digits digits and photos photos, and adds strokes to the right classes."""

import pytest
import torch
from torch import Generator, Tensor

from losslens.data.dataset import Augment, Dataset
from losslens.images.augmentation import (
    ADDED_STROKES,
    DigitVariation,
    augment_digits,
    augment_digits_lightly,
    mirrored_and_shifted,
    shifted,
)
from losslens.images.preprocessing import DIGIT_SIDE

STILL = {name: 0.0 for name in ("rotation", "slant", "scale", "shift", "warp", "stroke")}
COUNT = 30
TOP, BOTTOM, MIDDLE = 4, 24, DIGIT_SIDE // 2  # rows of the pen's first and last ink, and its column


@pytest.fixture(scope="module")
def digits(mini: Dataset) -> tuple[Tensor, Tensor]:
    """Every tenth shipped digit."""
    return mini.batch(torch.arange(0, len(mini), 10))


@pytest.mark.parametrize(
    "augment", [augment_digits, augment_digits_lightly, shifted, mirrored_and_shifted]
)
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


def test_half_of_the_clothes_are_mirrored(mini: Dataset) -> None:
    side = mini.images.shape[-1]
    bar = torch.zeros(400, 1, side, side)
    bar[:, :, 8:20, 4:7] = 1  # on the left, and still so when it is moved
    moved = mirrored_and_shifted(
        bar, torch.zeros(400, dtype=torch.long), Generator().manual_seed(0)
    )
    assert (moved.sum(dim=(1, 2, 3)) == 36).all()
    on_the_right = moved[..., side // 2 :].sum(dim=(1, 2, 3)) == 36
    assert 160 < on_the_right.sum() < 240
    first_rows = moved.sum(dim=3)[:, 0].argmax(dim=1)
    assert set(first_rows.tolist()) == set(range(6, 11)), "and moved by up to two pixels"


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


def upright(width: int) -> Tensor:
    """Pictures of one upright stroke, ``width`` pixels wide."""
    images = torch.zeros(COUNT, 1, DIGIT_SIDE, DIGIT_SIDE)
    left = MIDDLE - width // 2
    images[:, :, TOP:BOTTOM, left : left + width] = 1
    return images


def added(width: int, digit: int, share: float = 1.0) -> Tensor:
    """What ``augment_digits`` adds, (COUNT, H, W), where it changes nothing else."""
    images, target = upright(width), torch.full((COUNT,), digit)
    variation = DigitVariation(added_stroke=share, **STILL)
    augmented = augment_digits(images, target, Generator().manual_seed(0), variation)
    more = (augmented - images)[:, 0]
    return more.where(more.abs() > 1e-4, 0.0)  # resampling rounds


@pytest.mark.parametrize(("pen", "width"), [(1, 1.6), (2, 2.0), (3, 3.0), (4, 4.0), (6, 4.0)])
def test_the_added_bar_is_as_wide_as_the_pen_within_reason(pen: int, width: float) -> None:
    # The bar of a seven runs to the side at up to 15 degrees: beside the pen, a column holds its
    # whole width.
    beside = MIDDLE - pen // 2 - 1
    thickness = added(pen, 7)[:, :, beside].sum(dim=1)
    assert thickness.min() > width * 0.95 and thickness.max() < width * 1.12


def test_the_bar_of_a_seven_crosses_its_middle_to_both_sides() -> None:
    bar = added(2, 7)
    rows, columns = torch.arange(bar.shape[1]), torch.arange(bar.shape[2])
    down = (bar.sum(dim=2) * rows).sum(dim=1) / bar.sum(dim=(1, 2))
    assert (down - (TOP + BOTTOM - 1) / 2).abs().max() < 1.2
    reached = bar.amax(dim=1) > 0.5
    left = (MIDDLE - torch.where(reached, columns, MIDDLE).amin(dim=1)).tolist()
    right = (torch.where(reached, columns, MIDDLE).amax(dim=1) - MIDDLE).tolist()
    assert all(3 <= reach <= 7 for reach in (*left, *right)), (left, right)


def test_the_flag_of_a_one_runs_down_to_the_left_from_its_top() -> None:
    flag = added(2, 1)
    assert flag[:, :, MIDDLE + 3 :].sum() == 0 and flag[:, : TOP - 1].sum() == 0
    assert (flag[:, TOP : TOP + 10, :MIDDLE].sum(dim=(1, 2)) > 5).all()
    assert flag[:, TOP + 14 :].sum() == 0


def test_the_hook_of_a_nine_runs_to_the_left_from_its_bottom() -> None:
    hook = added(2, 9)
    assert hook[:, : BOTTOM - 8].sum() == 0 and hook[:, :, MIDDLE + 3 :].sum() == 0
    assert (hook[:, BOTTOM - 6 : BOTTOM + 3, : MIDDLE - 1].sum(dim=(1, 2)) > 3).all()


def test_only_the_asked_share_of_the_digits_gets_a_stroke() -> None:
    touched = sum(
        (added(2, digit, share=0.5).sum(dim=(1, 2)) > 1).sum().item() for digit in ADDED_STROKES
    )
    assert 0.3 < touched / (len(ADDED_STROKES) * COUNT) < 0.7


def test_a_blank_picture_of_such_a_class_stays_a_picture() -> None:
    target = torch.tensor(list(ADDED_STROKES))
    blank = torch.zeros(len(target), 1, DIGIT_SIDE, DIGIT_SIDE)
    variation = DigitVariation(added_stroke=1.0, **STILL)
    augmented = augment_digits(blank, target, Generator().manual_seed(0), variation)
    assert augmented.isfinite().all() and augmented.min() >= 0 and augmented.max() <= 1
