"""A loss typed as a formula, made into a ``Loss`` safely: a whitelist over Python's own syntax.

    parse("-sum(e * logp)")          cross-entropy
    parse("sum((p - e) ** 2)")       squared error on probabilities

Names: ``z`` logits, ``p`` softmax probabilities, ``logp`` their logarithms, ``e`` the one-hot
target (each one value a class), ``p_y`` the true class's probability (one value), ``K`` the number
of classes. ``sum``, ``mean`` and ``max`` of one argument run over the classes. A formula must end
in one value an example.
"""

import ast
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.losses.catalogue import Loss
from losslens.losses.formula_grammar import (
    MAX_LENGTH,
    MAX_NODES,
    REASONS,
    FormulaError,
    check_text,
    syntax_tree,
)
from losslens.losses.formula_source import Shape, checked, function_source

__all__ = ["MAX_LENGTH", "MAX_NODES", "REASONS", "FormulaError", "parse", "to_source"]

KEY = "own"  # of a typed loss


def parse(text: str) -> Loss:
    """The typed formula as a loss with the key "own": its source, executed.

    Raises FormulaError with the position and the reason.
    """
    names: dict[str, Any] = {"torch": torch, "F": F, "Tensor": Tensor}
    exec(to_source(text), names)  # nothing is in it but what ``formula_source`` lists
    return Loss(KEY, text.strip(), names["own"])


def to_source(text: str) -> str:
    """The typed formula as the source of a PyTorch function.

    ``own(logits, target)`` takes logits (N, C) and class indices (N,) and gives one value an
    example (N,); it needs ``torch``, ``F`` and ``Tensor``. Raises FormulaError with the position
    and the reason.
    """
    check_text(text)
    typed = text.strip()
    try:
        tree = syntax_tree(typed)
        part = checked(tree, typed)
    except FormulaError as error:
        blanks = text.index(typed)
        raise FormulaError(error.reason, error.position + blanks, error.detail) from None
    if part.shape == Shape.CLASS:
        raise FormulaError("per_class", 0)
    if not part.varies:
        raise FormulaError("constant", 0)
    return function_source(part, {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})
