"""The kinds of MNIST-C: each keeps a picture a picture, by its generator alone, and does what it
says."""

import numpy as np
import pytest

from losslens.data.dataset import Dataset
from losslens.images.mnist_c import MNIST_C, SIDE, Picture


@pytest.fixture(scope="module")
def digit(mini: Dataset) -> Picture:
    picture: Picture = mini.images[100, 0].double().numpy() / 255
    return picture


def changed(kind: str, picture: Picture, seed: int = 0) -> Picture:
    return MNIST_C[kind](picture, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", MNIST_C)
def test_a_kind_keeps_shape_and_range_and_changes_the_picture(kind: str, digit: Picture) -> None:
    before = digit.copy()
    bad = changed(kind, digit)
    assert bad.shape == (SIDE, SIDE) and bad.min() >= 0 and bad.max() <= 1
    assert np.array_equal(digit, before), "a pure function leaves what it was given"
    assert np.abs(bad - digit).mean() > 0.003
    assert np.array_equal(bad, changed(kind, digit)), "chance is the generator's alone"


@pytest.mark.parametrize(
    "kind", ["shot_noise", "impulse_noise", "glass_blur", "fog", "spatter", "dotted_line", "zigzag"]
)
def test_chance_differs_from_seed_to_seed(kind: str, digit: Picture) -> None:
    assert not np.array_equal(changed(kind, digit, 1), changed(kind, digit, 2))


def test_the_fifteen_kinds_of_the_paper() -> None:
    assert " ".join(MNIST_C) == (
        "shot_noise impulse_noise glass_blur motion_blur shear scale rotate brightness translate "
        "stripe fog spatter dotted_line zigzag canny_edges"
    )


def test_what_the_settings_say() -> None:
    rng = np.random.default_rng(0)
    grey = np.full((SIDE, SIDE), 0.4)
    noisy = np.stack([MNIST_C["impulse_noise"](grey, rng) for _ in range(50)])
    assert (noisy != 0.4).mean() == pytest.approx(0.17, abs=0.01)
    shots = np.stack([MNIST_C["shot_noise"](grey, rng) for _ in range(50)])
    assert set(np.round(np.unique(shots) * 3, 6)) == {0, 1, 2, 3}
    dot = np.zeros((SIDE, SIDE))
    dot[13:15, 20:22] = 1
    rows, columns = np.nonzero(MNIST_C["scale"](dot, rng) > 0.3)
    assert columns.mean() - 13.5 == pytest.approx(0.7 * 7, abs=0.3) and rows.mean() == 13.5
    rows, columns = np.nonzero(MNIST_C["translate"](dot, rng))
    assert abs(rows.mean() - 13.5) == 3 and abs(columns.mean() - 20.5) == 3
    angle = MNIST_C["rotate"](dot, rng)
    rows, columns = np.nonzero(angle > 0.3)
    assert abs(np.arctan2(rows.mean() - 13.5, columns.mean() - 13.5)) == pytest.approx(
        0.4, abs=0.05
    )
    assert np.array_equal(MNIST_C["stripe"](grey, rng)[0, [0, 7, 21]], [0.6, 0.4, 0.6])
    assert MNIST_C["brightness"](grey, rng) == pytest.approx(0.9)
    line = MNIST_C["dotted_line"](np.zeros((SIDE, SIDE)), rng).max(axis=0)
    assert (line[2:26].reshape(-1, 4) > 0).all(axis=1).sum() == 0 and (line > 0.5).sum() >= 12
    edges = MNIST_C["canny_edges"](np.pad(np.ones((12, 12)), 8), rng)
    assert set(np.unique(edges)) == {0, 1} and edges[13:15, 13:15].sum() == 0 and edges.sum() >= 40
