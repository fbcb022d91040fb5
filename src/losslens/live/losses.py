"""The losses of a live run: those of the catalogue, with their parameters set, and two more."""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor

from losslens.losses import LOSSES, Loss, formula
from losslens.losses.parameter import Parameter
from losslens.validation import within

OWN = formula.KEY  # the key of a typed loss
TWICE = "softmax_twice"  # the key of the beginner's pitfall


def softmax_twice(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of probabilities taken for logits: the beginner's pitfall."""
    return F.cross_entropy(logits.softmax(dim=1), target, reduction="none")


_PITFALL = Loss(TWICE, "Softmax applied twice", softmax_twice)


def loss_of(key: str, typed: str, parameters: Mapping[str, float] | None = None) -> Loss:
    """The loss behind a key of a run, the ``typed`` formula and the pitfall among them;
    ``parameters`` are by loss."""
    if key == OWN:
        return formula.parse(typed)
    loss = _PITFALL if key == TWICE else LOSSES[key]
    value = (parameters or {}).get(key)
    return loss if value is None else loss.with_parameter(value)


def parameters_of(text: str) -> dict[str, float]:
    """Parameters by loss, from a text such as ``focal=3,gce=0.5``; an empty one sets none.

    Raises ValueError, naming what is allowed, for any other.
    """
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, _, number = (piece.strip() for piece in part.partition("="))
        parameter = parameter_of(key)
        if parameter is None:
            known = ", ".join(adjustable())
            raise ValueError(f"{key!r} is no loss with a parameter; those are {known}")
        try:
            found[key] = float(number)
        except ValueError:
            raise ValueError(f"{part!r} is no parameter; write it as {key}=NUMBER") from None
        within(f"{parameter.name} of {key}", found[key], parameter.low, parameter.high)
    return found


def parameters_text(values: Mapping[str, float]) -> str:
    """The text of which ``parameters_of`` makes the same values; those of the default are left
    out."""
    return ",".join(
        f"{key}={value!r}"
        for key, value in values.items()
        if (parameter := parameter_of(key)) is not None and value != parameter.default
    )


def parameter_of(key: str) -> Parameter | None:
    """The parameter of a loss, where it has one."""
    return LOSSES[key].parameter if key in LOSSES else None


def adjustable() -> list[str]:
    """The losses with a parameter that can be set, in the catalogue's order."""
    return [key for key, loss in LOSSES.items() if loss.parameter is not None]
