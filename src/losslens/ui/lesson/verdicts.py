"""What a challenge says to an answer: right or not, and the figures that say so."""

from dataclasses import dataclass, field
from functools import cache

import torch

from losslens.inference import predictor
from losslens.inference.predictor import Prediction
from losslens.tasks import TASKS
from losslens.ui.i18n import Words
from losslens.ui.lesson.challenge_catalogue import CHALLENGES, Challenge, Choice, Drawing, Estimate
from losslens.ui.lesson.reader import DIGITS
from losslens.ui.security.refusals import refused


@dataclass(frozen=True)
class Bar:
    """A figure: its name, how it is shown, its part of the greatest, and what it says."""

    name: str
    shown: str
    part: float = 0.0  # 0..1
    best: bool = False
    chosen: bool = False


@dataclass(frozen=True)
class Verdict:
    """``right`` is None where there is nothing to judge; ``said`` is then why."""

    right: bool | None
    said: str = ""
    bars: list[Bar] = field(default_factory=list)


def verdict(words: Words, key: str, answer: str, drawing: Prediction | None) -> Verdict:
    """What is said to an answer; of a drawing, to what the networks read.

    Raises ``gr.Error`` for what the page would not send.
    """
    if key not in CHALLENGES:
        raise refused(f"A challenge is one of {', '.join(CHALLENGES)}.")
    challenge = CHALLENGES[key]
    if isinstance(challenge.kind, Drawing):
        return _of_drawing(words, challenge.kind, drawing)
    if isinstance(challenge.kind, Estimate):
        return _of_estimate(words, challenge.kind, answer)
    return _of_choice(words, challenge, challenge.kind, answer)


def choice_name(words: Words, choice: Choice, key: str) -> str:
    """What one of the choices is called."""
    return choice.label.format(key) if choice.label else words.loss(key)


def _of_choice(words: Words, challenge: Challenge, choice: Choice, answer: str) -> Verdict:
    figures, right = choice.figures(), choice.right()
    if answer not in figures:
        raise refused(f"The answer to {challenge.key} is one of {', '.join(figures)}.")
    greatest = max(map(abs, figures.values())) or 1.0
    bars = [
        Bar(
            choice_name(words, choice, key),
            choice.form.format(figure),
            max(figure, 0.0) / greatest,
            best=key in right,
            chosen=key == answer,
        )
        for key, figure in figures.items()
    ]
    names = words["common.list_comma"].join(choice_name(words, choice, key) for key in right)
    order = "highest" if choice.highest else "lowest"
    return Verdict(answer in right, words[f"challenges.{order}"].format(names=names), bars)


def _of_estimate(words: Words, estimate: Estimate, answer: str) -> Verdict:
    try:
        given = float(answer)
    except ValueError:
        given = float("nan")
    if not estimate.low <= given <= estimate.high:
        raise refused(f"The answer is a number from {estimate.low:g} to {estimate.high:g}.")
    truth, form = estimate.truth(), estimate.form.format
    shown = {"yours": given, "computed": truth}
    bars = [
        Bar(words[f"challenges.{key}"], form(value), value / estimate.high, best=key == "computed")
        for key, value in shown.items()
    ]
    said = words["challenges.within"].format(tolerance=form(estimate.tolerance))
    return Verdict(abs(given - truth) <= estimate.tolerance, said, bars)


def _of_drawing(words: Words, wanted: Drawing, drawing: Prediction | None) -> Verdict:
    if drawing is None or not drawing.given or _is_sample(drawing):
        return Verdict(None, words["challenges.draw_first"])
    if predictor.is_flagged(DIGITS, drawing):
        return Verdict(None, words["challenges.no_digit"])
    answers = [answer.label for answer in drawing.given]
    common = max(answers, key=answers.count)
    bars = [
        Bar(words.loss(each.loss), each.label, max(each.softmax), best=each.label != common)
        for each in drawing.given
    ]
    kinds = sorted(set(answers))
    names = words["common.list_comma"].join(kinds)
    said = words["challenges.read"].format(total=len(answers), count=len(kinds), names=names)
    return Verdict(len(kinds) >= wanted.least, said, bars)


def _is_sample(drawing: Prediction) -> bool:
    return any(torch.equal(drawing.features, each) for each in _samples())


@cache
def _samples() -> list[torch.Tensor]:
    """What the networks see of each sample."""
    return [predictor.find(DIGITS, each.picture).whole for each in TASKS[DIGITS].samples()]
