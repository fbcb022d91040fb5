"""A live run as a short PyTorch script that gives the same figures again.

It needs torch, numpy, and the data beside it. Network, losses and augmentation stand in it as the
very source that ran, so they cannot differ; the loop is written out in ``script_template.txt``,
since a reader is to see it whole.
"""

import dis
import inspect
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from string import Template
from textwrap import dedent
from typing import Any

import torch

from losslens.data.dataset import asymmetric_noise, imbalanced_indices, symmetric_noise
from losslens.evaluation.metrics import calibration_error
from losslens.live.config import MEASURED_AT_ONCE, LiveConfig
from losslens.live.losses import OWN
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
    losses = [config.loss(key) for key in config.losses]
    runs = zip(losses, config.learning_rates, strict=True)
    batch = "images[batch]"
    if augment is not None:
        batch = f"{augment.__name__}({batch}, target[batch], generator(seed, step, 1))"
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        task=config.task,
        data=live.data_file.name,
        torch=torch.__version__,
        seeds=[each.seed for each in config.each_seed],
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
        return f"asymmetric_noise(target, WRONG_LABELS, {TASKS[config.task].confused}, seed)"
    return "symmetric_noise(target, WRONG_LABELS, CLASSES, seed)"


def _named(loss: Loss) -> str:
    """A loss's name, and its function of logits, target and counts, with its parameter set."""
    given = dict(loss.fn.keywords) if isinstance(loss.fn, partial) else {}
    name = _function(loss).__name__
    settings = [f"{each}={value!r}" for each, value in given.items()]
    made = f"partial({', '.join([name, *settings])})" if settings else name
    return f'"{name}", {made}, {loss.uses_counts}'


def _function(loss: Loss) -> Any:
    """The function that a loss has its values from."""
    return loss.fn.func if isinstance(loss.fn, partial) else loss.fn


def _pieces(config: LiveConfig) -> list[str]:
    """The sources of the network and of the functions that the script calls, each once."""
    live = config.live
    losses = [_function(config.loss(key)) for key in config.losses if key != OWN]
    noise = asymmetric_noise if config.noise == "asymmetric" else symmetric_noise
    made_so = [imbalanced_indices, noise]
    used = [live.network, *losses, live.augment, *made_so, learning_rate_at, calibration_error]
    sources = [source for each in used if each is not None for source in with_parts(each)]
    typed = [to_source(config.formula)] if OWN in config.losses else []
    return list(dict.fromkeys([*sources, *typed]))


def with_parts(piece: Any) -> Iterator[str]:
    """The source of a function or class, behind what it uses of its own module: constants,
    functions and classes."""
    functions = [piece] if inspect.isfunction(piece) else vars(piece).values()
    for function in filter(inspect.isfunction, functions):
        for each in dis.get_instructions(function):
            used = function.__globals__.get(each.argval) if each.opname == "LOAD_GLOBAL" else None
            if isinstance(used, int | float | str):
                yield f"{each.argval} = {used!r}\n"
            elif used is not piece and getattr(used, "__module__", "") == piece.__module__:
                yield from with_parts(used)
    yield dedent(inspect.getsource(piece))
