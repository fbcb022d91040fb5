"""Every corruption keeps a picture a picture, leaves it alone at strength 0, and grows with its strength."""

from dataclasses import astuple

import pytest
import torch
from torch import Generator, Tensor

from losslens.data.dataset import Dataset
from losslens.images.corruptions import CORRUPTIONS, LEVELS
from losslens.tasks import TASKS


def pictures(task: str, mini: Dataset) -> Tensor:
    """Twelve digits, or twelve made photos of smooth colours and a few edges."""
    if task == "digits":
        return mini.batch(torch.arange(0, 5000, 430))[0]
    coarse = torch.rand(12, 3, 9, 9, generator=Generator().manual_seed(0))
    return (
        torch.nn.functional.interpolate(coarse, size=(224, 224), mode="nearest-exact") * 0.7 + 0.1
    )


def changed(key: str, images: Tensor, strength: float) -> Tensor:
    return CORRUPTIONS[key].fn(images, strength, Generator().manual_seed(0))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("key", CORRUPTIONS)
def test_a_corruption_keeps_shape_and_range_and_grows(key: str, task: str, mini: Dataset) -> None:
    images = pictures(task, mini)
    before = images.clone()
    torch.testing.assert_close(changed(key, images, 0.0), images, atol=1e-4, rtol=0)
    away = []
    for strength in CORRUPTIONS[key].strengths[task]:
        bad = changed(key, images, strength)
        assert bad.shape == images.shape and bad.dtype == images.dtype
        assert bad.min() >= 0 and bad.max() <= 1
        assert torch.equal(bad, changed(key, images, strength)), (
            "chance must come from the generator"
        )
        away.append(float((bad - images).abs().mean()))
    assert torch.equal(images, before), "a pure function leaves what it was given"
    # A digit beside its old place is no farther from it, and a photo on its head may be nearer than
    # one on its side.
    grown = (
        away[0] < away[1] < away[2] or key == "translation" or (key, task) == ("rotation", "pets")
    )
    assert away[0] > 0 and grown, away


def test_there_are_ten_at_three_strengths_for_every_task() -> None:
    assert len(CORRUPTIONS) == 10
    for corruption in CORRUPTIONS.values():
        assert corruption.strengths.keys() == TASKS.keys()
        assert all(len(levels) == len(LEVELS) == 3 for levels in corruption.strengths.values()), (
            astuple(corruption)
        )


def test_what_is_moved_out_comes_back_by_the_opposite_move(mini: Dataset) -> None:
    dot = torch.zeros(1, 1, 28, 28)
    dot[0, 0, 14, 14] = 1
    turned = CORRUPTIONS["rotation"].fn(dot.repeat(20, 1, 1, 1), 90.0, Generator().manual_seed(0))
    places = {divmod(int(each.argmax()), 28) for each in turned}
    assert places == {(13, 14), (14, 13)}  # a quarter turn about the centre, either way
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    for strength in CORRUPTIONS["translation"].strengths["digits"]:
        moved = CORRUPTIONS["translation"].fn(dot, strength, Generator().manual_seed(1))
        centre = [(axis * moved[0, 0]).sum() / moved.sum() for axis in (rows, columns)]
        assert torch.hypot(centre[0] - 14, centre[1] - 14) == pytest.approx(28 * strength, abs=0.2)


def test_occlusion_covers_a_square_of_the_asked_side() -> None:
    covered = (changed("occlusion", torch.zeros(50, 3, 100, 100), 0.3) == 0.5).float()
    assert covered.mean(dim=(1, 2, 3)) == pytest.approx(0.09, abs=0.005)


def test_salt_and_pepper_come_in_equal_parts_and_in_all_colours() -> None:
    bad = changed("salt_and_pepper", torch.full((4, 3, 100, 100), 0.5), 0.2)
    assert (bad == 0).float().mean() == pytest.approx(0.1, abs=0.01)
    assert (bad == 1).float().mean() == pytest.approx(0.1, abs=0.01)
    assert torch.equal(bad[:, 0], bad[:, 2])
