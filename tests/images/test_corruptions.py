"""Every corruption keeps a picture a picture, grows with its strength, and does what it says: how
much it changes, and what comes in at the edges."""

import math

import pytest
import torch
from torch import Generator, Tensor

from losslens.data.bundled import mini_fashion
from losslens.data.dataset import Dataset
from losslens.images.corruptions import CORRUPTIONS, LEVELS
from losslens.images.preprocessing import DIGIT_SIDE, PHOTO_SIDE
from losslens.tasks import TASKS

COUNT, SIDE = 40, 32
MEASURED = [(task, key) for task in TASKS for key in TASKS[task].corruption_strengths]


def pictures(task: str, mini: Dataset) -> Tensor:
    """Twelve digits or clothes, or twelve synthetic photos of smooth colours and a few edges."""
    if task == "fashion":
        return mini_fashion().batch(torch.arange(12))[0]
    if TASKS[task].input_kind == "drawing":
        return mini.batch(torch.arange(0, len(mini), 430))[0]
    coarse = torch.rand(12, 3, 9, 9, generator=Generator().manual_seed(0))
    size = (PHOTO_SIDE, PHOTO_SIDE)
    return torch.nn.functional.interpolate(coarse, size=size, mode="nearest-exact") * 0.7 + 0.1


def changed(key: str, images: Tensor, strength: float) -> Tensor:
    return CORRUPTIONS[key](images, strength, Generator().manual_seed(0))


@pytest.mark.parametrize(("task", "key"), MEASURED)
def test_a_corruption_keeps_shape_and_range_and_grows(task: str, key: str, mini: Dataset) -> None:
    images = pictures(task, mini)
    before = images.clone()
    torch.testing.assert_close(changed(key, images, 0.0), images, atol=1e-4, rtol=0)
    away = []
    for strength in TASKS[task].corruption_strengths[key]:
        bad = changed(key, images, strength)
        assert bad.shape == images.shape and bad.dtype == images.dtype
        assert bad.min() >= 0 and bad.max() <= 1
        assert torch.equal(bad, changed(key, images, strength)), "chance is the generator's alone"
        away.append(float((bad - images).abs().mean()))
    assert torch.equal(images, before), "a pure function leaves what it was given"
    # A digit beside its old place is no farther from it, and a photo on its head may be nearer than
    # one on its side.
    turned_photo = (key, TASKS[task].input_kind) == ("rotation", "photo")
    grown = away[0] < away[1] < away[2] or key == "translation" or turned_photo
    assert away[0] > 0 and grown, away


@pytest.mark.parametrize("task", TASKS)
def test_a_tasks_strengths_are_of_known_corruptions_and_grow(task: str) -> None:
    strengths = TASKS[task].corruption_strengths
    assert strengths.keys() <= CORRUPTIONS.keys()
    assert all(len(each) == len(LEVELS) for each in strengths.values())
    assert all(list(each) == sorted(set(each)) for each in strengths.values())


def dot() -> Tensor:
    """One white pixel below and right of the middle, (1, 1, S, S)."""
    image = torch.zeros(1, 1, DIGIT_SIDE, DIGIT_SIDE)
    image[0, 0, DIGIT_SIDE // 2, DIGIT_SIDE // 2] = 1
    return image


@pytest.mark.parametrize("strength", [0.1, 0.2, 0.3])
def test_a_translation_moves_by_the_share_of_the_side_that_was_asked(strength: float) -> None:
    axis, middle = torch.arange(float(DIGIT_SIDE)), DIGIT_SIDE // 2
    moved = changed("translation", dot(), strength)[0, 0]
    down = (axis[:, None] * moved).sum() / moved.sum() - middle
    right = (axis[None, :] * moved).sum() / moved.sum() - middle
    assert torch.hypot(down, right) == pytest.approx(DIGIT_SIDE * strength, abs=0.2)


def test_occlusion_covers_a_square_of_the_asked_side() -> None:
    covered = (changed("occlusion", torch.zeros(50, 3, 100, 100), 0.3) == 0.5).float()
    assert covered.mean(dim=(1, 2, 3)) == pytest.approx(0.09, abs=0.005)


def test_salt_and_pepper_come_in_equal_parts_and_in_all_colours() -> None:
    bad = changed("salt_and_pepper", torch.full((4, 3, 100, 100), 0.5), 0.2)
    assert (bad == 0).float().mean() == pytest.approx(0.1, abs=0.01)
    assert (bad == 1).float().mean() == pytest.approx(0.1, abs=0.01)
    assert torch.equal(bad[:, 0], bad[:, 2])


def white(value: float = 1.0) -> Tensor:
    return torch.full((COUNT, 3, SIDE, SIDE), value)


def test_black_comes_in_at_the_corners_of_a_turned_picture() -> None:
    turned = changed("rotation", white(), 45.0)
    for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert turned[:, :, row, column].max() == 0
    assert turned[:, :, SIDE // 2, SIDE // 2].min() == pytest.approx(1)
    # A square turned by 45 degrees covers an octagon of itself: 2 (sqrt 2 - 1) of its area.
    assert turned.mean() == pytest.approx(2 * (math.sqrt(2) - 1), abs=0.01)


def test_a_picture_is_turned_either_way_and_by_the_asked_angle() -> None:
    spot = torch.zeros(COUNT, 1, SIDE + 1, SIDE + 1)
    middle, reach = SIDE // 2, 12
    spot[:, :, middle, middle + reach] = 1
    turned = changed("rotation", spot, 30.0)
    places = torch.arange(SIDE + 1.0) - middle
    down = (turned[:, 0].sum(dim=2) * places).sum(dim=1) / turned.sum(dim=(1, 2, 3))
    across = (turned[:, 0].sum(dim=1) * places).sum(dim=1) / turned.sum(dim=(1, 2, 3))
    torch.testing.assert_close(down.abs(), torch.full((COUNT,), reach / 2), atol=0.1, rtol=0)
    torch.testing.assert_close(
        across, torch.full((COUNT,), reach * math.sqrt(3) / 2), atol=0.1, rtol=0
    )
    assert 5 < (down > 0).sum() < COUNT - 5


def test_black_comes_in_behind_a_moved_picture_and_all_else_is_kept() -> None:
    moved = changed("translation", white(), 0.25)
    assert set(moved[:, 0].amin(dim=(1, 2)).tolist()) == {0.0}
    kept = moved[:, 0].mean(dim=(1, 2))
    # Straight along an axis three quarters stay; along a diagonal, somewhat less.
    assert kept.max() <= 0.76 and kept.min() >= (1 - 0.25 / math.sqrt(2)) ** 2 - 0.01


@pytest.mark.parametrize("key", ["motion_blur", "blur", "pixelate", "low_contrast"])
def test_a_plain_picture_stays_plain_up_to_its_edges(key: str) -> None:
    for strength in TASKS["digits"].corruption_strengths[key]:
        torch.testing.assert_close(changed(key, white(0.7), strength), white(0.7))


def test_motion_smears_a_spot_along_a_line_of_the_asked_length() -> None:
    spot = torch.zeros(COUNT, 1, SIDE + 1, SIDE + 1)
    spot[:, :, SIDE // 2, SIDE // 2] = 1
    smeared = changed("motion_blur", spot, 8.0)
    torch.testing.assert_close(smeared.sum(dim=(1, 2, 3)), torch.ones(COUNT), atol=1e-3, rtol=0)
    places = torch.arange(SIDE + 1.0) - SIDE // 2
    down = (smeared[:, 0].sum(dim=2) * places.square()).sum(dim=1)
    across = (smeared[:, 0].sum(dim=1) * places.square()).sum(dim=1)
    # Nine places one pixel apart: a variance of 60 / 9, and a little from resampling.
    assert (down + across - 60 / 9).abs().max() < 0.6
    assert down.min() < 1 and down.max() > 5  # in every direction


def test_contrast_is_lost_towards_the_mean_by_the_asked_share() -> None:
    halves = white(0.0)
    halves[..., SIDE // 2 :] = 0.8
    faded = changed("low_contrast", halves, 0.25)
    assert faded.amin(dim=(1, 2, 3)).tolist() == pytest.approx([0.1] * COUNT)
    assert faded.unique().tolist() == pytest.approx([0.1, 0.7])


def test_light_is_added_and_cut_off_at_white() -> None:
    assert changed("overexposed", white(0.5), 0.3).unique().tolist() == pytest.approx([0.8])
    assert changed("overexposed", white(0.9), 0.3).unique().tolist() == [1.0]


def test_noise_has_the_asked_deviation() -> None:
    noisy = changed("gaussian_noise", white(0.5), 0.1)
    assert noisy.std() == pytest.approx(0.1, rel=0.03) and noisy.mean() == pytest.approx(
        0.5, abs=0.003
    )
    apart = (noisy[:, 0] - noisy[:, 1]).abs().mean()
    assert apart > 0.05, "each colour has its own noise"


def test_pixels_become_squares_of_one_colour() -> None:
    images = torch.rand(2, 3, SIDE, SIDE, generator=Generator().manual_seed(1))
    coarse = changed("pixelate", images, 3.0)
    squares = coarse.unfold(2, 4, 4).unfold(3, 4, 4)
    assert torch.equal(squares, squares[..., :1, :1].expand_as(squares))
    torch.testing.assert_close(
        squares.mean(dim=(4, 5)), images.unfold(2, 4, 4).unfold(3, 4, 4).mean(dim=(4, 5))
    )
