"""A line of a loss's steps as a tree that a template writes as mathematics, in which each name can
be pointed at."""

import ast
from collections.abc import Set
from dataclasses import dataclass

_CALLS = {
    "sum": "sum",
    "min": "least",
    "max_wrong": "greatest_wrong",
    "abs": "size",
    "relu": "relu",
}
_SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "·"}
_SUM, _PRODUCT, _POWER, _ALONE = range(4)  # how firmly a part holds together


@dataclass(frozen=True)
class Node:
    """A part of a formula: what the macro of this ``kind`` in ``explorer/formula.html`` writes.

    ``at`` says which of a name's values is meant: "k" each class's own, "j" all that are run over,
    "y" the true class's, "" the only one.
    """

    kind: str
    text: str = ""
    parts: tuple["Node", ...] = ()
    at: str = ""
    holds: int = _ALONE


def formula_tree(formula: str, per_class: Set[str]) -> Node:
    """The tree of a line's right side; ``per_class`` are the names that have a value a class."""
    return _tree(ast.parse(formula, mode="eval").body, per_class, "k")


def _tree(node: ast.expr, per_class: Set[str], index: str) -> Node:
    def below(part: ast.expr, least: int = _SUM, at: str = index) -> Node:
        made = _tree(part, per_class, at)
        return made if made.holds >= least else Node("brackets", parts=(made,))

    match node:
        case ast.Constant():
            return Node("number", str(node.value))
        case ast.Name(id=name):
            return Node("name", name, at=index if name in per_class else "")
        case ast.Subscript(value=ast.Name(id=name)):
            return Node("name", name, at="y")
        case ast.UnaryOp(operand=operand):
            return Node("minus", parts=(below(operand, _PRODUCT),), holds=_PRODUCT)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return Node("power", parts=(below(left, _ALONE), below(right)), holds=_POWER)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return Node("fraction", parts=(below(left), below(right)), holds=_PRODUCT)
        case ast.BinOp(left=left, op=op, right=right):
            holds = _PRODUCT if isinstance(op, ast.Mult) else _SUM
            after = below(right, holds if isinstance(op, ast.Add) else min(holds + 1, _PRODUCT))
            parts = (below(left, holds), after)
            return Node("pair", _SIGNS[type(op)], parts, holds=holds)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            kind = _CALLS.get(name, "call")
            runs_over = name in ("sum", "min", "max_wrong")
            part = below(argument, _PRODUCT if runs_over else _SUM, "j" if runs_over else index)
            return Node(kind, name, (part,), holds=_PRODUCT if runs_over else _ALONE)
    raise ValueError(f"a line of steps has no {ast.unparse(node)}")
