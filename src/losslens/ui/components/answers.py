"""A prediction as HTML: the line on who agrees, and a card for each loss."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from losslens.inference import predictor
from losslens.inference.predictor import Answer, Missing, Prediction
from losslens.losses import LOSSES
from losslens.losses.links import sigmoids
from losslens.tasks import Task
from losslens.ui.data_urls import grey_url
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words

View = Literal["softmax", "calibrated", "own"]
_CERTAIN = 0.9995  # a probability from here on would be rounded to a certainty


@dataclass(frozen=True)
class Choices:
    """What the visitor chose above the cards."""

    truth: str = ""  # a label; empty: not said
    view: View = "softmax"  # which probabilities


def answers_html(task: Task, prediction: Prediction, choices: Choices, words: Words) -> Markup:
    """The whole answer: who agrees, who is right, whether the picture is flagged, and the cards."""
    given, truth = prediction.given, choices.truth
    return render(
        "answers/answers.html",
        task=task.key,
        words=words,
        agreement=agreement(given, task, words),
        right=_who_was_right(given, truth, words) if truth and given else "",
        doubt=_doubt(task, prediction),
        saliency=task.saliency is not None,
        cards=[_card(answer, task, choices, words) for answer in prediction.answers],
    )


def message(text: str) -> Markup:
    """A sentence in the place of the cards."""
    return render("answers/message.html", text=text)


def problem(text: str) -> Markup:
    """Why no network was asked, in the place of the cards."""
    return render("answers/problem.html", text=text)


def seen(picture: Tensor | None, task: Task, words: Words) -> Markup:
    """The picture (C, H, W) in 0..1 that the networks see, enlarged; a blank one without any."""
    _, height, width = task.shape
    note = words.task(task.key, "seen_note").format(width=width, height=height)
    url = grey_url(task.blank() if picture is None else picture)
    return render("answers/seen.html", url=url, title=words["predict.seen"], note=note)


def _doubt(task: Task, prediction: Prediction) -> str:
    """Which of the task's texts says that the answers are not to be relied on; empty: none."""
    if predictor.is_flagged(task.key, prediction):
        return "flagged"
    return "unclear" if predictor.is_unclear(task.key, prediction) else ""


def agreement(answers: list[Answer], task: Task, words: Words) -> str:
    """The sentence on who gives which answer; empty without any."""
    counted = Counter(answer.label for answer in answers).most_common()
    if not counted:
        return ""
    (winner, count), *rest = counted
    name = words.label(task.key, winner)
    if not rest:
        return words.task(task.key, "all_agree").format(total=len(answers), answer=name)
    others = "; ".join(
        words.task(task.key, "one_other" if votes == 1 else "others").format(
            losses=words.names([answer.loss for answer in answers if answer.label == label]),
            answer=words.label(task.key, label),
        )
        for label, votes in rest
    )
    return words.task(task.key, "some_agree").format(
        count=count, total=len(answers), answer=name, others=others
    )


def _who_was_right(answers: list[Answer], truth: str, words: Words) -> str:
    right = [answer.loss for answer in answers if answer.label == truth]
    if len(right) in (0, len(answers)):
        return words["predict.right_all" if right else "predict.right_none"]
    return words["predict.right_line"].format(losses=words.names(right))


def _why_missing(answer: Missing, words: Words) -> str:
    if answer.command:
        return words["predict.not_measured"].format(command=answer.command)
    return words["predict.missing"].format(problem=answer.problem)


def _card(
    answer: Answer | Missing, task: Task, choices: Choices, words: Words
) -> dict[str, object]:
    """What the template of a card shows."""
    card: dict[str, object] = {"loss": answer.loss, "title": words.loss(answer.loss)}
    if isinstance(answer, Missing):
        return card | {"problem": _why_missing(answer, words)}
    shares = _shares(answer, choices.view)
    name = words.label(task.key, answer.label)
    names = [words.label(task.key, label) for label in task.labels]
    return card | {
        "problem": "",
        "label": answer.label,
        "name": name,
        "sure": _percent(shares[task.labels.index(answer.label)]),
        "saliency": words.task(task.key, "saliency").format(answer=name),
        "bars": [
            (name, share, label == answer.label)
            for label, name, share in zip(task.labels, names, shares, strict=True)
        ],
        "truth": _truth(answer, task, choices.truth, words) if choices.truth else None,
        "note": _note(answer.loss, len(task.labels), words),
    }


def _shares(answer: Answer, view: View) -> list[float]:
    """The probabilities to draw.

    A loss that asks for each class alone never asked for a softmax: its sigmoids stand in its
    place. A loss without a link of its own has its softmax.
    """
    link = LOSSES[answer.loss].link
    if link and (view == "own" or (view == "softmax" and link is sigmoids)):
        own: list[float] = link(torch.tensor([answer.logits]))[0].tolist()
        return own
    return answer.calibrated if view == "calibrated" else answer.softmax


def _percent(share: float) -> str:
    """Rounded, yet never to a certainty that no softmax has."""
    return f"{share:.1%}" if share < _CERTAIN else ">99.9%"


def _truth(answer: Answer, task: Task, truth: str, words: Words) -> dict[str, str]:
    """Whether the answer is right, and what its loss would be."""
    target = torch.tensor([task.labels.index(truth)])
    value = LOSSES[answer.loss].fn(torch.tensor([answer.logits]), target).item()
    return {
        "verdict": "right" if answer.label == truth else "wrong",
        "said": words["predict.loss_value"].format(truth=words.label(task.key, truth)),
        "value": f"{value:.4g}",
    }


def _note(loss: str, classes: int, words: Words) -> str:
    """What is said of a loss, with the softmax, in percent, of logits that fit a one-hot target."""
    perfect_fit = f"{100 * math.e / (math.e + classes - 1):.0f}"
    return words.about_loss(loss, "note").replace("{perfect_fit}", perfect_fit)
