"""Every corruption keeps a picture a picture, and grows with its strength."""

import pytest
import torch
from torch import Generator, Tensor

from losslens.data.dataset import Dataset
from losslens.images.corruptions import CORRUPTIONS, LEVELS
from losslens.images.preprocessing import DIGIT_SIDE, PHOTO_SIDE
from losslens.tasks import TASKS

MEASURED = [(task, key) for task in TASKS for key in TASKS[task].corruption_strengths]


def pictures(task: str, mini: Dataset) -> Tensor:
    """Twelve digits, or twelve synthetic photos of smooth colours and a few edges."""
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


def test_a_quarter_turn_is_about_the_centre_either_way() -> None:
    turned = changed("rotation", dot().repeat(20, 1, 1, 1), 90.0)
    places = {divmod(int(each.argmax()), DIGIT_SIDE) for each in turned}
    middle = DIGIT_SIDE // 2
    assert places == {(middle - 1, middle), (middle, middle - 1)}


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
