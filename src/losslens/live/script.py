"""A live run as a short PyTorch script that gives the same figures again.

It needs torch, numpy, and the data beside it. Network, losses and augmentation stand in it as the
very source that ran, so they cannot differ; the loop is written out in ``script_template.txt``,
since a reader is to see it whole.
"""

import dis
import inspect
from collections.abc import Iterator
from pathlib import Path
from string import Template
from textwrap import dedent
from typing import Any

import torch

from losslens.data.dataset import asymmetric_noise, imbalanced_indices, symmetric_noise
from losslens.evaluation.metrics import calibration_error
from losslens.live.config import MEASURED_AT_ONCE, OWN, LiveConfig, loss_of
from losslens.losses import Loss
from losslens.losses.formula import to_source
from losslens.tasks import TASKS
from losslens.training.config import TrainConfig, learning_rate_at

_TEMPLATE = Path(__file__).with_name("script_template.txt")
_DECAY = TrainConfig.weight_decay
_OPTIMIZERS = {  # as ``training.state`` makes them
    "adamw": "torch.optim.AdamW(\n        network.parameters(), lr=peak, betas=(0.9, 0.99), "
    f"weight_decay={_DECAY}\n    )",
    "sgd": "torch.optim.SGD(\n        network.parameters(), lr=peak, momentum=0.9, nesterov=True, "
    f"weight_decay={_DECAY / 40}\n    )",
}


def script(config: LiveConfig) -> str:
    """The source of the script."""
    live, augment = config.live, config.live.augment
    losses = [loss_of(key, config.formula) for key in config.losses]
    runs = zip(losses, config.learning_rates, strict=True)
    batch = "images[batch]"
    if augment is not None:
        batch = f"{augment.__name__}({batch}, target[batch], generator(step, 1))"
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        task=config.task,
        data=live.data_file.name,
        torch=torch.__version__,
        seed=config.seed,
        examples=config.examples,
        wrong_labels=config.wrong_labels,
        imbalance=f"{config.imbalance:g}",
        noise=_noise(config),
        epochs=config.epochs,
        batch_size=config.batch,
        classes=len(TASKS[config.task].labels),
        to_learn=config.sizes[0],
        at_once=MEASURED_AT_ONCE,
        runs=", ".join(f"({_named(loss)}, {rate!r})" for loss, rate in runs),
        pieces="\n\n".join(_pieces(config)),
        network=live.network.__name__,
        read=live.read_code,
        order=live.order_code,
        batch=batch,
        optimizer=_OPTIMIZERS[config.optimizer],
    )


def _noise(config: LiveConfig) -> str:
    """The labels made wrong, from ``target``."""
    if config.noise == "asymmetric":
        return f"asymmetric_noise(target, WRONG_LABELS, {TASKS[config.task].confused}, SEED)"
    return "symmetric_noise(target, WRONG_LABELS, CLASSES, SEED)"


def _named(loss: Loss) -> str:
    """A loss's name, and its function of logits and target."""
    name = loss.fn.__name__
    return f'"{name}", {f"partial({name}, counts=counts)" if loss.uses_counts else name}'


def _pieces(config: LiveConfig) -> list[str]:
    """The sources of the network and of the functions that the script calls, each once."""
    live = config.live
    losses = [loss_of(key, "").fn for key in config.losses if key != OWN]
    noise = asymmetric_noise if config.noise == "asymmetric" else symmetric_noise
    made_so = [imbalanced_indices, noise]
    used = [live.network, *losses, live.augment, *made_so, learning_rate_at, calibration_error]
    sources = [source for each in used if each is not None for source in _with_parts(each)]
    typed = [to_source(config.formula)] if OWN in config.losses else []
    return list(dict.fromkeys([*sources, *typed]))


def _with_parts(piece: Any) -> Iterator[str]:
    """The source of a function or class, behind what it uses of its own module: constants,
    functions and classes."""
    functions = [piece] if inspect.isfunction(piece) else vars(piece).values()
    for function in filter(inspect.isfunction, functions):
        for each in dis.get_instructions(function):
            used = function.__globals__.get(each.argval) if each.opname == "LOAD_GLOBAL" else None
            if isinstance(used, int | float | str):
                yield f"{each.argval} = {used!r}\n"
            elif used is not piece and getattr(used, "__module__", "") == piece.__module__:
                yield from _with_parts(used)
    yield dedent(inspect.getsource(piece))
