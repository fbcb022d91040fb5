"""Datasets as tensors in memory: indexing a tensor is 7 to 20 times faster than a DataLoader on pictures this small."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import torch
from PIL import Image
from torchvision import datasets
from tqdm import tqdm

from losslens.data.dataset import Dataset, Splits, split_indices
from losslens.images.preprocessing import PHOTO_SIDE, photo_tensor
from losslens.images.reading import PictureError, read_picture

DIGITS_HELD_OUT = 5_000
PETS_HELD_OUT = 2_000
PETS = ("cat", "dog")
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
# In the path of a picture; Chelsea is scikit-image's cat.
_PET = re.compile(
    r"(^|[^a-z])(black)?(cat|dog|kitten|pupp(y|ie)|husky|chelsea)s?([^a-z]|$)", re.IGNORECASE
)


def mnist(data_root: str | Path) -> Splits:
    """All of MNIST from ``data_root``, downloaded first where it is absent and there is a network.

    55,000 to train, 5,000 held out, 10,000 to test. Raises FileNotFoundError that says what to do
    when it cannot be had.
    """
    try:
        train, test = (_mnist_part(str(data_root), train=part) for part in (True, False))
    except (
        OSError,
        RuntimeError,
    ) as error:  # torchvision raises RuntimeError after its last mirror failed
        raise FileNotFoundError(
            f"MNIST is not in {data_root} and could not be downloaded. Give --data-root a folder that holds MNIST/raw "
            "with the four IDX files, or connect to the network once."
        ) from error
    kept, held_out = split_indices(len(train), DIGITS_HELD_OUT)
    return Splits(train.pick(kept), train.pick(held_out), test)


def _mnist_part(data_root: str, *, train: bool) -> Dataset:
    try:
        part = datasets.MNIST(data_root, train=train, download=False)
    except RuntimeError:
        part = datasets.MNIST(data_root, train=train, download=True)
    return Dataset(part.data[:, None], part.targets)


def pets(data_root: str | Path) -> Splits:
    """Cats and dogs from ``data_root``: its folders train/ and test/, each with cat/ and dog/, or
    those of its folder pets/.

    Where there are none: the Oxford-IIIT Pet dataset, downloaded first where it is absent and there
    is a network. A fixed 2,000 (at most a fifth) of the training photos are held out. Raises
    FileNotFoundError that says what to do when neither can be had.
    """
    for folder in (Path(data_root), Path(data_root) / "pets"):
        if (folder / "train").is_dir() and (folder / "test").is_dir():
            parts = [datasets.ImageFolder(str(folder / part)) for part in ("train", "test")]
            if any(tuple(part.classes) != PETS for part in parts):
                raise FileNotFoundError(
                    f"{folder} must hold train/ and test/, each with the folders cat/ and dog/ alone."
                )
            return _photo_splits(
                *([(Path(file), kind) for file, kind in part.samples] for part in parts)
            )
    return _photo_splits(*(_oxford(str(data_root), part) for part in ("trainval", "test")))


def _oxford(data_root: str, part: str) -> list[tuple[Path, int]]:
    wanted = {"split": part, "target_types": "binary-category"}
    try:
        try:
            found = datasets.OxfordIIITPet(data_root, download=False, **wanted)
        except RuntimeError:
            found = datasets.OxfordIIITPet(data_root, download=True, **wanted)
    except (OSError, RuntimeError) as error:
        raise FileNotFoundError(
            f"No photos of pets are in {data_root} and none could be downloaded. Give --data-root a folder that holds "
            "train/ and test/ with cat/ and dog/ in each, or oxford-iiit-pet/, or connect to the network once."
        ) from error
    return list(zip(found._images, found._bin_labels, strict=True))  # paths, before any is decoded


def _photo_splits(train: list[tuple[Path, int]], test: list[tuple[Path, int]]) -> Splits:
    kept, held_out = split_indices(len(train), min(PETS_HELD_OUT, len(train) // 5))
    return Splits(
        _photos([train[i] for i in kept]), _photos([train[i] for i in held_out]), _photos(test)
    )


def other_photos(folders: Iterable[Path]) -> list[Image.Image]:
    """Every picture below ``folders`` that can be read and whose path names no cat or dog, at most
    1,024 pixels a side.

    Raises FileNotFoundError where there is none.
    """
    photos = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            named = path.relative_to(folder).with_suffix("").parts
            if path.suffix.lower() in PHOTO_SUFFIXES and not any(
                _PET.search(part) for part in named
            ):
                with suppress(PictureError):
                    photos.append(read_picture(path))
                    photos[-1].thumbnail((1024, 1024))
    if not photos:
        raise FileNotFoundError(
            f"no photo ({', '.join(PHOTO_SUFFIXES)}) is in {', '.join(map(str, folders))}"
        )
    return photos


def _photos(samples: list[tuple[Path, int]]) -> Dataset:
    images = torch.empty(len(samples), 3, PHOTO_SIDE, PHOTO_SIDE, dtype=torch.uint8)
    for index, (path, _) in enumerate(
        tqdm(samples, desc="reading photos", unit="photo", leave=False)
    ):
        images[index] = (photo_tensor(read_picture(path)) * 255).round()
    return Dataset(images, torch.tensor([kind for _, kind in samples]))
