"""Pitfalls: mistakes that people really make with losses, as wrong code beside right code.

Only the snippets listed here run, on this machine's torch. A snippet sees ``model``, ``images``
(N, C, H, W) and ``target`` (N,) of a batch of digits, with ``torch`` and ``nn``, and leaves
``loss``, a tensor to call ``backward`` on. Where the damage is silent, a few hundred steps of plain
SGD show it: Adam-like optimizers hide mistakes of scale.
"""

import math
import types
import warnings
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from losslens.data.bundled import mini_mnist
from losslens.data.dataset import Dataset
from losslens.evaluation.metrics import outputs_of
from losslens.tasks.digits import DIGITS

BATCH = 64
STEPS = 600
LEARNING_RATE = 0.3  # so that softmax twice comes within 0.1 of its floor in these steps
HELD_OUT = 1_000  # digits that accuracy is measured on
_CLASSES = len(DIGITS.labels)
_HIDDEN = 64  # units of the small network
_EVERY = 10  # steps between points of the curve


@dataclass(frozen=True)
class Pitfall:
    """Wrong code beside right code; ``key`` is also the key of its texts in each language.

    ``floor`` is what the wrong code's loss cannot fall below, where that is the damage.
    """

    key: str
    wrong: str
    right: str
    floor: float | None = None


_ONE_HOT = f"one_hot = nn.functional.one_hot(target, {_CLASSES}).float()\n"
_RIGHT_KL = (
    "log_probs = model(images).log_softmax(dim=1)\n"
    + _ONE_HOT
    + 'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, one_hot)'
)

PITFALLS: dict[str, Pitfall] = {
    pitfall.key: pitfall
    for pitfall in (
        Pitfall(
            "softmax_twice",
            "probs = model(images).softmax(dim=1)\nloss = nn.CrossEntropyLoss()(probs, target)",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target)",
            # Of scores in 0..1 the best are 1 for the true class and 0 for the others.
            floor=math.log(1 + (_CLASSES - 1) / math.e),
        ),
        Pitfall(
            "float_target",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target.float())",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target.long())",
        ),
        Pitfall(
            "kl_with_probabilities",
            "probs = model(images).softmax(dim=1)\n"
            + _ONE_HOT
            + 'loss = nn.KLDivLoss(reduction="batchmean")(probs, one_hot)',
            _RIGHT_KL,
        ),
        Pitfall(
            "kl_with_indices",
            "probs = model(images).softmax(dim=1)\nloss = nn.KLDivLoss()(probs, target)",
            _RIGHT_KL,
        ),
        Pitfall(
            "kl_mean",
            "log_probs = model(images).log_softmax(dim=1)\n"
            + _ONE_HOT
            + "loss = nn.KLDivLoss()(log_probs, one_hot)",
            _RIGHT_KL,
        ),
        Pitfall(
            "mse_with_indices",
            "logits = model(images)\nloss = nn.MSELoss()(logits, target.float())",
            "logits = model(images)\n" + _ONE_HOT + "loss = nn.MSELoss()(logits, one_hot)",
        ),
        Pitfall(
            "mse_broadcast",
            f"logits = model(images[:{_CLASSES}])  # {_CLASSES} examples, {_CLASSES} classes\n"
            f"loss = nn.MSELoss()(logits, target[:{_CLASSES}].float())",
            f"logits = model(images[:{_CLASSES}])\n"
            f"one_hot = nn.functional.one_hot(target[:{_CLASSES}], {_CLASSES}).float()\n"
            "loss = nn.MSELoss()(logits, one_hot)",
        ),
        Pitfall(
            "nll_with_probabilities",
            "probs = model(images).softmax(dim=1)\nloss = nn.NLLLoss()(probs, target)",
            "log_probs = model(images).log_softmax(dim=1)\nloss = nn.NLLLoss()(log_probs, target)",
        ),
        Pitfall(
            "not_through_the_model",
            f"outputs = torch.randn({BATCH}, {_CLASSES}, requires_grad=True)\n"
            "loss = nn.CrossEntropyLoss()(outputs, target)",
            "outputs = model(images)\nloss = nn.CrossEntropyLoss()(outputs, target)",
        ),
        Pitfall(
            "no_gradient",
            "answers = model(images).argmax(dim=1)\n"
            "loss = nn.MSELoss()(answers.float(), target.float())",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target)",
        ),
        Pitfall(
            "no_import",
            "logits = model(images)\nloss = F.cross_entropy(logits, target)",
            "import torch.nn.functional as F\n"
            "logits = model(images)\nloss = F.cross_entropy(logits, target)",
        ),
    )
}


@dataclass(frozen=True)
class Outcome:
    """What really happened: either ``error``, or curves of the loss and of the accuracy."""

    error: str = ""  # the exception as torch words it
    warning: str = ""  # the first warning, where torch gave one
    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)  # on held-out digits, 0..1


def run(snippet: str, seed: int = 0) -> Outcome:
    """Train a small network by SGD with ``snippet`` as its loss.

    The first weights and the batches are the same for each snippet. ``snippet`` must be one of
    those listed in ``PITFALLS``; anything else raises ValueError.
    """
    if not any(snippet in (pitfall.wrong, pitfall.right) for pitfall in PITFALLS.values()):
        raise ValueError("only the listed snippets are run")
    code = compile(snippet, "<snippet>", "exec")
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.manual_seed(seed)
        try:
            steps, losses, accuracies = _trained(_network(), code)
        except (RuntimeError, NameError, ValueError, TypeError) as error:
            return Outcome(error=f"{type(error).__name__}: {error}", warning=_first(caught))
    return Outcome("", _first(caught), steps, losses, accuracies)


def _network() -> nn.Module:
    pixels = math.prod(DIGITS.shape)
    layers = (nn.Linear(pixels, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, _CLASSES))
    return nn.Sequential(nn.Flatten(), *layers)


def _first(caught: list[warnings.WarningMessage]) -> str:
    return f"{caught[0].category.__name__}: {caught[0].message}" if caught else ""


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
