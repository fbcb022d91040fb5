"""The mistakes that people really make with losses, each as wrong code beside right code, executed on this machine's torch.

Only the snippets listed here run. A snippet sees ``model``, ``images`` (64, 1, 28, 28) and ``target`` (64,), with ``torch``
and ``nn``, and leaves ``loss``, a tensor to call ``backward`` on. Where the damage is silent, a few hundred steps of plain
SGD show it: Adam-like optimizers hide mistakes of scale.
"""

import math
import types
import warnings
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from losslens.data.bundled import mini_mnist
from losslens.evaluation.metrics import outputs_of

BATCH = 64
STEPS = 600
LEARNING_RATE = 0.3  # so that softmax twice comes within 0.1 of its floor in these steps
_EVERY = 10  # steps between points of the curve
_TEST = 1000  # digits kept apart, to measure accuracy on


@dataclass(frozen=True)
class Pitfall:
    """Wrong code beside right code. ``key`` is also the key of its story in the word catalogue."""

    key: str
    wrong: str
    right: str
    floor: float | None = (
        None  # what the wrong code's loss cannot fall below, where that is the damage
    )


PITFALLS: dict[str, Pitfall] = {
    mistake.key: mistake
    for mistake in (
        Pitfall(
            "softmax_twice",
            "probs = model(images).softmax(dim=1)\nloss = nn.CrossEntropyLoss()(probs, target)",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target)",
            floor=math.log(
                1 + 9 / math.e
            ),  # 1.4612: of scores in 0..1 the best are 1 for the true class and 0 for nine
        ),
        Pitfall(
            "float_target",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target.float())",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target.long())",
        ),
        Pitfall(
            "kl_with_probabilities",
            "probs = model(images).softmax(dim=1)\n"
            "one_hot = nn.functional.one_hot(target, 10).float()\n"
            'loss = nn.KLDivLoss(reduction="batchmean")(probs, one_hot)',
            "log_probs = model(images).log_softmax(dim=1)\n"
            "one_hot = nn.functional.one_hot(target, 10).float()\n"
            'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, one_hot)',
        ),
        Pitfall(
            "kl_with_indices",
            "probs = model(images).softmax(dim=1)\nloss = nn.KLDivLoss()(probs, target)",
            "log_probs = model(images).log_softmax(dim=1)\n"
            "one_hot = nn.functional.one_hot(target, 10).float()\n"
            'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, one_hot)',
        ),
        Pitfall(
            "kl_mean",
            "log_probs = model(images).log_softmax(dim=1)\n"
            "one_hot = nn.functional.one_hot(target, 10).float()\n"
            "loss = nn.KLDivLoss()(log_probs, one_hot)",
            "log_probs = model(images).log_softmax(dim=1)\n"
            "one_hot = nn.functional.one_hot(target, 10).float()\n"
            'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, one_hot)',
        ),
        Pitfall(
            "mse_with_indices",
            "logits = model(images)\nloss = nn.MSELoss()(logits, target.float())",
            "logits = model(images)\n"
            "one_hot = nn.functional.one_hot(target, 10).float()\n"
            "loss = nn.MSELoss()(logits, one_hot)",
        ),
        Pitfall(
            "mse_broadcast",
            "logits = model(images[:10])  # 10 examples, 10 classes\nloss = nn.MSELoss()(logits, target[:10].float())",
            "logits = model(images[:10])\n"
            "one_hot = nn.functional.one_hot(target[:10], 10).float()\n"
            "loss = nn.MSELoss()(logits, one_hot)",
        ),
        Pitfall(
            "nll_with_probabilities",
            "probs = model(images).softmax(dim=1)\nloss = nn.NLLLoss()(probs, target)",
            "log_probs = model(images).log_softmax(dim=1)\nloss = nn.NLLLoss()(log_probs, target)",
        ),
        Pitfall(
            "not_through_the_model",
            "outputs = torch.randn(64, 10, requires_grad=True)\nloss = nn.CrossEntropyLoss()(outputs, target)",
            "outputs = model(images)\nloss = nn.CrossEntropyLoss()(outputs, target)",
        ),
        Pitfall(
            "no_gradient",
            "answers = model(images).argmax(dim=1)\nloss = nn.MSELoss()(answers.float(), target.float())",
            "logits = model(images)\nloss = nn.CrossEntropyLoss()(logits, target)",
        ),
        Pitfall(
            "no_import",
            "logits = model(images)\nloss = F.cross_entropy(logits, target)",
            "import torch.nn.functional as F\nlogits = model(images)\nloss = F.cross_entropy(logits, target)",
        ),
    )
}


@dataclass(frozen=True)
class Outcome:
    """What really happened. Either ``error``, or curves of the loss and of the accuracy on digits
    kept apart, 0..1."""

    error: str = ""  # the exception as torch words it
    warning: str = ""  # the first warning, where torch gave one
    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)


def run(snippet: str, seed: int = 0) -> Outcome:
    """Train a small network with ``snippet`` as its loss, by SGD; the same first weights and
    batches for each snippet.

    ``snippet`` must be one of those listed in ``PITFALLS``; anything else raises ValueError.
    """
    if not any(snippet in (mistake.wrong, mistake.right) for mistake in PITFALLS.values()):
        raise ValueError("only the listed snippets are run")
    code = compile(snippet, "<snippet>", "exec")
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
        try:
            steps, losses, accuracies = _trained(model, code)
        except (RuntimeError, NameError, ValueError, TypeError) as error:
            return Outcome(error=f"{type(error).__name__}: {error}", warning=_first(caught))
    return Outcome("", _first(caught), steps, losses, accuracies)


def _first(caught: list[warnings.WarningMessage]) -> str:
    return f"{caught[0].category.__name__}: {caught[0].message}" if caught else ""


def _trained(model: nn.Module, code: types.CodeType) -> tuple[list[int], list[float], list[float]]:
    order = torch.randperm(5000)
    mini = mini_mnist()
    train, test = mini.pick(order[_TEST:]), mini.pick(order[:_TEST])
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
            accuracies.append(
                float((outputs_of(model, test).argmax(dim=1) == test.target).float().mean())
            )
    return steps, losses, accuracies


def _loss(code: types.CodeType, model: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    names = {"torch": torch, "nn": nn, "model": model, "images": images, "target": target}
    exec(code, names)  # one of our own snippets: ``run`` has made sure
    loss = names["loss"]
    assert isinstance(loss, Tensor)
    return loss
