"""Several digits on one picture: found apart, in the order of reading; one digit is never cut."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from losslens.images.pen import read_strokes
from losslens.images.pieces import boxes_of, grouped
from losslens.images.preprocessing import digit_tensor, read_digits
from losslens.inference import predictor
from losslens.tasks import TASKS
from support.pictures import PAD, side_by_side

Line = tuple[int, ...]
ONE: list[Line] = [(140, 40, 140, 240)]
PAPER = "#f4f2ee"


def drawn(lines: list[Line], width: int = 16, paper: str = "white") -> Image.Image:
    page = Image.new("RGB", (PAD, PAD), paper)
    for line in lines:
        ImageDraw.Draw(page).line(line, fill="#111111", width=width)
    return page


def as_photo(picture: Image.Image) -> Image.Image:
    """With a camera's grain, and more paper around: what spans a photo is a line of its paper."""
    picture = ImageOps.expand(picture, 80, PAPER)
    return with_grain(picture)


def with_grain(picture: Image.Image) -> Image.Image:
    grain = np.random.default_rng(0).normal(0, 3, (*picture.size[::-1], 3))
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


SINGLE: dict[str, list[Line]] = {
    "1": ONE,
    "open 4": [(100, 40, 80, 150, 150, 150), (165, 90, 160, 240)],
    "5 with its hat apart": [(170, 40, 230, 40), (110, 50, 105, 120, 190, 150, 170, 230, 90, 235)],
    "7 with its bar apart": [(80, 40, 200, 40, 130, 240), (60, 140, 110, 140)],
    "8 in two loops": [
        (100, 40, 180, 40, 180, 125, 100, 125, 100, 40),
        (95, 150, 190, 150, 190, 240, 95, 240, 95, 150),
    ],
}


@pytest.mark.parametrize("lines", SINGLE.values(), ids=SINGLE)
@pytest.mark.parametrize("paper", ["drawing", "photo"])
def test_a_digit_in_pieces_stays_one(lines: list[Line], paper: str) -> None:
    picture = drawn(lines)
    found = read_digits(as_photo(drawn(lines, paper=PAPER)) if paper == "photo" else picture)
    assert found.rows == () and found.problem == "" and bool(found.whole.any())


SEVERAL: dict[str, tuple[list[Line], list[int]]] = {
    "11": ([(100, 60, 100, 220), (180, 60, 180, 220)], [2]),
    "171, slanted": (
        [(60, 100, 40, 200), (90, 100, 150, 100, 110, 200), (190, 100, 170, 200)],
        [3],
    ),
    "74, with the open 4": (
        [(30, 80, 110, 80, 60, 220), (170, 80, 155, 160, 215, 160), (228, 110, 224, 220)],
        [2],
    ),
    "two rows": (
        [(100, 20, 100, 110), (180, 20, 180, 110), (100, 170, 100, 260), (180, 170, 180, 260)],
        [2, 2],
    ),
}


@pytest.mark.parametrize(("lines", "rows"), SEVERAL.values(), ids=SEVERAL)
@pytest.mark.parametrize("paper", ["drawing", "photo"])
def test_several_digits_are_found_row_by_row(
    lines: list[Line], rows: list[int], paper: str
) -> None:
    width = 12
    picture = drawn(lines, width)
    photo = as_photo(drawn(lines, width, PAPER))
    found = read_digits(photo if paper == "photo" else picture)
    assert [len(row) for row in found.rows] == rows


def test_each_digit_is_read_as_if_it_were_alone_and_from_left_to_right() -> None:
    seven, one = (90, 80, 150, 80, 110, 200), (220, 80, 220, 200)
    found = read_digits(drawn([one, seven]))
    for part, line in zip(found.rows[0], (seven, one), strict=True):
        assert (part - digit_tensor(drawn([line]))).abs().max() < 1e-6


def test_a_sheets_edge_beside_a_digit_is_no_digit() -> None:
    page = drawn([(110, 80, 110, 200)], 12, PAPER)
    draw = ImageDraw.Draw(page)
    draw.rectangle((170, 0, PAD, PAD), fill="#6b4a32")
    for top in (0, 90, 190):  # in pieces, each as tall as a digit
        draw.rectangle((164, top + 70, 176, top + 88), fill="#b09a88")
    assert read_digits(with_grain(page)).rows == ()


def test_a_page_full_of_pieces_is_no_number() -> None:
    labels = np.zeros((20, 200), dtype=np.int32)
    labels[5:15, ::4] = np.arange(1, 51)
    assert grouped(boxes_of(labels)) == []
    page = drawn([(x, 100, x, 140) for x in range(10, 270, 5)], 1)
    assert read_digits(page).rows == ()


@pytest.mark.parametrize(("lines", "rows"), SEVERAL.values(), ids=SEVERAL)
def test_the_pads_strokes_are_digits_too(lines: list[Line], rows: list[int]) -> None:
    strokes = read_strokes([np.reshape(line, (-1, 2)).tolist() for line in lines])
    assert [len(row) for row in strokes.rows()] == rows
    parts = [part for row in read_digits(strokes).rows for part in row]
    assert len(parts) == sum(rows) and all(part.any() for part in parts)


@pytest.mark.parametrize("lines", SINGLE.values(), ids=SINGLE)
def test_strokes_of_one_digit_stay_one(lines: list[Line]) -> None:
    strokes = read_strokes([np.reshape(line, (-1, 2)).tolist() for line in lines])
    assert strokes.rows() == [] and read_digits(strokes).rows == ()


def test_a_number_with_many_holes_is_no_scribble() -> None:
    eight = next(each.picture for each in TASKS["digits"].samples() if each.key == "8")
    number = side_by_side([eight.resize((84, 84), Image.Resampling.BICUBIC)] * 3, gap=6)
    assert read_digits(number).problem == "scribble"  # as one digit it would be
    reading = predictor.read_parts("digits", number)
    assert [len(row) for row in reading.rows] == [3]
    assert reading.whole is not None and reading.whole.problem == ""


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (Image.new("RGB", (PAD, PAD), PAPER), "empty"),
        (as_photo(Image.new("RGB", (PAD, PAD), PAPER)), "empty"),
        (as_photo(drawn([(135, 140, 148, 140)], 4, PAPER)), "small"),
        (with_grain(drawn([(0, 140, 110, 140)], 80, PAPER)), "unclear"),
    ],
    ids=["plain", "paper", "too small", "no stroke"],
)
def test_what_is_wrong_with_a_picture_is_said(picture: Image.Image, why: str) -> None:
    found = read_digits(picture)
    assert not found.whole.any() and found.blank == why
