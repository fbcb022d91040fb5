"""Loaders: pets from folders and from the Oxford-IIIT Pet dataset's own layout, and one line where there is nothing."""

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torchvision import datasets

from losslens.data.dataset import Dataset, with_label_noise
from losslens.data.sources import PETS, other_photos, pets
from losslens.training.config import TrainConfig
from losslens.training.loop import batch_indices


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
    assert (len(splits.train), len(splits.held_out), len(splits.test)) == (32, 8, 4)
    assert splits.train.images.shape == (32, 3, 224, 224)
    for images, target in (
        part.batch(torch.arange(len(part))) for part in (splits.train, splits.held_out, splits.test)
    ):
        red = images.mean(dim=(2, 3))[:, 0] > 0.5
        assert (red == (target == PETS.index("cat"))).all()


def test_other_folders_beside_cat_and_dog_are_refused(folders: Path) -> None:
    photo(folders / "pets" / "train" / "bird" / "0.png", "green")
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
            lines.append(f"{name} {1 if kind == 1 else 2} {kind} 1")
        (base / "annotations" / f"{part}.txt").write_text("\n".join(lines) + "\n")
    splits = pets(tmp_path)
    assert (len(splits.train), len(splits.held_out), len(splits.test)) == (8, 2, 10)
    images, target = splits.test.batch(torch.arange(10))
    assert ((images[:, 0].mean(dim=(1, 2)) > 0.5) == (target == 0)).all()


def test_without_photos_and_network_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(datasets.OxfordIIITPet, "_download", unreachable)
    with pytest.raises(FileNotFoundError, match="--data-root"):
        pets(tmp_path)


def test_photos_of_other_things_are_found_and_pets_and_broken_files_passed_over(
    tmp_path: Path,
) -> None:
    photo(tmp_path / "a" / "x.png", "white")
    photo(tmp_path / "y.jpg", "black", (4000, 90))
    photo(tmp_path / "b" / "cathedral.png", "white")
    for pet in ("cats/1.png", "black-cat.png", "Dog2.jpg", "puppies/x.png", "chelsea.png"):
        photo(tmp_path / pet, "red")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    found = other_photos([tmp_path / "a", tmp_path])
    assert sorted(each.size for each in found) == [(60, 40), (60, 40), (60, 40), (1024, 23)]
    with pytest.raises(FileNotFoundError, match="no photo"):
        other_photos([tmp_path / "none"])


def test_wrong_labels_are_as_many_as_asked_and_lie_in_every_batch(mini: Dataset) -> None:
    wrong = with_label_noise(mini, 0.4, 10, seed=0).target != mini.target
    assert wrong.sum() == 2000
    config = TrainConfig(seed=0, batch_size=100)
    shares = torch.stack(
        [wrong[batch_indices(config, step, 50, 5000)].float().mean() for step in range(50)]
    )
    assert (
        shares.min() > 0.2 and shares.max() < 0.6
    )  # the first epoch's order comes from the same seed
    to = with_label_noise(mini, 0.4, 10, seed=0).target[wrong & (mini.target == 3)]
    assert set(to.tolist()) == set(range(10)) - {3}
    assert (with_label_noise(mini, 0.0, 10, seed=0).target == mini.target).all()
