"""Saliency maps as a style sheet: one rule a loss, red for the answer and blue against it."""

import re

import numpy as np
import torch

from losslens.tasks import TASKS
from losslens.ui.components.saliency import input_style, photo_style
from losslens.ui.data_urls import decode

DIGITS = TASKS["digits"]
SHARE = np.zeros(DIGITS.shape[1:], dtype=np.float32)
SHARE[0, 0], SHARE[0, 1] = 2.0, -2.0
MAPS = {"focal": SHARE, "mse": -SHARE}


def pictures(style: str, loss: str) -> list[np.ndarray]:
    (rule,) = re.findall(rf'\[data-loss="{loss}"\] \.heat {{ background-image: (.*?); }}', style)
    return [np.asarray(decode(url)) for url in re.findall(r"url\((data:[^)]*)\)", rule)]


def test_a_drawing_has_a_map_a_loss_over_its_faint_ink() -> None:
    drawing = torch.zeros(DIGITS.shape)
    drawing[0, 5, 5] = 1.0
    style = input_style(DIGITS, MAPS, drawing)
    (focal,), (mse,) = pictures(style, "focal"), pictures(style, "mse")
    red, blue = focal[0, 0], focal[0, 1]
    assert red[0] > 200 > red[2] and blue[2] > 200 > blue[0]
    assert (mse[0, 0] == blue).all() and (mse[0, 1] == red).all()
    assert (focal[20, 20] == 255).all() and 150 < focal[5, 5, 0] < 220  # paper and ink
    plain = input_style(DIGITS, MAPS, None)
    assert (pictures(plain, "focal")[0][5, 5] == 255).all()


def test_a_photo_is_sent_once_below_its_maps() -> None:
    photo = torch.zeros(3, 240, 320)
    photo[1] = 0.5
    style = photo_style(TASKS["pets"], {loss: share[:7, :7] for loss, share in MAPS.items()}, photo)
    assert style.count("data:image/jpeg") == 1 and style.count("var(--photo)") == len(MAPS)
    assert "--ratio: 320 / 240" in style
    (veil,) = pictures(style, "focal")
    assert veil.shape[:2] == (60, 80)


def test_a_map_of_nothing_is_plain() -> None:
    style = input_style(DIGITS, {"focal": SHARE * 0}, None)
    assert (pictures(style, "focal")[0] == 255).all()
