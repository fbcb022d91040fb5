"""Strokes of a pen: what a request may send, and how they come to the form of MNIST."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from losslens.images.pen import (
    MOST_CHARACTERS,
    MOST_POINTS,
    MOST_STROKES,
    Strokes,
    StrokesError,
    read_strokes,
)
from losslens.images.preprocessing import DIGIT_SIDE, digit_tensor, read_digit
from losslens.inference import predictor

FOUR = [[[170, 40], [90, 160], [205, 160]], [[168, 105], [160, 240]]]
TWO = [[[80, 90], [110, 50], [160, 60], [150, 120], [80, 220], [130, 212], [190, 216]]]
SPIRAL = [
    [[140 + t * math.cos(t / 3), 140 + t * math.sin(t / 3)] for t in range(0, 110, 2)],
]
ZIGZAG = [[[30 + 12 * step, 60 if step % 2 else 220] for step in range(18)]]


def moved(strokes: list[list[list[float]]], scale: float, x: float, y: float) -> Strokes:
    return read_strokes(
        [[[px * scale + x, py * scale + y] for px, py in stroke] for stroke in strokes]
    )


@pytest.mark.parametrize("digit", [FOUR, TWO])
@pytest.mark.parametrize("scale", [0.08, 0.3, 1.0])
@pytest.mark.parametrize("corner", [(0, 0), (200, 250)])
def test_neither_size_nor_place_matters(
    digit: list[list[list[float]]], scale: float, corner: tuple[int, int]
) -> None:
    found = read_digit(moved(digit, scale, *corner))
    torch.testing.assert_close(found.whole, read_digit(read_strokes(digit)).whole, atol=0.1, rtol=0)
    assert found.problem == ""


def test_strokes_fill_mnists_box_with_mnists_pen() -> None:
    digit = read_digit(read_strokes([[[10, 10], [10, 240]]])).whole
    assert digit.shape == (1, DIGIT_SIDE, DIGIT_SIDE) and digit.max() == 1
    rows = (digit[0] > 0).any(dim=1).nonzero()
    assert rows.max() - rows.min() + 1 == 20
    assert 2 <= digit[0, 14].sum() <= 3  # pixels across


@pytest.mark.parametrize("scale", [0.09, 0.15])
def test_a_small_digit_that_the_brush_fills_is_read_from_its_strokes(scale: float) -> None:
    strokes = moved(TWO, scale, 100, 100)
    paper = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(paper).line(
        [tuple(point) for point in strokes.lines[0].tolist()], 17, width=20, joint="curve"
    )
    of_picture = {each.label for each in predictor.predict_picture("digits", paper).given}
    of_strokes = {each.label for each in predictor.predict_picture("digits", strokes).given}
    assert of_strokes == {"2"} != of_picture


@pytest.mark.parametrize(
    ("strokes", "problem"),
    [
        ([[[140, 140]]], "dot"),
        ([[[140, 140], [140, 140]]], "dot"),
        ([[[140, 140], [142, 143], [141, 140]], [[143, 141]]], "dot"),
        (SPIRAL, "scribble"),
        (ZIGZAG, "scribble"),
        (FOUR, ""),
        ([[[140, 40], [140, 240]]], ""),
    ],
)
def test_a_dot_and_a_scribble_are_told_from_digits(
    strokes: list[list[list[float]]], problem: str
) -> None:
    prediction = predictor.predict_picture("digits", read_strokes(strokes))
    assert prediction.problem == problem
    assert bool(prediction.given) == (not problem)
    assert not problem or predictor.is_flagged("digits", prediction)


@pytest.mark.parametrize("digit", [FOUR, TWO])
def test_a_digit_written_twice_line_on_line_is_no_scribble(
    digit: list[list[list[float]]],
) -> None:
    again = [[[x + 6, y + 4] for x, y in stroke[::-1]] for stroke in digit]
    assert read_strokes(digit + again + digit).problem == ""


def test_json_and_lists_are_read_alike() -> None:
    for given in (FOUR, json.dumps(FOUR), tuple(map(tuple, FOUR))):
        lines = read_strokes(given).lines
        assert [line.tolist() for line in lines] == FOUR


@pytest.mark.parametrize(
    "given",
    [
        "[[[1, 2], [3]]]",
        "[[[1, 2, 3]]]",
        "[[1, 2], [3, 4]]",
        '[[["1", "2"]]]',
        "[[[true, false]]]",
        "[[[null, 1]]]",
        "[[]]",
        "[1, 2]",
        "{}",
        "[[[1, 2]",
        "[" * 100_000,
        5,
        None,
        [[[10**400, 1]]],
        [[{"x": 1, "y": 2}]],
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_are_no_strokes_gets_a_sentence(given: object) -> None:
    with pytest.raises(StrokesError, match=r"^[A-Z].*\.$"):
        read_strokes(given)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e9", "-10001"])
def test_points_lie_near_the_pad(number: str) -> None:
    with pytest.raises(StrokesError, match="within"):
        read_strokes(f"[[[1, 2], [{number}, 3]]]")


@pytest.mark.parametrize(
    "given", [[], [[[1, 2]]] * (MOST_STROKES + 1), [[[1, 2]] * (MOST_POINTS + 1)]]
)
def test_there_are_not_too_many_strokes_or_points(given: object) -> None:
    with pytest.raises(StrokesError, match=f"1 to {MOST_STROKES} strokes"):
        read_strokes(given)
    most = read_strokes([[[x % 280, x % 97] for x in range(MOST_POINTS)]])
    assert most.problem == "scribble"


def test_a_text_beyond_measure_is_not_even_parsed() -> None:
    with pytest.raises(StrokesError, match="characters"):
        read_strokes("[" + " " * MOST_CHARACTERS + "[[1, 2]]]")


def test_the_picture_of_strokes_and_the_strokes_look_alike() -> None:
    paper = Image.new("L", (280, 280), 255)
    pen = ImageDraw.Draw(paper)
    for stroke in FOUR:
        pen.line([tuple(point) for point in stroke], 17, width=20, joint="curve")
    drawn, sent = digit_tensor(paper), read_digit(read_strokes(FOUR)).whole
    shifted = [drawn.roll((down, right), (1, 2)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    assert min(float(np.abs(each - sent).mean()) for each in shifted) < 0.05
