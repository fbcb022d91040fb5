"""A loss step by step as HTML: each line as mathematics, a sentence, and its numbers."""

from dataclasses import dataclass
from typing import Any

from losslens.losses import LOSSES
from losslens.losses.steps import Worked, work
from losslens.ui.explorer.steps_formula import formula_tree
from losslens.ui.glossary import Explainer
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PLAIN = (0.001, 10_000)  # what is written without a power of ten, from and below


@dataclass(frozen=True)
class Example:
    """One example: its scores, what its classes are called, and which is true."""

    logits: list[float]
    labels: list[str]
    target: int


def digits(value: float) -> str:
    """A number to four significant digits, three beside a power of ten; without trailing zeros."""
    if value == 0 or _PLAIN[0] <= abs(value) < _PLAIN[1]:
        return f"{value + 0.0:.4g}".replace("-", "−")
    if abs(value) == float("inf"):
        return "∞" if value > 0 else "−∞"
    if value != value:
        return "nan"
    factor, power = f"{value:.2e}".split("e")
    return f"{factor}×10{str(int(power)).translate(_RAISED)}".replace("-", "−")


def steps_html(words: Words, key: str, example: Example, rate: float, intro: Markup) -> Markup:
    """All steps of a loss at an example, below what the example is."""
    worked = work(LOSSES[key], example.logits, example.target, rate)
    explain = Explainer(words)
    per_class = {each.step.name for each in worked if each.per_class}
    return render(
        "explorer/steps.html",
        words=words,
        intro=intro,
        loss=key,
        name=words.loss(key),
        labels=example.labels,
        target=example.target,
        steps=[_shown(explain, words, each, per_class) for each in worked],
        outcome=_outcome(words, worked),
    )


def _shown(explain: Explainer, words: Words, worked: Worked, per_class: set[str]) -> dict[str, Any]:
    step = worked.step
    greatest = max((abs(value) for value in worked.values), default=0.0)
    return {
        "name": step.name,
        "said": explain(words.get(f"steps.said.{step.key}", "")),
        "tree": formula_tree(step.formula, per_class) if step.formula else None,
        "per_class": worked.per_class,
        "values": [
            (digits(value), f"{abs(value) / greatest if greatest else 0:.3f}")
            for value in worked.values
        ],
    }


def _outcome(words: Words, worked: list[Worked]) -> str:
    """What the step of SGD came to, as far as the digits shown tell."""
    value = {each.step.name: each.values[0] for each in worked}
    before, after = digits(value["L"]), digits(value["L′"])
    if before == after:
        return words["steps.same"].format(value=before)
    way = "falls" if value["L′"] < value["L"] else "rises"
    return words[f"steps.{way}"].format(before=before, after=after)
