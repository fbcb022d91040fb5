"""Clothes on photos become pictures as Fashion-MNIST was made."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from losslens.data.bundled import mini_fashion
from losslens.images.clothes import CLOTHES_SIDE, clothes_tensor
from losslens.images.preprocessing import is_blank

SIZE = (300, 400)  # width and height of the photos, pixels
PIECE = (60, 50, 159, 349)  # left, top, right, bottom of a piece of 100 x 300 pixels
WIDTH = round(CLOTHES_SIDE * 100 / 300)  # of it, pixels of the result


def photo(background: Any, piece: Any, at: tuple[int, int, int, int] = PIECE) -> Image.Image:
    """A box of one colour on a background of another."""
    picture = Image.new("RGB", SIZE, background)
    ImageDraw.Draw(picture).rectangle(at, fill=piece)
    return picture


def box(made: Tensor) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is lighter than a faint grey."""
    rows, columns = (np.flatnonzero((made[0] > 0.1).any(dim=axis).numpy()) for axis in (1, 0))
    return columns[0], rows[0], columns[-1], rows[-1]


def middle_box(made: Tensor) -> bool:
    """Whether it is as high as the picture, of the piece's proportions, and in the middle."""
    left, top, right, bottom = box(made)
    centred = abs((left + right) / 2 - (CLOTHES_SIDE - 1) / 2) <= 1
    return (top, bottom) == (0, CLOTHES_SIDE - 1) and abs(right - left + 1 - WIDTH) <= 1 and centred


def test_a_picture_of_fashion_mnist_comes_back_itself() -> None:
    for picture in mini_fashion().images[:50, 0]:
        on_white = Image.fromarray(255 - picture.numpy())
        for given in (Image.fromarray(picture.numpy()), on_white):
            if np.median(np.asarray(given)[0]) in (0, 255):  # whose rim says which it is
                assert torch.equal((clothes_tensor(given)[0] * 255).round(), picture.float())


def test_a_piece_on_white_is_negated_and_laid_in_the_middle() -> None:
    made = clothes_tensor(photo("white", (64, 64, 64)))
    assert made.shape == (1, CLOTHES_SIDE, CLOTHES_SIDE)
    assert middle_box(made)
    assert made[0, CLOTHES_SIDE // 2, CLOTHES_SIDE // 2].item() == pytest.approx(0.75, abs=0.01)
    assert (made[0, :, 0] == 0).all()


@pytest.mark.parametrize("moved", [(0, 0), (70, -40), (-50, 45)])
def test_where_the_piece_lies_does_not_matter(moved: tuple[int, int]) -> None:
    right, down = moved
    at = (PIECE[0] + right, PIECE[1] + down, PIECE[2] + right, PIECE[3] + down)
    made, first = (clothes_tensor(photo("white", "navy", each)) for each in (at, PIECE))
    assert middle_box(made) and (made - first).abs().mean() < 0.02


def test_on_a_dark_background_a_light_piece_stays_light() -> None:
    made = clothes_tensor(photo("black", (191, 191, 191)))
    assert middle_box(made)
    assert made[0, CLOTHES_SIDE // 2, CLOTHES_SIDE // 2].item() == pytest.approx(0.75, abs=0.01)


def in_uneven_light(picture: Image.Image, noise: float) -> Image.Image:
    """Darker from one corner to the other, and with the noise of a camera."""
    pixels: NDArray[np.float64] = np.asarray(picture, dtype=np.float64)
    height, width, _ = pixels.shape
    down, across = np.mgrid[:height, :width]
    light = 1 - 0.3 * (down / height + across / width)[..., None] / 2
    grain = np.random.default_rng(0).normal(0, noise, pixels.shape)
    return Image.fromarray(np.clip(pixels * light + grain, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("background", ["white", (225, 210, 190), (180, 200, 190)])
def test_uneven_light_and_noise_are_no_piece(background: Any) -> None:
    made = clothes_tensor(in_uneven_light(photo(background, (60, 40, 40)), noise=3))
    assert middle_box(made)
    outside = torch.cat([made[0, :, :5], made[0, :, -5:]], dim=1)
    assert (outside == 0).float().mean() > 0.98


def test_a_white_piece_is_seen_by_its_edges_and_folds() -> None:
    picture = photo("white", (238, 238, 238))
    ImageDraw.Draw(picture).line((110, 60, 110, 340), fill=(120, 120, 120), width=12)
    made = clothes_tensor(picture)
    left, top, right, bottom = box(made + 0.06 * (made > 0))
    assert (top, bottom) == (0, CLOTHES_SIDE - 1) and abs(right - left + 1 - WIDTH) <= 1


@pytest.mark.parametrize("colour", ["white", "black", (120, 90, 200)])
def test_a_picture_of_one_colour_is_blank(colour: Any) -> None:
    assert is_blank(clothes_tensor(Image.new("RGB", SIZE, colour)))
