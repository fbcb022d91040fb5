"""Whether a checkpoint is what its card says: its bytes, its numbers, its task and its loss."""

import math
from pathlib import Path
from typing import Any

from safetensors import safe_open
from torch import nn

from losslens.files import sha256


def check_card(card: Any, task: str, loss: str) -> None:
    """Raise ValueError, which says why, for a card of another network or without a usable
    temperature."""
    if card.task != task or card.loss != loss:
        raise ValueError(f"its card is of {card.task!s:.40} under {card.loss!s:.40}")
    number = isinstance(card.temperature, (int, float)) and not isinstance(card.temperature, bool)
    if not number or not math.isfinite(card.temperature) or card.temperature <= 0:
        raise ValueError(f"its card has the temperature {card.temperature!r:.40}")


def check_file(path: Path, expected: str) -> None:
    """Raise ValueError where a file has not the SHA-256 that is expected; "" expects nothing."""
    if expected and sha256(path) != expected:
        raise ValueError("it has not the checksum in its card")


def check_weights(network: nn.Module) -> None:
    """Raise ValueError where a weight is not finite."""
    for name, value in network.state_dict().items():
        if value.is_floating_point() and not bool(value.isfinite().all()):
            raise ValueError(f"{name} has values that are not finite")


def check_metadata(path: Path, **expected: str) -> None:
    """Raise ValueError where a file says that it is of another task or loss."""
    with safe_open(path, framework="pt") as file:
        said = file.metadata() or {}
    for name, value in expected.items():
        if said.get(name, value) != value:
            raise ValueError(f"its weights are of the {name} {said[name]:.40}")
