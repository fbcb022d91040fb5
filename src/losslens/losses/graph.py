"""A loss as a small graph of PyTorch's own operations, as plain data: what computes its value and
gradient where there is no Python, such as in a browser.

The graph is traced from the loss's function, so a new loss has one by itself.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import torch
from torch import Tensor, fx
from torch._decomp import core_aten_decompositions
from torch.fx.experimental.proxy_tensor import make_fx

from losslens.losses.catalogue import Loss, LossFunction

INPUTS = ("logits", "target", "counts")
# What says where and how a tensor is stored, but changes no value.
_STORAGE = {"layout", "device", "pin_memory", "memory_format", "non_blocking", "half_to_float"}
_TRACING = Lock()  # torch keeps the decompositions in use for all threads


@lru_cache(maxsize=256)
def traced(loss: Loss, classes: int, batch: int) -> dict[str, Any]:
    """The graph of a loss for ``batch`` examples of ``classes`` classes, fit for JSON.

    ``nodes`` are computed in order. The first are the ``INPUTS``: logits (batch, classes), target
    (batch,) and counts (classes,), which most losses leave alone. Each has its ``shape``; every
    further one its ``op``, the name of a core ATen operation without its overload, and ``args``:
    numbers, lists, and of other nodes ``{"node": index}``. ``outputs`` are the nodes with the
    values (batch,) and their gradient in the logits (batch, classes), each example's own.

    Raises ValueError for a loss that cannot be traced: one that decides by the values of its
    logits which operations it takes.
    """
    inputs = (
        torch.zeros(batch, classes, dtype=torch.float64),
        torch.zeros(batch, dtype=torch.long),
        torch.ones(classes, dtype=torch.float64),
    )
    try:
        with _TRACING:
            return _as_data(_trace_gradient(_trace_value(loss, inputs), inputs).graph)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"the loss {loss.key} is no graph of operations: {error}") from error


def _trace_value(loss: Loss, inputs: Sequence[Tensor]) -> fx.GraphModule:
    def value(logits: Tensor, target: Tensor, counts: Tensor) -> Tensor:
        return loss.for_counts(counts)(logits, target)

    return _trace(value, inputs)


def _trace_gradient(value: LossFunction, inputs: Sequence[Tensor]) -> fx.GraphModule:
    """Of a value that is traced already: of its plain operations each has a plain gradient."""

    def both(logits: Tensor, target: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        def total(scores: Tensor) -> tuple[Tensor, Tensor]:
            values = value(scores, target, counts)
            return values.sum(), values

        gradient, values = torch.func.grad(total, has_aux=True)(logits)
        return values, gradient

    return _trace(both, inputs)


def _trace(function: Callable[..., Any], inputs: Sequence[Tensor]) -> fx.GraphModule:
    # Fake tensors have shapes but no values: what looks at a value is refused.
    module = make_fx(function, decomposition_table=_decompositions(), tracing_mode="fake")(*inputs)
    module.graph.eliminate_dead_code()
    return module


@cache
def _decompositions() -> dict[Any, Any]:
    """Of operations into core ones; kept, since torch looks all of them up anew at each use."""
    return dict(core_aten_decompositions())


def _as_data(graph: fx.Graph) -> dict[str, Any]:
    places: dict[fx.Node, int] = {}
    nodes: list[dict[str, Any]] = []
    outputs: list[int] = []
    for node in graph.nodes:
        if node.op == "output":
            outputs = [places[each] for each in node.args[0]]
            continue
        described: dict[str, Any] = {"shape": list(node.meta["val"].shape)}
        if node.op == "call_function":
            described |= {"op": node.target.overloadpacket.__name__, "args": _args(node, places)}
        places[node] = len(nodes)
        nodes.append(described)
    return {"nodes": nodes, "outputs": outputs}


def _args(node: fx.Node, places: dict[fx.Node, int]) -> list[Any]:
    """What an operation takes, in the order of its schema, with what was left out filled in."""
    given = []
    for place, argument in enumerate(node.target._schema.arguments):  # type: ignore[union-attr]
        if argument.name in _STORAGE:
            continue
        default = argument.default_value if argument.has_default_value() else None
        value = node.kwargs.get(argument.name, default)
        given.append(_plain(node.args[place] if place < len(node.args) else value, places))
    return given


def _plain(value: Any, places: dict[fx.Node, int]) -> Any:
    """A value as JSON has it; numbers that are not finite as their names in JavaScript."""
    if isinstance(value, fx.Node):
        return {"node": places[value]}
    if isinstance(value, (list, tuple)):
        return [_plain(each, places) for each in value]
    if isinstance(value, torch.dtype):
        return {"whole": not value.is_floating_point}
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"}
    return value
