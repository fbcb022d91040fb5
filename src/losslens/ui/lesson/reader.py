"""What the reader of the lesson brings: the digit and the photo that the other tabs have answered,
or their samples."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from losslens.inference import predictor
from losslens.inference.predictor import Prediction
from losslens.tasks import TASKS
from losslens.training.lesson import Reader

DIGITS, PHOTOS = "digits", "pets"  # the tasks that the lesson goes through
_NETWORK = "cross_entropy"


@dataclass(frozen=True)
class Brought:
    """The answers of the other tabs, as they stand."""

    drawing: Prediction | None
    truth: str  # of the drawing, as the visitor said; empty: not said
    photo: Prediction | None

    @property
    def own_drawing(self) -> bool:
        """Whether there is a drawing that the networks have answered."""
        return self.drawing is not None and bool(self.drawing.given)

    @property
    def digit(self) -> Prediction:
        """The visitor's, else the sample's. Raises CheckpointError where no network works."""
        return self.drawing if self.drawing and self.own_drawing else sample(DIGITS)

    def label(self) -> int:
        """The class that the visitor named, else the answer of most networks."""
        labels = TASKS[DIGITS].labels
        if self.own_drawing and self.truth in labels:
            return labels.index(self.truth)
        if not self.own_drawing and (opening := TASKS[DIGITS].opening()):
            return labels.index(opening.label)
        answers = [answer.label for answer in self.digit.given]
        return labels.index(max(answers, key=answers.count))

    def reader(self) -> Reader:
        """What the lesson's code is given. Raises CheckpointError where no network works."""
        return _reader(self.digit.features, self.label(), self._photo)

    def _photo(self) -> Tensor:
        return _averaged(self.photo if self.photo is not None else sample(PHOTOS))


def reader_of(picture: Image.Image, label: int) -> Reader:
    """The reader of a notebook: a digit of 28 by 28 pixels, dark on white, and the sample photo.

    Raises CheckpointError where no network works.
    """
    ink = 255 - np.asarray(picture.convert("L"), np.float32)
    return _reader(torch.from_numpy(ink)[None] / 255, label, lambda: _averaged(sample(PHOTOS)))


def _reader(drawing: Tensor, label: int, photo: Callable[[], Tensor]) -> Reader:
    return Reader(
        drawing=drawing,
        label=label,
        network=predictor.network(DIGITS, _NETWORK),
        picture=_on_paper(drawing),
        features=_features,
        photo=photo,
    )


def _on_paper(drawing: Tensor) -> Image.Image:
    """A drawing (1, H, W) as a scan has it: dark on white."""
    ink = (drawing[0].numpy() * 255).round().astype(np.uint8)
    return Image.fromarray(255 - ink)


def _features(photo: Image.Image) -> Tensor:
    """What the backbone makes of a photo, averaged over all places (F,)."""
    return _averaged(predictor.predict_picture(PHOTOS, photo))


def _averaged(prediction: Prediction) -> Tensor:
    # A copy: what inference mode made cannot be learnt from.
    return prediction.features.mean(dim=(1, 2)).clone()


@cache
def sample(task: str) -> Prediction:
    """The answers to the sample that a task's tab opens with."""
    opening = TASKS[task].opening()
    assert opening is not None, f"{task} has no sample"
    return predictor.predict_picture(task, opening.picture)
