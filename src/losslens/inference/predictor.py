"""All losses' answers to one picture, as plain data. Checkpoints are read once, at the first question."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from losslens.checkpoints import files as checkpoints
from losslens.evaluation import ood as unlike
from losslens.images.reading import check_size
from losslens.losses import LOSSES
from losslens.tasks import TASKS


@dataclass(frozen=True)
class Answer:
    """What one loss's network makes of a picture; all lists are in the order of the task's
    labels."""

    loss: str
    label: str
    logits: list[float]
    softmax: list[float]  # probabilities, sum 1
    calibrated: list[float]  # likewise, through the link fitted on held-out training data


@dataclass(frozen=True)
class Missing:
    """A loss whose checkpoint cannot be used, and why."""

    loss: str
    problem: str


@dataclass(frozen=True)
class Prediction:
    """The answers in the order of ``LOSSES``, and how the picture looks to the networks."""

    answers: list[Answer | Missing]
    features: Tensor  # (C, H, W): what the losses' networks were given: the picture, or their backbone's features of it
    unlike: (
        float | None
    )  # 0..1: how sure we are that this is none of the task's classes; None where nothing was fitted

    @property
    def given(self) -> list[Answer]:
        """The answers of the networks that work."""
        return [answer for answer in self.answers if isinstance(answer, Answer)]


@cache
def _checkpoint(task: str, loss: str) -> checkpoints.Checkpoint:
    return checkpoints.load(task, loss)


@cache
def _backbone(task: str) -> nn.Module:
    return checkpoints.load_backbone(task)


@cache
def _unlike(task: str) -> unlike.OODDetector | None:
    return unlike.load(checkpoints.models_folder() / task)


def network(task: str, loss: str) -> nn.Module:
    """The trained network itself, in eval mode. Raises CheckpointError."""
    return _checkpoint(task, loss).network


def forget() -> None:
    """Read the checkpoints afresh at the next question."""
    _checkpoint.cache_clear()
    _backbone.cache_clear()
    _unlike.cache_clear()


def warm_up(task: str) -> None:
    """Read the checkpoints and run them once, so that the first visitor does not wait."""
    predict(task, TASKS[task].blank())


def predict_picture(task: str, picture: Image.Image) -> Prediction:
    """Every loss's answer to a picture. Raises PictureError for one that is too large or too
    small."""
    check_size(*picture.size)
    return predict(task, TASKS[task].to_tensor(picture))


def predict(task: str, image: Tensor) -> Prediction:
    """Every loss's answer to a tensor (C, H, W) in 0..1, as ``Task.to_tensor`` makes it.

    A loss whose checkpoint is missing or damaged gives a ``Missing``; the others answer.
    """
    try:
        features = _features(task, image)
    except checkpoints.CheckpointError as error:
        return Prediction([Missing(loss, str(error)) for loss in LOSSES], image, None)
    answers = [_answer(task, loss, features) for loss in LOSSES]
    logits = {answer.loss: answer.logits for answer in answers if isinstance(answer, Answer)}
    detector = _unlike(task) if len(logits) == len(LOSSES) else None
    score = detector.score(logits, features if TASKS[task].backbone else None) if detector else None
    return Prediction(answers, features, score)


@torch.inference_mode()
def _features(task: str, image: Tensor) -> Tensor:
    if TASKS[task].backbone is None:
        return image
    features: Tensor = _backbone(task)(image[None].contiguous(memory_format=torch.channels_last))[0]
    return features


def _answer(task: str, loss: str, features: Tensor) -> Answer | Missing:
    try:
        checkpoint = _checkpoint(task, loss)
    except checkpoints.CheckpointError as error:
        return Missing(loss, str(error))
    with torch.inference_mode():
        logits = checkpoint.network(features[None])[0]
    return Answer(
        loss=loss,
        label=TASKS[task].labels[int(logits.argmax())],
        logits=logits.tolist(),
        softmax=logits.softmax(dim=0).tolist(),
        calibrated=(logits / checkpoint.card.temperature).softmax(dim=0).tolist(),
    )


def explain(task: str, features: Tensor) -> dict[str, NDArray[np.float32]]:
    """For each loss whose network works, which places spoke for its answer: (H, W), in logits.

    ``features`` is what the networks were given (``Prediction.features``). See ``reasons``.
    """
    return {
        loss: TASKS[task].explain(network(task, loss), features)
        for loss in LOSSES
        if _works(task, loss)
    }


def _works(task: str, loss: str) -> bool:
    try:
        _checkpoint(task, loss)
    except checkpoints.CheckpointError:
        return False
    return True


def is_flagged(task: str, prediction: Prediction) -> bool:
    """Whether the picture is to be marked as none of the task's classes."""
    if prediction.unlike is None:
        return False
    detector = _unlike(task)
    return detector is not None and detector.marks(prediction.unlike)
