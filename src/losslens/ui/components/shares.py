"""Which probabilities of an answer are shown, what they mean, and how they are written."""

from typing import Literal

import torch

from losslens.inference.predictor import Answer
from losslens.losses import LOSSES
from losslens.losses.links import sigmoids, softmax
from losslens.tasks import Task

View = Literal["softmax", "calibrated", "own"]
VIEWS: tuple[View, ...] = ("softmax", "calibrated", "own")
_CERTAIN = 0.9995  # a probability from here on would be rounded to a certainty
_TINY = 0.0005  # likewise to nothing


def shares(answer: Answer, view: View) -> list[float]:
    """The probabilities to draw, 0..1, in the order of the labels.

    A loss that asks for each class alone never asked for a softmax: its sigmoids stand in its
    place. A loss without a link of its own has its softmax.
    """
    link = LOSSES[answer.loss].link
    if link and (view == "own" or (view == "softmax" and link is sigmoids)):
        own: list[float] = link(torch.tensor([answer.logits]))[0].tolist()
        return own
    return answer.calibrated if view == "calibrated" else answer.softmax


def share_of(answer: Answer, task: Task, view: View) -> float:
    """The probability that is drawn of the answer itself."""
    return shares(answer, view)[task.labels.index(answer.label)]


def is_meant(loss: str, view: View) -> bool:
    """Whether what is drawn are probabilities that the loss means, or that were fitted to be."""
    link = LOSSES[loss].link
    if view == "softmax":
        return link is softmax or link is sigmoids
    return view == "calibrated" or link is not None


def is_comparable(loss: str, view: View) -> bool:
    """Whether what is drawn may be called sure or cautious beside others.

    A softmax that is not meant may, if a certain answer takes it up to 1, and the loss has a link:
    it is then too high or too low, yet no accident.
    """
    record = LOSSES[loss]
    return is_meant(loss, view) or (record.link is not None and record.perfect_fit is None)


def percent(share: float) -> str:
    """To a tenth, yet never to a certainty that no softmax has."""
    if share >= _CERTAIN:
        return ">99.9%"
    return f"{share:.1%}" if share >= _TINY else "<0.1%"


def whole_percent(share: float) -> str:
    """As sentences say it, likewise."""
    return f"{share * 100:.0f} %" if share < 0.995 else "> 99 %"
