"""All losses' answers to one picture, as plain data. Checkpoints are read once, at first use."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from losslens.checkpoints.ensemble import Ensemble, load_detector, load_ensemble
from losslens.checkpoints.files import (
    CheckpointError,
    MissingCheckpoint,
    models_folder,
)
from losslens.evaluation import ood
from losslens.images.pen import Strokes
from losslens.images.preprocessing import Found
from losslens.images.reading import check_size
from losslens.losses import LOSSES
from losslens.tasks import TASKS


@dataclass(frozen=True)
class Answer:
    """What one loss's network makes of a picture; all lists are in the order of the labels."""

    loss: str
    label: str
    logits: list[float]
    softmax: list[float]  # probabilities, sum 1
    calibrated: list[float]  # likewise, of logits / temperature


@dataclass(frozen=True)
class Missing:
    """A loss whose checkpoint cannot be used, and why."""

    loss: str
    problem: str
    command: str = ""  # what trains it, where it is only not measured yet


@dataclass(frozen=True)
class Prediction:
    """The answers in the order of ``LOSSES``, and how the picture looks to the networks."""

    answers: list[Answer | Missing]
    features: Tensor  # (C, H, W): what the networks were given: the picture, or its features
    ood_score: float | None  # 0..1: how sure we are that this is none of the classes; None: unknown
    problem: str = ""  # why no network was asked: a key of ``marks.PROBLEMS``

    @property
    def given(self) -> list[Answer]:
        """The answers of the networks that work."""
        return [answer for answer in self.answers if isinstance(answer, Answer)]


@dataclass(frozen=True)
class Reading:
    """What there is to be read on a picture or of strokes."""

    whole: Prediction | None  # as one; None where there is nothing to answer
    rows: tuple[tuple[Prediction, ...], ...] = ()  # of each part, where there are several
    blank: str = ""  # why there is nothing to answer: a key of ``marks.PROBLEMS``

    @property
    def problem(self) -> str:
        """Why no network was asked: a key of ``marks.PROBLEMS``; empty where one was."""
        return self.blank or (self.whole.problem if self.whole else "")

    @property
    def parts(self) -> list[Prediction]:
        """What is answered, in the order of reading: each part, or else the whole."""
        if self.rows or self.whole is None:
            return [part for row in self.rows for part in row]
        return [self.whole]


@cache
def _ensemble(task: str) -> Ensemble:
    return load_ensemble(task)


@cache
def _detector(task: str) -> ood.OODDetector | ood.ExposedDetector | None:
    return load_detector(task, models_folder())


def network(task: str, loss: str) -> nn.Module:
    """The trained network itself, in eval mode. Raises CheckpointError."""
    ensemble = _ensemble(task)
    if loss not in ensemble.members:
        raise _problem(ensemble, loss)
    return ensemble.members[loss].network


def forget() -> None:
    """Read the checkpoints afresh at the next question."""
    _ensemble.cache_clear()
    _detector.cache_clear()


def warm_up(task: str) -> None:
    """Read the checkpoints and run them once, so that the first visitor does not wait."""
    predict(task, TASKS[task].blank())


def predict_picture(task: str, given: Image.Image | Strokes) -> Prediction:
    """Every loss's answer to a picture, or to strokes where the task reads them.

    What is no digit at all - a dot, a scribble - has no answers but a ``problem``. Raises
    PictureError for a picture too large or too small.
    """
    return predict_found(task, find(task, given))


def find(task: str, given: Image.Image | Strokes) -> Found:
    """What there is to be read of a picture, or of strokes where the task reads them.

    Raises PictureError for a picture too large or too small.
    """
    if isinstance(given, Image.Image):
        check_size(*given.size)
    return TASKS[task].found(given)


def predict_found(task: str, found: Found) -> Prediction:
    """Every loss's answer to what was found, or none where that has a problem."""
    if found.problem:
        return Prediction([], found.whole, None, found.problem)
    return predict(task, found.whole, coarse=found.coarse)


def read_parts(task: str, given: Image.Image | Strokes) -> Reading:
    """Every loss's answer to each part of a picture, or of strokes where the task reads them.

    What is not mostly made of parts that the networks know is one. Raises PictureError as
    ``predict_picture``.
    """
    return read_found(task, find(task, given))


def read_found(task: str, found: Found) -> Reading:
    """Likewise, of what was found."""
    if TASKS[task].is_blank(found.whole):
        return Reading(None, blank=found.blank)
    parts = [[predict(task, part, coarse=found.coarse) for part in row] for row in found.rows]
    known = [not is_flagged(task, part) for row in parts for part in row]
    if not parts or 2 * sum(known) < len(known):
        return Reading(predict_found(task, found))
    whole = predict(task, found.whole, coarse=found.coarse)
    return Reading(whole, tuple(map(tuple, parts)))


def predict(task: str, image: Tensor, *, coarse: bool = False) -> Prediction:
    """Every loss's answer to a tensor (C, H, W) in 0..1, as ``Task.to_tensor`` makes it.

    A loss without a usable checkpoint gives a ``Missing``; the others answer. ``coarse``: as in
    ``Found``.
    """
    ensemble = _ensemble(task)
    features = ensemble.features(image)
    given = _given(ensemble, features)
    answers: list[Answer | Missing] = []
    for loss, record in LOSSES.items():
        if loss in given:
            answers.append(given[loss])
        elif record.on_cards or loss in ensemble.missing:
            answers.append(_missing(ensemble, loss))
    return Prediction(answers, features, _ood_score(ensemble, answers, features, coarse))


def _missing(ensemble: Ensemble, loss: str) -> Missing:
    problem = _problem(ensemble, loss)
    command = problem.command if isinstance(problem, MissingCheckpoint) else ""
    return Missing(loss, str(problem), command)


def _problem(ensemble: Ensemble, loss: str) -> CheckpointError:
    """Why there is no network; a loss may come into the catalogue after they were read."""
    command = f"losslens train {ensemble.task.key} --loss {loss}"
    unread = MissingCheckpoint(f"Not measured yet. Make it with: {command}", command)
    return ensemble.missing.get(loss, unread)


@torch.inference_mode()
def _given(ensemble: Ensemble, features: Tensor) -> dict[str, Answer]:
    """The answers of the networks that work, by loss."""
    if not ensemble.members:
        return {}
    labels, logits = ensemble.task.labels, ensemble.answers(features)
    temperatures = torch.tensor(list(ensemble.temperatures.values()))
    columns = (
        logits.argmax(dim=1).tolist(),
        logits.tolist(),
        logits.softmax(dim=1).tolist(),
        (logits / temperatures[:, None]).softmax(dim=1).tolist(),
    )
    return {
        loss: Answer(loss, labels[best], *rows)
        for loss, best, *rows in zip(ensemble.losses, *columns, strict=True)
    }


def _ood_score(
    ensemble: Ensemble, answers: list[Answer | Missing], features: Tensor, coarse: bool
) -> float | None:
    logits = {answer.loss: answer.logits for answer in answers if isinstance(answer, Answer)}
    detector = _detector(ensemble.task.key) if logits else None
    if detector is None:
        return None
    looks_at_logits = isinstance(detector, ood.OODDetector) and ensemble.backbone is None
    return detector.score(logits, None if looks_at_logits else features, coarse)


def saliency_maps(task: str, features: Tensor) -> dict[str, NDArray[np.float32]]:
    """For each loss whose network works, which places spoke for its answer: (H, W), in logits.

    ``features`` is what the networks were given (``Prediction.features``). Empty for a task without
    a saliency method. See ``networks.saliency``.
    """
    method = TASKS[task].saliency
    if method is None:
        return {}
    return {loss: method(each, features) for loss, each in _ensemble(task).networks.items()}


def is_flagged(task: str, prediction: Prediction) -> bool:
    """Whether the picture is flagged as none of the task's classes."""
    if prediction.ood_score is None:
        return bool(prediction.problem)
    detector = _detector(task)
    return detector is not None and detector.flags(prediction.ood_score)


def is_unclear(task: str, prediction: Prediction) -> bool:
    """Whether a picture that is not flagged shows no class clearly.

    The networks disagree, or several classes are there. False for a task that cannot tell the
    latter: a drawing is one digit or another, never both.
    """
    shows_several = TASKS[task].shows_several
    if shows_several is None or not prediction.given or is_flagged(task, prediction):
        return False
    if len({answer.label for answer in prediction.given}) > 1:
        return True
    detector = _detector(task)
    if not isinstance(detector, ood.ExposedDetector):
        return False
    networks = list(_ensemble(task).networks.values())
    return shows_several(prediction.features, networks, detector.network)
