"""What the OOD detector of digits learns from beside MNIST: other pictures, and digits in print;
and some of all of them as scans of few pixels.

Outlier exposure: Hendrycks et al. 2019, https://arxiv.org/abs/1812.04606
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from losslens.data.coarse import coarse
from losslens.data.dataset import Dataset, as_bytes
from losslens.data.glyphs import LETTERS, SCRIPTS, digits, drawn, font_families, letters_of_scripts
from losslens.data.sources import read_idx
from losslens.data.synthetic_ood_digits import synthetic_ood_digits, two_at_once
from losslens.images.preprocessing import digit_tensor

_LETTERS, _OF_SCRIPTS, _PRINTED, _IDX = 54_000, 24_000, 12_000, 10_000
_MADE, _PAIRS = 12_000, 6_000
_COARSE = 12_000  # digits, and as many others
_IDX_FILE = "train-images-idx3-ubyte*"


def exposure_digits(
    digits_learnt: Dataset, folders: Sequence[Path], seed: int, share: float = 1.0
) -> tuple[Dataset, Tensor]:
    """``digits_learnt`` with digits in print and of few pixels, and pictures of no digit
    (N, 1, S, S) as uint8.

    Of made pictures alone where ``folders`` is empty; else also of the fonts and of the pictures in
    IDX files (``train-images-idx3-ubyte``, gzipped or not; Fashion-MNIST's) below them. ``share``
    (0..1) of the usual number. Raises FileNotFoundError where the folders hold neither.
    """
    many: Callable[[int], int] = lambda count: max(1, round(share * count))  # noqa: E731
    others = [
        as_bytes(synthetic_ood_digits(seed, many(_MADE))),
        as_bytes(two_at_once(digits_learnt, seed, many(_PAIRS))),
    ]
    families, files = font_families(folders), _idx_files(folders)
    if folders and not families and not files:
        raise FileNotFoundError(f"no font and no {_IDX_FILE} is in {', '.join(map(str, folders))}")
    others += [_as_they_are_and_as_read(read_idx(file)[:, None], many(_IDX)) for file in files]
    known = [digits_learnt, _coarse_digits(digits_learnt, seed, many(_COARSE))]
    if families:
        others.append(as_bytes(drawn(families, LETTERS, seed, many(_LETTERS))))
        others.append(as_bytes(letters_of_scripts(families, seed, many(_OF_SCRIPTS), SCRIPTS)))
        known.append(digits(families, seed, many(_PRINTED)))
    others.append(coarse(torch.cat(others), seed, many(_COARSE))[0])
    images, target = zip(*((each.images, each.target) for each in known), strict=True)
    return Dataset(torch.cat(images), torch.cat(target)), torch.cat(others)


def _coarse_digits(digits_learnt: Dataset, seed: int, count: int) -> Dataset:
    images, chosen = coarse(digits_learnt.images, seed, count)
    return Dataset(images, digits_learnt.target[chosen])


def _idx_files(folders: Iterable[Path]) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob(_IDX_FILE))


def _as_they_are_and_as_read(pictures: Tensor, count: int) -> Tensor:
    """Every second one as a visitor's picture is read."""
    chosen = pictures[:count].clone()
    for index in range(0, len(chosen), 2):
        chosen[index] = as_bytes(digit_tensor(Image.fromarray(chosen[index, 0].numpy())))
    return chosen
