"""The tasks' data, from folders or downloaded: ``mnist``, ``fashion_mnist``, ``pets``, and photos
of other things."""

import gzip
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from losslens.data.dataset import Dataset, Splits, split_indices
from losslens.images.preprocessing import PHOTO_SIDE, photo_tensor
from losslens.images.reading import PictureError, read_picture

DIGITS_HELD_OUT = 5_000
FASHION_HELD_OUT = 5_000
FASHION_OF_DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # package dataset-fashion-mnist
PETS_HELD_OUT = 2_000
PET_LABELS = ("cat", "dog")
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")

_MOST_OF_A_SOURCE = 2_000  # training photos, of one class
_MOST_PIXELS = 1_024  # of the longer side of a photo of other things
# In the path of a picture that shows a pet; Chelsea is scikit-image's cat.
_PET = re.compile(
    r"(^|[^a-z])(black)?(cat|dog|kitten|pupp(y|ie)|husky|chelsea)s?([^a-z]|$)", re.IGNORECASE
)

Labelled = list[tuple[Path, int]]  # files of photos, and their classes


def mnist(data_root: str | Path) -> Splits:
    """All of MNIST from ``data_root``, downloaded first where it is absent and there is a network.

    55,000 to train, 5,000 held out, 10,000 to test. Raises FileNotFoundError that says what to do
    when it cannot be had. http://yann.lecun.com/exdb/mnist/
    """
    try:
        train, test = (_mnist_part(str(data_root), train=part) for part in (True, False))
    # torchvision raises RuntimeError after its last mirror failed.
    except (OSError, RuntimeError) as error:
        raise FileNotFoundError(
            f"MNIST is not in {data_root} and could not be downloaded. Give --data-root a folder "
            "that holds MNIST/raw with the four IDX files, or connect to the network once."
        ) from error
    kept, held_out = split_indices(len(train), DIGITS_HELD_OUT)
    return Splits(train.pick(kept), train.pick(held_out), test)


def _mnist_part(data_root: str, *, train: bool) -> Dataset:
    # Here and below, since importing torchvision takes a second, and only training needs it.
    from torchvision import datasets  # noqa: PLC0415

    try:
        part = datasets.MNIST(data_root, train=train, download=False)
    except RuntimeError:
        part = datasets.MNIST(data_root, train=train, download=True)
    return Dataset(part.data[:, None], part.targets)


def fashion_mnist(data_root: str | Path) -> Splits:
    """All of Fashion-MNIST: 55,000 to train, 5,000 held out, 10,000 to test.

    From the four gzipped IDX files in ``data_root`` or in its folder FashionMNIST/raw, or of
    Debian's package dataset-fashion-mnist; downloaded where they are in none of them and there is a
    network. Raises FileNotFoundError that says what to do when they cannot be had. MIT licence;
    Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747
    """
    downloaded = Path(data_root) / "FashionMNIST" / "raw"
    folders = (Path(data_root), downloaded, FASHION_OF_DEBIAN)
    whole = (each for each in folders if len(list(each.glob("t*-ubyte.gz"))) == 4)
    folder = next(whole, None) or _fashion_downloaded(data_root)
    train, test = (
        Dataset(
            read_idx(folder / f"{part}-images-idx3-ubyte.gz")[:, None],
            read_idx(folder / f"{part}-labels-idx1-ubyte.gz").long(),
        )
        for part in ("train", "t10k")
    )
    kept, held_out = split_indices(len(train), FASHION_HELD_OUT)
    return Splits(train.pick(kept), train.pick(held_out), test)


def _fashion_downloaded(data_root: str | Path) -> Path:
    """The folder that torchvision puts the files into."""
    from torchvision import datasets  # noqa: PLC0415

    try:
        return Path(datasets.FashionMNIST(data_root, download=True).raw_folder)
    except (OSError, RuntimeError) as error:
        raise FileNotFoundError(
            f"Fashion-MNIST is not in {data_root} and could not be downloaded. Give --data-root a "
            "folder that holds its four gzipped IDX files, install Debian's package "
            "dataset-fashion-mnist, or connect to the network once."
        ) from error


def read_idx(path: Path) -> Tensor:
    """An IDX file of bytes, gzipped or not, as a uint8 tensor; its shape stands in the file.

    http://yann.lecun.com/exdb/mnist/
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    shape = np.frombuffer(content, ">i4", count=content[3], offset=4)
    values = np.frombuffer(content, np.uint8, offset=4 + shape.nbytes)
    return torch.from_numpy(values.reshape(*shape).copy())


def pets(data_root: str | Path) -> Splits:
    """Photos of cats and dogs from ``data_root``.

    From its folders train/ and test/, each with cat/ and dog/, or those of its folder pets/; and,
    to train on, from cat/ and dog/ of its folder pets_extra/. Where there are none: the
    Oxford-IIIT Pet dataset (https://www.robots.ox.ac.uk/~vgg/data/pets/), downloaded first where it
    is absent and there is a network. Of each source and class, 2,000 training photos at most are
    learnt from (``source_of``); a fixed 2,000 (at most a fifth) are held out. Raises
    FileNotFoundError that says what to do when neither can be had.
    """
    if (folder := _pets_folder(data_root)) is not None:
        return _photo_splits(pets_to_learn_from(data_root), _labelled(folder / "test"))
    return _photo_splits(*(_oxford(str(data_root), part) for part in ("trainval", "test")))


def pets_to_learn_from(data_root: str | Path) -> Labelled:
    """The files and classes of the training photos of ``pets``, where they are in folders.

    Raises FileNotFoundError where they are not.
    """
    folder = _pets_folder(data_root)
    if folder is None:
        raise FileNotFoundError(f"{data_root} must hold pets/ with train/ and test/.")
    extra = Path(data_root) / "pets_extra"
    return _capped(_labelled(folder / "train") + (_labelled(extra) if extra.is_dir() else []))


def _pets_folder(data_root: str | Path) -> Path | None:
    for folder in (Path(data_root), Path(data_root) / "pets"):
        if (folder / "train").is_dir() and (folder / "test").is_dir():
            return folder
    return None


def _labelled(folder: Path) -> Labelled:
    from torchvision import datasets  # noqa: PLC0415

    found = datasets.ImageFolder(str(folder))
    if tuple(found.classes) != PET_LABELS:
        raise FileNotFoundError(f"{folder} must hold the folders cat/ and dog/ alone.")
    return [(Path(file), label) for file, label in found.samples]


def source_of(path: Path) -> str:
    """Where a photo is from: its file's name up to the first hyphen."""
    return path.stem.split("-")[0]


def _capped(labelled: Labelled) -> Labelled:
    """At most ``_MOST_OF_A_SOURCE`` photos of each source and class, the same ones each time.

    A network that meets mostly one source learns its rooms and gardens for the animals.
    """
    groups: dict[tuple[str, int], Labelled] = {}
    for path, label in labelled:
        groups.setdefault((source_of(path), label), []).append((path, label))
    kept = [
        [group[index] for index in split_indices(len(group), len(group) - _MOST_OF_A_SOURCE)[0]]
        if len(group) > _MOST_OF_A_SOURCE
        else group
        for group in groups.values()
    ]
    return [each for group in kept for each in group]


def _oxford(data_root: str, part: str) -> Labelled:
    from torchvision import datasets  # noqa: PLC0415

    wanted = {"split": part, "target_types": "binary-category"}
    try:
        try:
            found = datasets.OxfordIIITPet(data_root, download=False, **wanted)
        except RuntimeError:
            found = datasets.OxfordIIITPet(data_root, download=True, **wanted)
    except (OSError, RuntimeError) as error:
        raise FileNotFoundError(
            f"No photos of pets are in {data_root} and none could be downloaded. Give --data-root "
            "a folder that holds train/ and test/ with cat/ and dog/ in each, or "
            "oxford-iiit-pet/, or connect to the network once."
        ) from error
    return list(zip(found._images, found._bin_labels, strict=True))  # paths, before any is decoded


def _photo_splits(train: Labelled, test: Labelled) -> Splits:
    kept, held_out = split_indices(len(train), min(PETS_HELD_OUT, len(train) // 5))
    return Splits(
        photos_of([train[i] for i in kept]),
        photos_of([train[i] for i in held_out]),
        photos_of(test),
    )


def photos_of(labelled: Labelled) -> Dataset:
    """The photos of some files (N, 3, S, S) as ``photo_tensor`` makes them, with their classes."""
    images = torch.empty(len(labelled), 3, PHOTO_SIDE, PHOTO_SIDE, dtype=torch.uint8)
    reading = tqdm(labelled, desc="reading photos", unit="photo", leave=False)
    for index, (path, _) in enumerate(reading):
        images[index] = (photo_tensor(read_picture(path)) * 255).round()
    return Dataset(images, torch.tensor([label for _, label in labelled]))


def photos_without_pets(folders: Iterable[Path]) -> list[Image.Image]:
    """Photos of other things: every picture below ``folders`` whose path names no cat or dog.

    At most 1,024 pixels a side; what cannot be read is passed over. Raises FileNotFoundError where
    there is none.
    """
    photos = []
    for path in _paths_without_pets(folders):
        with suppress(PictureError):
            photos.append(read_picture(path))
            photos[-1].thumbnail((_MOST_PIXELS, _MOST_PIXELS))
    if not photos:
        raise FileNotFoundError(
            f"no photo ({', '.join(PHOTO_SUFFIXES)}) is in {', '.join(map(str, folders))}"
        )
    return photos


def photos_in(folder: Path) -> list[Path]:
    """The files of photos below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES)


def _paths_without_pets(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in photos_in(folder):
            names = path.relative_to(folder).with_suffix("").parts
            if not any(map(_PET.search, names)):
                yield path
