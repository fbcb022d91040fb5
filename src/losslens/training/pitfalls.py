"""Pitfalls, run: what really happens to wrong code and to right code, on this machine's torch.

Only the snippets of the catalogue run. Where the damage is silent, a few hundred steps of plain SGD
show it: Adam-like optimizers hide mistakes of scale.
"""

import math
import types
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from losslens.data.bundled import mini_mnist
from losslens.data.dataset import Dataset
from losslens.evaluation.metrics import outputs_of
from losslens.tasks.digits import DIGITS
from losslens.training.pitfall_catalogue import BATCH, CLASSES, PITFALLS
from losslens.training.snippets import heard

STEPS = 600
LEARNING_RATE = 0.3  # so that softmax twice comes within 0.1 of its floor in these steps
HELD_OUT = 1_000  # digits that accuracy is measured on
_HIDDEN = 64  # units of the small network
_EVERY = 10  # steps between points of the curve


@dataclass(frozen=True)
class Outcome:
    """What really happened: either ``error``, or curves of the loss and of the accuracy."""

    error: str = ""  # the exception as torch words it
    warning: str = ""  # the first warning, where torch gave one
    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)  # on held-out digits, 0..1

    @property
    def broke_at(self) -> int | None:
        """The first of ``steps`` at which the loss was no finite number, if it ever was not."""
        pairs = zip(self.steps, self.losses, strict=True)
        return next((step for step, loss in pairs if not math.isfinite(loss)), None)


def run(snippet: str, seed: int = 0) -> Outcome:
    """Train a small network by SGD with ``snippet`` as its loss.

    The first weights and the batches are the same for each snippet. ``snippet`` must be one of
    those listed in ``PITFALLS``; anything else raises ValueError.
    """
    if not any(snippet in (pitfall.wrong, pitfall.right) for pitfall in PITFALLS.values()):
        raise ValueError("only the listed snippets are run")
    code = compile(snippet, "<snippet>", "exec")
    with heard(seed) as said:
        steps, losses, accuracies = _trained(_network(), code)
    if said.error:
        return Outcome(said.error, said.warning)
    return Outcome("", said.warning, steps, losses, accuracies)


def _network() -> nn.Module:
    pixels = math.prod(DIGITS.shape)
    layers = (nn.Linear(pixels, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, CLASSES))
    return nn.Sequential(nn.Flatten(), *layers)


def _trained(model: nn.Module, code: types.CodeType) -> tuple[list[int], list[float], list[float]]:
    mini = mini_mnist()
    order = torch.randperm(len(mini))
    train, held_out = mini.pick(order[HELD_OUT:]), mini.pick(order[:HELD_OUT])
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    steps, losses, accuracies = [], [], []
    for step in range(1, STEPS + 1):
        images, target = train.batch(torch.randint(0, len(train), (BATCH,)))
        loss = _loss(code, model, images, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step == 1 or step % _EVERY == 0:
            steps.append(step)
            losses.append(loss.item())
            accuracies.append(_accuracy(model, held_out))
    return steps, losses, accuracies


def _accuracy(model: nn.Module, dataset: Dataset) -> float:
    return float((outputs_of(model, dataset).argmax(dim=1) == dataset.target).float().mean())


def _loss(code: types.CodeType, model: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    names = {"torch": torch, "nn": nn, "model": model, "images": images, "target": target}
    exec(code, names)  # one of our own snippets: ``run`` has made sure
    loss = names["loss"]
    assert isinstance(loss, Tensor)
    return loss
