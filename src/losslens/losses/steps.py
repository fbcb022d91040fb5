"""A loss step by step: from the logits of one example to its value, its gradient, and one step of
SGD, each number computed from those before it.

A loss's record says its steps as lines such as ``p = a / S``. What is computed is the line that is
shown, so the two cannot differ. Lines are Python's own syntax with these names:

    z  logits           e  one-hot target       n  training examples of each class
    y  true class       C  number of classes    L  the value       g  its gradient in the logits

Each name has one value, or one a class. ``p[y]`` is that of the true class. ``sum`` and ``min`` run
over the classes, ``max_wrong`` over all but the true one; ``exp``, ``log``, ``abs`` and ``relu``
take each value alone. Lines are ours, never a visitor's: they are evaluated as they are.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:
    from losslens.losses.catalogue import Loss


@dataclass(frozen=True)
class Step:
    """One line, ``name = formula``; ``key`` names the sentence that says what it does.

    A step without a formula is given, or computed by PyTorch: the loss's own function, or its
    gradient by backpropagation.
    """

    key: str
    line: str

    @property
    def name(self) -> str:
        """What the line gives a value to."""
        return self.line.partition("=")[0].strip()

    @property
    def formula(self) -> str:
        """What is computed; empty where that is not written."""
        return self.line.partition("=")[2].strip()


@dataclass(frozen=True)
class Worked:
    """A step with its numbers: one, or one a class."""

    step: Step
    values: list[float]
    per_class: bool


_TOTAL_AND_SHARES = (Step("total", "S = sum(a)"), Step("softmax", "p = a / S"))
SOFTMAX = (Step("exp", "a = exp(z)"), *_TOTAL_AND_SHARES)
SOFTMAX_OF_CHANGED = (Step("exp", "a = exp(u)"), *_TOTAL_AND_SHARES)  # of logits made other: u
SIGMOID = (Step("exp_of_minus", "a = exp(-z)"), Step("sigmoid", "σ = 1 / (1 + a)"))
SMOOTHED = Step("smoothed", "q = 0.9 * e + 0.1 / C")
SURPRISE = Step("surprise", "L = -log(p[y])")
DIFFERENCE = Step("gradient", "g = p - e")
WEIGHTED_DIFFERENCE = Step("gradient", "g = w * (p - e)")
CLASS_WEIGHTED = (
    Step("weighted", "L = -w[y] * log(p[y])"),
    Step("gradient", "g = w[y] * (p - e)"),
)
LOG_OF_ZERO = Step("log_of_zero", "A = -log(0.0001)")


def supposed_counts(classes: int) -> Tensor:
    """Training examples of each class (C,) for a loss that asks for them: each class has half as
    many as the one before, from 1,024 on, but at least 2."""
    return (1024.0 / 2 ** torch.arange(classes, dtype=torch.float64)).clamp_min(2)


def work(loss: "Loss", logits: list[float], target: int, rate: float = 0.5) -> list[Worked]:
    """All steps of a loss at one example, in float64, and one step of SGD with this learning rate.

    ``logits`` are two or more finite numbers, ``target`` the index of the true one, ``rate`` above
    0. A loss whose record has no steps shows its value and gradient alone. SGD moves the logits
    themselves, as it does where the last layer's biases alone learn.
    """
    z = torch.tensor(logits, dtype=torch.float64)
    one_hot = F.one_hot(torch.tensor(target), len(logits)).to(z)
    counts = supposed_counts(len(logits))
    done = [(Step("logits", "z"), z), (Step("target", "e"), one_hot)]
    if loss.uses_counts:
        done.append((Step("counts", "n"), counts))
    known: dict[str, Any] = {step.name: value for step, value in done}
    known |= {"y": target, "C": len(logits), "η": torch.tensor(rate, dtype=z.dtype)}

    def follow(step: Step) -> None:
        value = eval(step.formula, {"__builtins__": {}, **_functions(target)}, known)
        known[step.name] = value
        done.append((step, value))

    def value_and_slope(scores: Tensor) -> tuple[Tensor, Tensor]:
        return _by_torch(loss, counts, scores, target)

    for step in loss.steps:
        follow(step)
    for step, value in zip(_NOT_WRITTEN, value_and_slope(z), strict=True):
        if step.name not in known:
            known[step.name] = value
            done.append((step, value))
    done.append((Step("rate", "η"), known["η"]))
    follow(Step("sgd", "z′ = z - η * g"))
    done.append((Step("after", "L′"), value_and_slope(known["z′"])[0]))
    return [Worked(step, value.reshape(-1).tolist(), value.dim() > 0) for step, value in done]


_NOT_WRITTEN = (Step("value", "L"), Step("backpropagated", "g"))


def _by_torch(loss: "Loss", counts: Tensor, z: Tensor, target: int) -> tuple[Tensor, Tensor]:
    """The value and the gradient (C,), by the loss's own function and by backpropagation."""
    scores = z.detach()[None].requires_grad_()
    with torch.enable_grad():
        value = loss.for_counts(counts)(scores, torch.tensor([target])).sum()
        (slope,) = torch.autograd.grad(value, scores)
    return value.detach(), slope[0]


def _functions(target: int) -> dict[str, Any]:
    """What the lines may call."""

    def max_wrong(values: Tensor) -> Tensor:
        return torch.cat([values[:target], values[target + 1 :]]).amax()

    def log(value: Tensor | float) -> Tensor:
        return torch.as_tensor(value, dtype=torch.float64).log()

    return {
        "exp": torch.exp,
        "log": log,
        "abs": torch.abs,
        "relu": torch.relu,
        "sum": torch.sum,
        "min": torch.amin,
        "max_wrong": max_wrong,
    }
