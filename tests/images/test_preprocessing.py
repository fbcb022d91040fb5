"""Pictures on their way to the networks: what of a digit counts as ink, how large it becomes and
where it lies; and photos squeezed to a square."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from losslens.images.preprocessing import (
    DIGIT_SIDE,
    PHOTO_SIDE,
    digit_tensor,
    is_blank,
    photo_tensor,
)
from losslens.images.reading import read_picture
from support.pictures import PAD, STORED_AS, as_a_camera_stores_it, stroke

BOX = 20  # pixels; the square that the ink is fitted into
MARGIN = (DIGIT_SIDE - BOX) // 2
FULL = 255
IN_THE_MIDDLE = (MARGIN, MARGIN + BOX - 1) * 2  # first and last row and column of a full box


def drawn(
    *boxes: tuple[int, int, int, int], ink: int = 0, paper: int = FULL, side: int = 120
) -> Image.Image:
    """Grey paper with filled boxes (left, top, right, bottom), ends included."""
    picture = Image.new("L", (side, side), paper)
    for box in boxes:
        ImageDraw.Draw(picture).rectangle(box, fill=ink)
    return picture


def two_strokes(second: float) -> Image.Image:
    """A black stroke, and to its right one with this share of its darkness."""
    picture = drawn((20, 20, 39, 99))
    ImageDraw.Draw(picture).rectangle((60, 20, 79, 99), fill=round(FULL * (1 - second)))
    return picture


def inked(digit: Tensor) -> tuple[int, int, int, int]:
    """The first and last row, and the first and last column, that hold ink."""
    rows, columns = (torch.nonzero(digit[0].any(dim=axis)).squeeze(1) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def test_light_on_dark_reads_as_dark_on_light() -> None:
    torch.testing.assert_close(digit_tensor(stroke("white", "black")), digit_tensor(stroke()))


def test_place_and_size_do_not_matter() -> None:
    moved = digit_tensor(stroke(box=(10, 20, 25, 100)))
    assert (moved - digit_tensor(stroke())).abs().max() < 0.35


@pytest.mark.parametrize("paper", ["white", "black", "#808080"])
def test_an_empty_picture_is_blank(paper: str) -> None:
    assert is_blank(digit_tensor(Image.new("RGB", (PAD, PAD), paper)))
    assert not is_blank(digit_tensor(stroke()))


@pytest.mark.parametrize("share", [0.29, 0.4, 0.55])
def test_a_faint_stroke_beside_a_dark_one_is_ink(share: float) -> None:
    top, bottom, left, right = inked(digit_tensor(two_strokes(share)))
    assert bottom - top + 1 == BOX
    assert right - left + 1 == 60 * BOX // 80


@pytest.mark.parametrize("share", [0.05, 0.15, 0.22])
def test_a_shadow_beside_a_dark_stroke_is_paper(share: float) -> None:
    top, bottom, left, right = inked(digit_tensor(two_strokes(share)))
    assert (bottom - top + 1, right - left + 1) == (BOX, 20 * BOX // 80)


@pytest.mark.parametrize(("darker", "width"), [(1, 5), (95, 5), (105, 1)])
def test_what_is_darker_than_a_stroke_makes_it_faint_from_a_tenth_on(
    darker: int, width: int
) -> None:
    picture = drawn((20, 10, 29, 109), ink=round(FULL * 0.8))
    # The upper left of a stroke of 1,000 pixels is black, column by column.
    ImageDraw.Draw(picture).rectangle((20, 10, 20, 9 + darker), fill=0)
    digit = digit_tensor(picture)
    left, right = inked(digit)[2:]
    assert right - left + 1 == (2 if width == 5 else 1), inked(digit)


@pytest.mark.parametrize("paper", [0, 90, 165, FULL])
@pytest.mark.parametrize("contrast", [0.13, 0.35])
def test_a_faint_digit_alone_is_read_at_full_strength(paper: int, contrast: float) -> None:
    step = round(FULL * contrast) * (1 if paper < FULL / 2 else -1)
    faint = digit_tensor(drawn((30, 30, 49, 89), ink=paper + step, paper=paper))
    torch.testing.assert_close(faint, digit_tensor(drawn((30, 30, 49, 89))))


@pytest.mark.parametrize("paper", [0, 90, 165, FULL])
def test_a_mark_that_hardly_differs_from_its_paper_is_nothing_written(paper: int) -> None:
    step = round(FULL * 0.11) * (1 if paper < FULL / 2 else -1)
    assert is_blank(digit_tensor(drawn((30, 30, 49, 89), ink=paper + step, paper=paper)))


def test_ink_and_paper_have_the_full_range() -> None:
    digit = digit_tensor(drawn((30, 30, 49, 89)))
    assert digit.min() == 0 and digit.max() == 1
    assert set(digit.unique().tolist()) == {0.0, 1.0}
    assert digit.shape == digit_tensor(drawn()).shape == (1, DIGIT_SIDE, DIGIT_SIDE)


def test_a_single_pixel_of_ink_on_a_clean_paper_is_a_digit() -> None:
    assert inked(digit_tensor(drawn((60, 60, 60, 60)))) == IN_THE_MIDDLE


@pytest.mark.parametrize("place", [(0, 40), (40, 0), (99, 40), (40, 99)])
def test_the_paper_is_the_colour_of_most_of_the_rim_whatever_reaches_it(
    place: tuple[int, int],
) -> None:
    left, top = place
    touching = digit_tensor(drawn((left, top, left + 20, top + 20)))
    assert inked(touching) == IN_THE_MIDDLE and touching.sum() == BOX * BOX


def test_the_paper_is_judged_by_all_four_sides_of_the_rim() -> None:
    for corner in ((0, 0, 119, 49), (0, 70, 119, 119), (0, 0, 49, 119), (70, 0, 119, 119)):
        # A broad bar on one side leaves most of the rim to the paper: it is ink, not paper.
        digit = digit_tensor(drawn(corner))
        across = 50 * BOX // 120
        wide = corner[2] - corner[0] > corner[3] - corner[1]
        top, bottom, left, right = inked(digit)
        assert (bottom - top + 1, right - left + 1) == ((across, BOX) if wide else (BOX, across))


@pytest.mark.parametrize(
    ("width", "height", "columns", "rows"),
    [
        (20, 80, 5, BOX),
        (80, 20, BOX, 5),
        (60, 60, BOX, BOX),
        (10, 10, BOX, BOX),
        (1, 90, 1, BOX),
        (90, 1, BOX, 1),
    ],
)
def test_the_longer_side_fills_the_box_and_proportions_are_kept(
    width: int, height: int, columns: int, rows: int
) -> None:
    top, bottom, left, right = inked(digit_tensor(drawn((15, 15, 14 + width, 14 + height))))
    assert (right - left + 1, bottom - top + 1) == (columns, rows)


def test_ink_lies_with_its_centre_of_mass_at_the_centre() -> None:
    # An L: heavy at the lower left, so that the box is moved up and to the right of the middle.
    digit = digit_tensor(drawn((20, 20, 39, 99), (20, 80, 99, 99)))
    places = torch.arange(DIGIT_SIDE, dtype=torch.float32)
    middle = (DIGIT_SIDE - 1) / 2
    down = float((digit[0].sum(dim=1) * places).sum() / digit.sum())
    across = float((digit[0].sum(dim=0) * places).sum() / digit.sum())
    assert abs(down - middle) <= 0.5 and abs(across - middle) <= 0.5
    top, bottom, left, right = inked(digit)
    assert top < MARGIN < left and (bottom - top, right - left) == (BOX - 1, BOX - 1)


def test_of_a_lopsided_picture_nothing_is_cut_off_at_the_rim() -> None:
    # Nearly all the ink is in a heavy foot; its thin stem would stick out at the top.
    digit = digit_tensor(drawn((58, 10, 61, 80), (10, 80, 109, 109)))
    top, bottom, left, right = inked(digit)
    assert (bottom - top + 1, right - left + 1) == (BOX, BOX) and top == 0


def test_shrunk_ink_is_the_mean_of_what_each_pixel_covers() -> None:
    picture = Image.new("L", (100, 100), FULL)
    picture.putdata(
        [
            0 if 10 <= y < 90 and 10 <= x < 90 and (x + y) % 2 else FULL
            for y in range(100)
            for x in range(100)
        ]
    )
    digit = digit_tensor(picture)
    inner = digit[digit > 0]
    assert len(inner) == BOX * BOX
    torch.testing.assert_close(inner, torch.full_like(inner, 0.5), atol=0.02, rtol=0)


def test_equally_much_lighter_and_darker_is_read_as_dark_ink() -> None:
    picture = drawn(paper=128)
    ImageDraw.Draw(picture).rectangle((20, 20, 39, 99), fill=128 - 100)
    ImageDraw.Draw(picture).rectangle((60, 20, 99, 59), fill=128 + 100)
    assert inked(digit_tensor(picture))[3] - inked(digit_tensor(picture))[2] + 1 == 5


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_a_picture_of_long_numbers_reads_like_one_of_bytes(dtype: type) -> None:
    grey = drawn((30, 30, 49, 89))
    long = Image.fromarray(np.asarray(grey).astype(dtype))
    torch.testing.assert_close(digit_tensor(long), digit_tensor(grey))
    beyond = Image.fromarray(np.where(np.asarray(grey) == 0, -500, 255).astype(dtype))
    torch.testing.assert_close(digit_tensor(beyond), digit_tensor(grey))


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


@pytest.mark.parametrize("wide", [True, False])
def test_a_photo_keeps_its_colours_and_its_proportions_and_loses_what_is_beside_the_middle(
    wide: bool,
) -> None:
    photo = Image.new("RGB", (400, 200), "white")
    photo.paste((255, 0, 51), (100, 0, 300, 200))
    photo.paste((0, 255, 204), (100, 0, 150, 200))  # the left quarter of the middle square
    tensor = photo_tensor(photo if wide else photo.transpose(Image.Transpose.TRANSPOSE))
    tensor = tensor if wide else tensor.transpose(1, 2)
    assert tensor.shape == (3, PHOTO_SIDE, PHOTO_SIDE) and tensor.min() >= 0 and tensor.max() == 1
    quarter = PHOTO_SIDE // 4
    torch.testing.assert_close(tensor[:, 9, quarter - 5], torch.tensor([0.0, 1.0, 0.8]))
    torch.testing.assert_close(tensor[:, 9, quarter + 5], torch.tensor([1.0, 0.0, 0.2]))
    assert (tensor.amin(dim=0) < 0.3).all(), "no white is left"
