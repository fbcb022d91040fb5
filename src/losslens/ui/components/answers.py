"""A prediction as HTML: what differs in computed sentences, and a line for each loss that opens to
its card."""

from dataclasses import dataclass

import torch
from torch import Tensor

from losslens.inference import predictor
from losslens.inference.predictor import Answer, Missing, Prediction
from losslens.losses import LOSSES
from losslens.losses.catalogue import colour_of, mark_of
from losslens.tasks import Task
from losslens.ui.components.shares import View, is_meant, percent, shares
from losslens.ui.components.summary import agreement, differences
from losslens.ui.data_urls import grey_url
from losslens.ui.glossary import Explainer
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words


@dataclass(frozen=True)
class Choices:
    """What the visitor chose beside the cards."""

    truth: str = ""  # a label; empty: not said
    view: View = "softmax"  # which probabilities


def answers_html(task: Task, prediction: Prediction, choices: Choices, words: Words) -> Markup:
    """The whole answer: what differs, who is right, whether the picture is flagged, the cards."""
    given, truth = prediction.given, choices.truth
    doubt = _doubt(task, prediction)
    return render(
        "answers/answers.html",
        task=task.key,
        words=words,
        explain=Explainer(words),
        agreement=agreement(given, task, words),
        differences=differences(given, task, choices.view, doubt == "flagged", words),
        right=_who_was_right(given, truth, words) if truth and given else "",
        doubt=doubt,
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
    loss = answer.loss
    card: dict[str, object] = {
        "loss": loss,
        "title": words.loss(loss),
        "colour": colour_of(loss),
        "mark": mark_of(loss),
    }
    if isinstance(answer, Missing):
        return card | {"problem": _why_missing(answer, words)}
    drawn = shares(answer, choices.view)
    name = words.label(task.key, answer.label)
    names = [words.label(task.key, label) for label in task.labels]
    top = task.labels.index(answer.label)
    return card | {
        "problem": "",
        "label": answer.label,
        "name": name,
        "share": drawn[top],
        "sure": percent(drawn[top]),
        "meant": is_meant(loss, choices.view),
        "second": _second(drawn, names, top, words),
        "saliency": words.task(task.key, "saliency").format(answer=name),
        "bars": [
            (name, share, place == top)
            for place, (name, share) in enumerate(zip(names, drawn, strict=True))
        ],
        "truth": _truth(answer, task, choices.truth, words) if choices.truth else None,
        "note": _note(loss, len(task.labels), words),
    }


def _second(drawn: list[float], names: list[str], top: int, words: Words) -> str:
    """The runner-up, with its probability."""
    others = [place for place in range(len(names)) if place != top]
    second = max(others, key=lambda place: drawn[place])
    return words["predict.second"].format(answer=names[second], share=percent(drawn[second]))


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
    """What is said of a loss, with the softmax, in percent, of a perfect fit where that is below
    1."""
    note, fit = words.about_loss(loss, "note"), LOSSES[loss].perfect_fit
    return note.replace("{perfect_fit}", f"{100 * fit(classes):.0f}") if fit else note
