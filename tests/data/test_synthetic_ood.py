"""Synthetic pictures that show none of a task's classes: each kind in its share, in shape and
range, and repeatable."""

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from PIL import ImageDraw

from losslens.data.bundled import mini_mnist
from losslens.data.synthetic_ood_clothes import synthetic_ood_clothes
from losslens.data.synthetic_ood_digits import LETTERS, synthetic_ood_digits
from losslens.data.synthetic_ood_photos import KINDS, synthetic_ood_photos
from losslens.images.preprocessing import DIGIT_SIDE, PHOTO_SIDE

COUNT = 60
Stroke = list[tuple[float, float]]


@pytest.fixture
def strokes(monkeypatch: pytest.MonkeyPatch) -> list[list[Stroke]]:
    """What pens drew while 60 pictures were made: for each pen its strokes; letters take no pen."""
    pens: list[Any] = []
    drawn: list[list[Stroke]] = []
    line, busy = ImageDraw.ImageDraw.line, []

    def noted(pen: ImageDraw.ImageDraw, stroke: Stroke, *rest: Any, **options: Any) -> None:
        if busy:  # Pillow itself draws lines to round the joints
            return line(pen, stroke, *rest, **options)
        if not any(pen is known for known in pens):
            pens.append(pen)
            drawn.append([])
        drawn[-1].append(list(stroke))
        busy.append(True)
        line(pen, stroke, *rest, **options)
        busy.clear()

    monkeypatch.setattr(ImageDraw.ImageDraw, "line", noted)
    synthetic_ood_digits(0, COUNT)
    return drawn


def is_scribble(picture: list[Stroke]) -> bool:
    """Long strokes of many short steps."""
    steps = [math.dist(a, b) for stroke in picture for a, b in pairwise(stroke)]
    return min(map(len, picture)) >= 12 and max(steps) < 8.01


def test_a_third_are_scribbles_and_a_sixth_are_closed_shapes(strokes: list[list[Stroke]]) -> None:
    scribbles = [picture for picture in strokes if is_scribble(picture)]
    shapes = [picture for picture in strokes if not is_scribble(picture)]
    assert (len(scribbles), len(shapes)) == (COUNT // 3, COUNT // 6)
    assert {len(picture) for picture in scribbles} == {1, 2, 3}
    for (stroke,) in shapes:
        assert 4 <= len(stroke) <= 10 and stroke[0] == stroke[-1]


def test_a_scribble_turns_smoothly_and_stays_on_the_paper(strokes: list[list[Stroke]]) -> None:
    turns = []
    for stroke in (stroke for picture in strokes if is_scribble(picture) for stroke in picture):
        assert all(15 <= value <= 125 for place in stroke for value in place)
        headings = [math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in pairwise(stroke)]
        turns += [math.remainder(b - a, math.tau) for a, b in pairwise(headings)]
    assert sorted(map(abs, turns))[len(turns) // 2] < 0.6


def test_the_other_half_are_letters_and_signs_that_no_hand_writes_like_a_digit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    text = ImageDraw.ImageDraw.text

    def noted(
        pen: ImageDraw.ImageDraw, place: Any, letter: str, *rest: Any, **options: Any
    ) -> None:
        written.append(letter)
        text(pen, place, letter, *rest, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    synthetic_ood_digits(1, COUNT)
    assert len(written) == COUNT // 2 and set(written) <= set(LETTERS)
    assert not set(LETTERS) & set("0123456789BDGIOQSZbgijloqsz") and len(set(written)) > 15


def test_pictures_of_no_digit_are_as_the_networks_take_them_and_repeat_with_the_seed() -> None:
    made = synthetic_ood_digits(5, 24)
    assert made.shape == (24, 1, DIGIT_SIDE, DIGIT_SIDE)
    assert made.min() == 0 and made.max() == 1
    assert (made.sum(dim=(1, 2, 3)) > 10).all(), "none is blank"
    assert torch.equal(made, synthetic_ood_digits(5, 24))
    assert not torch.equal(made, synthetic_ood_digits(6, 24))
    assert len({picture.numpy().tobytes() for picture in made}) == 24


@pytest.mark.parametrize("seed", [0, 1])
def test_photos_kinds_are_made_in_turn_and_repeat_with_the_seed(seed: int) -> None:
    count = 2 * len(KINDS)
    made = synthetic_ood_photos(seed, count)
    assert made.shape == (count, 3, PHOTO_SIDE, PHOTO_SIDE)
    assert made.min() >= 0 and made.max() <= 1
    assert torch.equal(made, synthetic_ood_photos(seed, count))
    assert len({each.numpy().tobytes() for each in made}) == count


def test_pictures_of_no_clothing_are_digits_strokes_and_made_photos_in_turn() -> None:
    count = 3 * len(KINDS)
    made = synthetic_ood_clothes(3, count)
    assert made.shape == (count, 1, DIGIT_SIDE, DIGIT_SIDE)
    assert made.min() == 0 and made.max() == 1
    digits = {digit.numpy().tobytes() for digit in mini_mnist().images}
    written = [(picture * 255).round().to(torch.uint8).numpy().tobytes() for picture in made]
    assert [each in digits for each in written] == [True, False, False] * len(KINDS)
    assert torch.equal(made[1::3], synthetic_ood_digits(3, len(KINDS)))
    assert torch.equal(made, synthetic_ood_clothes(3, count))
    assert not torch.equal(made, synthetic_ood_clothes(4, count))
