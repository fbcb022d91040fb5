"""Loaders: pets from folders and from Oxford's own layout, and one line where there is nothing."""

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torchvision import datasets

from losslens.data import sources
from losslens.data.sources import (
    PET_LABELS,
    fashion_mnist,
    mnist,
    pets,
    photos_without_pets,
    source_of,
)
from losslens.images.preprocessing import PHOTO_SIDE

CAT = PET_LABELS.index("cat")


def photo(path: Path, colour: str, size: tuple[int, int] = (60, 40)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """20 red cats and 20 blue dogs to train on, two of each to test on."""
    for part, count in (("train", 20), ("test", 2)):
        for index in range(count):
            photo(tmp_path / "pets" / part / "cat" / f"{index}.png", "red")
            photo(tmp_path / "pets" / part / "dog" / f"{index}.jpg", "blue", (30, 50))
    return tmp_path


@pytest.mark.parametrize("below", ["", "pets"])
def test_pets_come_from_folders(folders: Path, below: str) -> None:
    splits = pets(folders / below)
    parts = (splits.train, splits.held_out, splits.test)
    assert [len(part) for part in parts] == [32, 8, 4]
    assert splits.train.images.shape == (32, 3, PHOTO_SIDE, PHOTO_SIDE)
    for part in parts:
        images, target = part.batch(torch.arange(len(part)))
        red = images.mean(dim=(2, 3))[:, 0] > 0.5
        assert (red == (target == CAT)).all()


def test_more_pets_to_learn_from_lie_beside_and_no_source_counts_too_much(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(6):
        photo(folders / "pets_extra" / "cat" / f"street-{index}.png", "red")
        photo(folders / "pets_extra" / "dog" / f"{index}.png", "blue")
    monkeypatch.setattr(sources, "_MOST_OF_A_SOURCE", 4)
    learnt = sources.pets_to_learn_from(folders)
    streets = [path.name for path, label in learnt if source_of(path) == "street"]
    assert len(streets) == 4 and learnt == sources.pets_to_learn_from(folders)
    assert len(learnt) == 20 + 20 + 4 + 6
    assert sum(len(part) for part in (pets(folders).train, pets(folders).held_out)) == len(learnt)
    assert len(pets(folders).test) == 4


def test_where_there_are_no_folders_of_pets_none_can_be_learnt_from(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="must hold pets/"):
        sources.pets_to_learn_from(tmp_path)


@pytest.mark.parametrize("part", ["train", "test"])
def test_other_folders_beside_cat_and_dog_are_refused(folders: Path, part: str) -> None:
    photo(folders / "pets" / part / "bird" / "0.png", "green")
    with pytest.raises(FileNotFoundError, match="cat/ and dog/ alone"):
        pets(folders)


def test_pets_come_from_oxfords_layout(tmp_path: Path) -> None:
    base = tmp_path / "oxford-iiit-pet"
    (base / "annotations").mkdir(parents=True)
    for part in ("trainval", "test"):
        lines = []
        for index in range(10):
            name, kind = (f"Bombay_{part}{index}", 1) if index % 2 else (f"beagle_{part}{index}", 2)
            photo(base / "images" / f"{name}.jpg", "red" if kind == 1 else "blue")
            lines.append(f"{name} {kind} {kind} 1")
        (base / "annotations" / f"{part}.txt").write_text("\n".join(lines) + "\n")
    splits = pets(tmp_path)
    assert (len(splits.train), len(splits.held_out), len(splits.test)) == (8, 2, 10)
    images, target = splits.test.batch(torch.arange(len(splits.test)))
    assert ((images[:, 0].mean(dim=(1, 2)) > 0.5) == (target == CAT)).all()


def idx(values: NDArray[np.uint8]) -> bytes:
    """A gzipped IDX file of bytes: http://yann.lecun.com/exdb/mnist/"""
    head = struct.pack(f">BBBB{values.ndim}i", 0, 0, 8, values.ndim, *values.shape)
    return gzip.compress(head + values.tobytes())


@pytest.mark.parametrize("below", ["", "FashionMNIST/raw", "debian"])
def test_clothes_come_from_idx_files(
    below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "FASHION_OF_DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(sources, "FASHION_HELD_OUT", 5)
    folder = tmp_path / below
    folder.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", 20), ("t10k", 4)):
        labels = np.arange(count, dtype=np.uint8)
        images = labels[:, None, None].repeat(28, axis=1).repeat(28, axis=2)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(images))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(labels))
    splits = fashion_mnist(tmp_path)
    parts = (splits.train, splits.held_out, splits.test)
    assert [part.images.shape for part in parts] == [(n, 1, 28, 28) for n in (15, 5, 4)]
    for part in parts:
        assert (part.images.long() == part.target[:, None, None, None]).all()
    learnt = [*splits.train.target.tolist(), *splits.held_out.target.tolist()]
    assert sorted(learnt) == list(range(20)), "no picture is in two parts"


@pytest.mark.parametrize(
    ("load", "source", "download"),
    [
        (pets, datasets.OxfordIIITPet, "_download"),
        (mnist, datasets.MNIST, "download"),
        (fashion_mnist, datasets.FashionMNIST, "download"),
    ],
    ids=["pets", "mnist", "fashion"],
)
def test_without_data_and_network_one_line_says_what_to_do(
    load: Any, source: Any, download: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(source, download, unreachable)
    monkeypatch.setattr(sources, "FASHION_OF_DEBIAN", tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="--data-root"):
        load(tmp_path)


def test_photos_of_other_things_are_found_and_pets_and_broken_files_passed_over(
    tmp_path: Path,
) -> None:
    photo(tmp_path / "a" / "x.png", "white")
    photo(tmp_path / "y.jpg", "black", (4000, 90))
    photo(tmp_path / "b" / "cathedral.png", "white")
    for pet in ("cats/1.png", "black-cat.png", "Dog2.jpg", "puppies/x.png", "chelsea.png"):
        photo(tmp_path / pet, "red")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    found = photos_without_pets([tmp_path / "a", tmp_path])
    assert sorted(each.size for each in found) == [(60, 40), (60, 40), (60, 40), (1024, 23)]
    with pytest.raises(FileNotFoundError, match="no photo"):
        photos_without_pets([tmp_path / "none"])
