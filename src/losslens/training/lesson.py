"""The lesson's code, run on the reader's own drawing: only what stands in the catalogue."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from losslens.data.bundled import SAMPLE_PHOTOS
from losslens.losses import LOSSES
from losslens.tasks.digits import DIGITS
from losslens.training.lesson_catalogue import LESSON
from losslens.training.snippets import heard

PHOTOS = "image_folder"  # the page on photos
_DRAWN = ("probs", "scores")  # what is drawn, where a snippet leaves it
# Folders as people have them: ImageFolder sorts capitals first. The sample that the tab of photos
# opens with is not in them.
_FOLDERS = {"husky": "Dog", "shepherd": "Dog", "kitten": "cat"}

Features = Callable[[Any], Tensor]  # a photo to the features (F,) that a linear layer learns from


@dataclass(frozen=True)
class Reader:
    """What the reader brings."""

    drawing: Tensor  # (1, 28, 28) in 0..1, ink bright
    label: int  # its class
    network: nn.Module  # for digits, trained under cross-entropy
    picture: Any  # the drawing as a picture (PIL), dark on white
    features: Features
    photo: Callable[[], Tensor]  # features of the reader's photo


@dataclass(frozen=True)
class Output:
    """What a snippet gave."""

    printed: list[str] = field(default_factory=list)
    error: str = ""  # as torch words it; what was printed before stands in ``printed``
    warning: str = ""
    drawn: list[float] = field(default_factory=list)  # one number a digit, where there are any


def run(page: str, kind: str, reader: Reader, seed: int = 0) -> Output:
    """Run a page's snippet, "usual" or "mended". Raises ValueError for one that is not listed."""
    if page not in LESSON or kind not in LESSON[page].snippets:
        raise ValueError(f"a page is one of {', '.join(LESSON)}; a kind is usual or mended")
    printed: list[str] = []
    code = LESSON[page].snippets[kind]
    with TemporaryDirectory() as folder, heard(seed) as said:
        names = given(reader) | (given_photos(reader, Path(folder)) if page == PHOTOS else {})
        names["print"] = lambda *values: printed.append(" ".join(map(str, values)))
        exec(compile(code, "<lesson>", "exec"), names)  # one of our own
    return Output(printed, said.error, said.warning, [] if said.error else _drawn(names))


def _drawn(names: Mapping[str, Any]) -> list[float]:
    found = next((names[name] for name in _DRAWN if name in names), None)
    drawn: list[float] = [] if found is None else found.detach()[0].tolist()
    return drawn


def given(reader: Reader) -> dict[str, Any]:
    """What every page's code sees, by name."""
    return {
        "torch": torch,
        "nn": nn,
        "LOSSES": LOSSES,
        "drawing": reader.drawing[None],
        "label": torch.tensor([reader.label]),
        "network": reader.network,
        "picture": reader.picture,
        **_digits(),
    }


def given_photos(reader: Reader, folder: Path) -> dict[str, Any]:
    """What the code of the page PHOTOS sees besides; its photos are laid out in ``folder``."""
    # Here, since importing torchvision takes a second.
    from torchvision.datasets import ImageFolder  # noqa: PLC0415

    _lay_out(folder)
    names = {"photo": reader.photo(), "photos": str(folder), "features": reader.features}
    return names | {"ImageFolder": ImageFolder}


def _lay_out(folder: Path) -> None:
    for photo in SAMPLE_PHOTOS:
        if photo.stem in _FOLDERS:
            place = folder / _FOLDERS[photo.stem]
            place.mkdir(exist_ok=True)
            shutil.copy(photo, place)


@cache
def _digits() -> dict[str, Tensor]:
    """Digits that ship with the package: to learn from, and unseen ones."""
    assert DIGITS.live is not None
    learnt, held_out = DIGITS.live.load()
    images, target = learnt.batch(torch.arange(len(learnt)))
    unseen, unseen_target = held_out.batch(torch.arange(len(held_out)))
    return {"images": images, "target": target, "unseen": unseen, "unseen_target": unseen_target}
