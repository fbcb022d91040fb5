"""Pictures of few pixels, black and white, as old scanners and data sets have them."""

import random

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from losslens.data.dataset import as_bytes
from losslens.images.marks import cropped
from losslens.images.preprocessing import digit_tensor

_SIDES = (12, 36)  # pixels of the longer side, least and most
_CUT = (0.35, 0.65)  # ink as strong as this, least and most, becomes black


def coarse(pictures: Tensor, seed: int, count: int) -> tuple[Tensor, Tensor]:
    """Some of the pictures (N, 1, S, S), uint8, ink bright, as a visitor would find them scanned.

    Made small, black and white, and half of them fitted to a square; then read as a visitor's are:
    (M, 1, S, S), uint8, and which ones they are (M,). M is at most ``count``, since some have no
    ink left. The same ones for the same seed.
    """
    chance = random.Random(seed)
    chosen = [chance.randrange(len(pictures)) for _ in range(count)]
    read = [digit_tensor(_scanned(pictures[index, 0].numpy(), chance)) for index in chosen]
    kept = [number for number, each in enumerate(read) if each.any()]
    made = torch.stack([read[number] for number in kept])
    return as_bytes(made), torch.tensor(chosen)[kept]


def _scanned(picture: NDArray[np.uint8], chance: random.Random) -> Image.Image:
    ink = np.asarray(cropped(picture.astype(np.float32)))
    side, fitted = chance.randint(*_SIDES), chance.random() < 0.5
    scale = side / max(ink.shape)
    height, width = (side if fitted else max(1, round(each * scale)) for each in ink.shape)
    small = Image.fromarray(ink).resize((width, height), Image.Resampling.BOX)
    return Image.fromarray(np.asarray(small) > 255 * chance.uniform(*_CUT))
