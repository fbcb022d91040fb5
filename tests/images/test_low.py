"""Pictures of few pixels: MNIST's own digits, made as small as data sets keep them."""

import numpy as np
import pytest
import torch
from PIL import Image

from losslens.data.dataset import Dataset
from losslens.images.low import fills_its_frame, paper_of, without_steps
from losslens.images.marks import cropped
from losslens.images.preprocessing import read_digits
from losslens.inference import predictor


def fitted(ink: np.ndarray, side: int = 16) -> np.ndarray:
    """A digit stretched to a square from rim to rim, black and white: True where ink is."""
    picture = Image.fromarray(cropped(ink)).resize((side, side), Image.Resampling.BOX)
    return np.asarray(picture) > 0.45


@pytest.fixture(scope="module")
def digits(mini: Dataset) -> list[tuple[np.ndarray, str]]:
    """Fifty digits of each class but 1, which no stretching leaves a 1: ink 0..1, and the label."""
    chosen = range(0, len(mini), 10)
    digits = [(mini.images[i, 0].numpy().astype(np.float32) / 255, mini.target[i]) for i in chosen]
    return [(ink, str(int(label))) for ink, label in digits if label != 1]


@pytest.mark.parametrize("light", [False, True])
def test_the_paper_is_known_where_the_digit_fills_the_frame(
    digits: list[tuple[np.ndarray, str]], light: bool
) -> None:
    wrong = 0
    for ink, _ in digits:
        grey = np.where(fitted(ink) == light, 0.9, 0.1).astype(np.float32)
        paper = paper_of(grey)
        if paper is not None:
            wrong += paper != pytest.approx(0.1 if light else 0.9)
    assert wrong / len(digits) < 0.01


@pytest.mark.parametrize("side", [16, 20, 36])
def test_small_scans_are_read(digits: list[tuple[np.ndarray, str]], side: int) -> None:
    votes = [
        [answer.label == label for answer in predictor.predict_picture("digits", picture).given]
        for ink, label in digits[::3]
        for picture in [Image.fromarray(fitted(ink, side))]
    ]
    assert np.mean(votes) > 0.98


def test_only_small_pictures_of_ink_and_paper_alone_are_coarse(
    digits: list[tuple[np.ndarray, str]],
) -> None:
    ink = digits[0][0]
    scan, soft = Image.fromarray(fitted(ink, 20)), Image.fromarray((ink * 255).astype(np.uint8))
    large = scan.resize((200, 200))
    assert [read_digits(each).coarse for each in (scan, soft, large)] == [True, False, False]
    assert not read_digits(Image.new("1", (20, 20))).coarse


def test_a_small_scan_is_less_strange_than_its_ink_on_the_pad(
    digits: list[tuple[np.ndarray, str]],
) -> None:
    scan = Image.fromarray(fitted(digits[0][0], 20))
    drawn = predictor.predict("digits", read_digits(scan).whole)
    assert predictor.predict_picture("digits", scan).ood_score < drawn.ood_score


def test_steps_are_smoothed_and_smooth_edges_are_left() -> None:
    ink = np.zeros((16, 16), np.float32)
    ink[2:14, 6:9] = 1
    smooth = without_steps(ink)
    assert max(smooth.shape) > 60 and len(np.unique(smooth.round(2))) > 20
    soft = ink * np.linspace(0.5, 0.9, 16, dtype=np.float32)
    assert (without_steps(soft) == cropped(soft)).all()
    dot = np.ones((3, 3), np.float32)
    assert (without_steps(dot) == dot).all()


def test_only_a_square_frame_filled_on_all_sides_changed_the_proportions() -> None:
    ring = np.ones((16, 16), np.float32)
    assert fills_its_frame(ring)
    assert not fills_its_frame(ring[:, :12])
    ring[:, -1] = 0
    assert not fills_its_frame(ring)


def test_a_clear_rim_says_what_is_paper_and_larger_pictures_are_as_before() -> None:
    grey = np.ones((16, 16), np.float32)
    grey[4:12, 4:12] = 0
    assert paper_of(grey) is None
    large = Image.new("L", (120, 120), 255)
    large.paste(0, (50, 20, 60, 100))
    digit = read_digits(large).whole
    assert set(digit.unique().tolist()) == {0.0, 1.0} and digit.dtype == torch.float32
