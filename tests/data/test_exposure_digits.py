"""What the detector of digits learns from: made pictures, and fonts and IDX files where there are
any."""

import gzip
import struct
from pathlib import Path

import pytest
import torch
from PIL import ImageFont

from losslens.data.dataset import Dataset
from losslens.data.exposure_digits import exposure_digits
from losslens.data.sources import read_idx
from losslens.data.synthetic_ood_digits import two_at_once

SHARE = 0.001  # of the usual number


@pytest.fixture
def pixels() -> torch.Tensor:
    return torch.randint(0, 256, (12, 1, 28, 28), generator=torch.Generator().manual_seed(0)).byte()


@pytest.fixture
def folder(tmp_path: Path, pixels: torch.Tensor) -> Path:
    """A folder with a font and with pictures in Fashion-MNIST's form."""
    (tmp_path / "font.ttf").write_bytes(ImageFont.load_default(40).path.getvalue())
    data = struct.pack(">4i", 2051, 12, 28, 28) + pixels.numpy().tobytes()
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(data))
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(data)
    return tmp_path


def test_without_folders_there_are_the_made_pictures(mini: Dataset) -> None:
    known, others = exposure_digits(mini, [], 0, SHARE)
    assert len(known) == len(mini) + 12 and torch.equal(known.images[: len(mini)], mini.images)
    assert others.dtype == torch.uint8 and others.shape == (18 + 12, 1, 28, 28)
    assert torch.equal(others, exposure_digits(mini, [], 0, SHARE)[1])
    assert not torch.equal(others, exposure_digits(mini, [], 1, SHARE)[1])


def test_a_folder_gives_letters_and_pictures_and_digits_in_print(
    mini: Dataset, folder: Path, pixels: torch.Tensor
) -> None:
    known, others = exposure_digits(mini, [folder], 0, SHARE)
    assert len(known) == len(mini) + 12 + 12
    scripts = len(others) - 18 - 10 - 54 - 12
    assert scripts in (0, 1, 2)  # Pillow's font has Greek, and no other of these alphabets
    as_they_are = others[18:28][1::2]
    assert torch.equal(as_they_are, pixels[:10][1::2])
    assert not torch.equal(others[18:28][::2], pixels[:10][::2])


def test_only_what_is_to_be_learnt_from_is_read(mini: Dataset, folder: Path) -> None:
    (folder / "train-images-idx3-ubyte.gz").unlink()
    (folder / "font.ttf").unlink()
    with pytest.raises(FileNotFoundError, match="no font and no train-images"):
        exposure_digits(mini, [folder], 0, SHARE)


def test_idx_files_are_read_gzipped_or_not(folder: Path, pixels: torch.Tensor) -> None:
    for name in ("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte"):
        assert torch.equal(read_idx(folder / name)[:, None], pixels)


def test_two_at_once_are_two_different_digits(mini: Dataset) -> None:
    made = two_at_once(mini, 3, 40)
    assert made.shape == (40, 1, 28, 28) and torch.equal(made, two_at_once(mini, 3, 40))
    ones = Dataset(mini.images[:10], torch.ones(10, dtype=torch.long))
    assert len(two_at_once(ones, 0, 4)) == 0
    over, in_a_row = made[::2], made[1::2]
    assert (in_a_row[:, :, :4] == 0).all() and (over[:, :, 4:24] > 0).any()
    assert over.mean() > 1.2 * float(mini.images.float().mean() / 255)
