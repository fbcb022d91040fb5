"""What the answers to a picture have in common and where they differ, in computed sentences."""

from collections import Counter
from collections.abc import Mapping

from losslens.inference.predictor import Answer
from losslens.losses import LOSSES
from losslens.tasks import Task
from losslens.ui.components.shares import View, is_comparable, share_of, whole_percent
from losslens.ui.i18n import Words

_NAMED = 2  # losses of another answer; of more only the count is said
_FITTED = 0.9  # of what a perfect fit shows: from here on it is all that can be shown
_PLAIN = 0.98  # a perfect fit that shows more than this explains nothing
_SURE = 0.995  # all that would be rounded to 100 %: who is most cautious says nothing then


def agreement(answers: list[Answer], task: Task, words: Words) -> str:
    """The sentence on who gives which answer; empty without any."""
    counted = Counter(answer.label for answer in answers).most_common()
    if not counted:
        return ""
    (winner, count), *rest = counted
    name = words.label(task.key, winner)
    if not rest:
        return words.task(task.key, "all_agree").format(total=len(answers), answer=name)
    alone = len(answers) - count == 1
    others = "; ".join(_other(answers, label, alone, task, words) for label, _ in rest)
    return words.task(task.key, "some_agree").format(
        count=count, total=len(answers), answer=name, others=others
    )


def _other(answers: list[Answer], label: str, alone: bool, task: Task, words: Words) -> str:
    """Who gives an answer that is not the most frequent."""
    losses = [answer.loss for answer in answers if answer.label == label]
    if len(losses) > _NAMED:
        text = "many"
    elif len(losses) == 1:
        text = "alone" if alone else "one_other"
    else:
        text = "others"
    return words.task(task.key, text).format(
        count=len(losses), losses=words.names(losses), answer=words.label(task.key, label)
    )


def differences(
    answers: list[Answer], task: Task, view: View, flagged: bool, words: Words
) -> list[str]:
    """The sentences on how sure the losses are, and why one is not; none where nothing differs."""
    shares = {answer.loss: share_of(answer, task, view) for answer in answers}
    comparable = [answer for answer in answers if is_comparable(answer.loss, view)]
    comparable.sort(key=lambda answer: shares[answer.loss])
    if flagged:
        return [_said("surest_anyway", comparable[-1], shares, task, words)] if comparable else []
    if len({answer.label for answer in answers}) > 1:
        said = [("surest_for", comparable[-1]), ("most_cautious_for", comparable[0])]
        few = len(comparable) < 2
        return [] if few else [_said(text, each, shares, task, words) for text, each in said]
    found = _limited(answers, shares, task, view, words)
    if len(comparable) > 1 and shares[comparable[0].loss] < _SURE:
        found.append(_said("most_cautious", comparable[0], shares, task, words))
    return found


def _said(text: str, answer: Answer, shares: Mapping[str, float], task: Task, words: Words) -> str:
    return words[f"predict.{text}"].format(
        loss=words.loss(answer.loss),
        share=whole_percent(shares[answer.loss]),
        answer=words.label(task.key, answer.label),
    )


def _limited(
    answers: list[Answer], shares: Mapping[str, float], task: Task, view: View, words: Words
) -> list[str]:
    """The loss whose softmax shows least by its making, where it shows all that it can."""
    if view != "softmax":
        return []
    limits = {
        answer.loss: fit(len(task.labels))
        for answer in answers
        if (fit := LOSSES[answer.loss].perfect_fit) is not None
    }
    least = min(answers, key=lambda answer: limits.get(answer.loss, 1.0), default=None)
    if least is None or limits.get(least.loss, 1.0) > _PLAIN:
        return []
    if shares[least.loss] < _FITTED * limits[least.loss]:
        return []
    text = words["predict.limited"].format(
        loss=words.loss(least.loss),
        share=whole_percent(shares[least.loss]),
        limit=whole_percent(limits[least.loss]),
    )
    return [text]
