"""What is drawn, but is no digit, is told from all digits that are at hand."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from losslens.data.dataset import Dataset
from losslens.images.marks import PROBLEMS, problem_of
from losslens.images.preprocessing import read_digit
from losslens.inference import predictor
from losslens.inference.classifier import load

PAD = 280  # pixels


def drawn(paint: str, paper: int = 255, ink: int = 17) -> Image.Image:
    """A mark on the pad."""
    picture = Image.new("L", (PAD, PAD), paper)
    pen = ImageDraw.Draw(picture)
    if paint == "click":
        pen.ellipse((130, 130, 150, 150), ink)
    if paint == "tap":  # moved a little
        pen.line((100, 60, 104, 61), ink, width=20)
        pen.ellipse((90, 50, 110, 70), ink)
        pen.ellipse((94, 51, 114, 71), ink)
    if paint == "blot":
        pen.rectangle((40, 40, 200, 220), ink)
    if paint == "zigzag":
        pen.line([(30 + 20 * i, 60 if i % 2 else 220) for i in range(12)], ink, width=8)
    if paint == "tangle":
        places = np.random.default_rng(3).uniform(20, 260, (25, 2))
        pen.line([tuple(place) for place in places.tolist()], ink, width=8)
    return picture


@pytest.mark.parametrize(
    ("paint", "problem"),
    [
        ("click", "dot"),
        ("tap", "dot"),
        ("blot", "dot"),
        ("zigzag", "scribble"),
        ("tangle", "scribble"),
    ],
)
@pytest.mark.parametrize("colours", [(255, 17), (20, 240)])
def test_a_dot_and_a_scribble_on_a_picture(
    paint: str, problem: str, colours: tuple[int, int]
) -> None:
    picture = drawn(paint, *colours)
    assert read_digit(picture).problem == problem
    prediction = predictor.predict_picture("digits", picture)
    assert prediction.problem == problem and not prediction.given
    assert predictor.is_flagged("digits", prediction)
    with pytest.raises(ValueError, match=PROBLEMS[problem]):
        load("digits", "focal").probabilities(picture)


def test_of_all_mini_digits_none_is_taken_for_a_mark(mini: Dataset) -> None:
    assert not any(
        problem_of(digit.astype(np.float32) / 255) for digit in mini.images[:, 0].numpy()
    )


def test_an_empty_picture_has_no_such_problem() -> None:
    assert problem_of(np.zeros((5, 5), np.float32)) == ""
    assert read_digit(Image.new("L", (PAD, PAD), 255)).problem == ""
