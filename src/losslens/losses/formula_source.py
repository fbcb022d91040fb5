"""The checked syntax tree of a formula, made into PyTorch source.

Only what is listed here gets into the source: the six names, numbers as Python writes them, and the
operators and functions below. So the source may be executed whatever was typed.
"""

import ast
from dataclasses import dataclass, replace
from enum import IntEnum

from losslens.losses.formula_grammar import FormulaError, not_allowed

MAX_NUMBER = 1e6
MAX_EXPONENT = 10.0

# What a name stands for, in the order of computation.
_DEFINITIONS = {
    "z": "logits",
    "logp": "F.log_softmax(logits, dim=1)",
    "e": "F.one_hot(target, logits.shape[1]).to(logits.dtype)",
    "p_y": "logp.gather(1, target[:, None]).exp()",
    "p": "logp.exp()",
    "K": "float(logits.shape[1])",
}
_FROM_LOGP = {"p", "p_y"}
_CONSTANT = {"e", "K"}  # names that do not depend on the logits

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_EACH = {
    "log": "torch.log",
    "exp": "torch.exp",
    "sqrt": "torch.sqrt",
    "abs": "torch.abs",
    "relu": "torch.relu",
    "sigmoid": "torch.sigmoid",
    "softplus": "F.softplus",
}
_OVER_CLASSES = {"sum": "sum", "mean": "mean", "max": "amax"}  # methods of Tensor

_DOUBLE = "torch.float64"
_AS_LOGITS = "logits.dtype"


class Shape(IntEnum):
    """How many values a part of a formula has; of two parts, the greater is that of their sum."""

    NUMBER = 0  # one Python float
    SCALAR = 1  # one, as a tensor ()
    EXAMPLE = 2  # one an example: (N, 1)
    CLASS = 3  # one a class: (N, C)


@dataclass(frozen=True)
class Part:
    """A checked piece of a formula as source, and what it gives."""

    code: str
    shape: Shape
    varies: bool  # has a slope in the logits
    dtype: str = _DOUBLE  # as source

    @property
    def is_one(self) -> bool:
        """One value for the whole batch, which takes the precision of what it is joined with."""
        return self.shape <= Shape.SCALAR


def function_source(part: Part, names: set[str]) -> str:
    """The function ``own(logits, target)`` that returns ``part``; ``names`` are those in it."""
    used = names | ({"logp"} if names & _FROM_LOGP else set())
    lines = [f"    {name} = {code}\n" for name, code in _DEFINITIONS.items() if name in used]
    returned = ast.unparse(ast.parse(f"({part.code}).squeeze(1)", mode="eval"))
    return (
        "def own(logits: Tensor, target: Tensor) -> Tensor:\n"
        '    """The typed formula: one value an example (N,)."""\n'
        f"{''.join(lines)}    return {returned}\n"
    )


def checked(node: ast.expr, text: str) -> Part:
    """The source of a node of the tree of ``text``. Raises FormulaError for what is not allowed."""
    match node:
        case ast.Constant():
            return _number(node, text)
        case ast.Name(id=name):
            return _name(node, name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            part = checked(operand, text)
            return replace(part, code=f"({'-' if isinstance(sign, ast.USub) else '+'}{part.code})")
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(checked(left, text), right)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _binary(_BINARY[type(op)], checked(left, text), checked(right, text))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            return _comparison(_COMPARISONS[type(op)], checked(left, text), checked(right, text))
        case ast.Compare(comparators=[_, extra, *_]):
            raise FormulaError("chain", extra.col_offset)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _call(name, [checked(argument, text) for argument in args], node.col_offset)
    raise not_allowed(node, text)


def _number(node: ast.Constant, text: str) -> Part:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise not_allowed(node, text)
    if not abs(value) <= MAX_NUMBER:  # also inf; an int of any size compares without conversion
        raise FormulaError("number", node.col_offset)
    return Part(repr(float(value)), Shape.NUMBER, False)


def _name(node: ast.Name, name: str) -> Part:
    if name not in _DEFINITIONS:
        raise FormulaError("name", node.col_offset, name)
    if name == "K":
        return Part(name, Shape.NUMBER, False)
    shape = Shape.EXAMPLE if name == "p_y" else Shape.CLASS
    return Part(name, shape, name not in _CONSTANT, _AS_LOGITS)


def _tensor(part: Part) -> Part:
    """The same as a tensor; a number in double precision, so that it loses none of its own."""
    if part.shape != Shape.NUMBER:
        return part
    return replace(part, code=f"torch.tensor({part.code}, dtype={_DOUBLE})", shape=Shape.SCALAR)


def _joined(code: str, parts: list[Part]) -> Part:
    """What torch makes of several parts in one operation."""
    dtypes = {part.dtype for part in parts if not part.is_one}
    return Part(
        code,
        max(part.shape for part in parts),
        any(part.varies for part in parts),
        _AS_LOGITS if dtypes == {_AS_LOGITS} else _DOUBLE,
    )


def _binary(sign: str, left: Part, right: Part) -> Part:
    if sign == "/":
        left = _tensor(left)  # so that 1 / 0 is infinite and not an exception
    return _joined(f"({left.code} {sign} {right.code})", [left, right])


def _comparison(sign: str, left: Part, right: Part) -> Part:
    """1 where it holds and 0 elsewhere, in the precision of the first tensor that is compared."""
    holds = f"({left.code} {sign} {right.code})"
    # It is level wherever it is smooth: the logits move it, and yet nothing learns from it.
    joined = replace(_joined(holds, [left, right]), varies=False)
    tensors = [part for part in (left, right) if part.shape != Shape.NUMBER]
    if not tensors:
        return replace(joined, code=f"float{holds}")
    dtype = tensors[0].dtype
    return replace(joined, code=f"{holds}.to({dtype})", dtype=dtype)


def _power(base: Part, exponent: ast.expr) -> Part:
    sign, node = 1.0, exponent
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1.0, node.operand
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MAX_EXPONENT:
        raise FormulaError("exponent", exponent.col_offset)
    base = _tensor(base)
    return replace(base, code=f"({base.code} ** {sign * float(value)!r})")


def _call(name: str, parts: list[Part], position: int) -> Part:
    if name == "max" and len(parts) == 2:
        return _alike("torch.maximum({}, {})", parts)
    if name in _EACH or name in _OVER_CLASSES:
        return _of_one(name, parts, position)
    if name == "clamp":
        return _clamp(parts, position)
    if name == "where":
        return _where(parts, position)
    raise FormulaError("function", position, name)


def _of_one(name: str, parts: list[Part], position: int) -> Part:
    if len(parts) != 1:
        raise FormulaError("one_or_two" if name == "max" else "one_argument", position, name)
    part = _tensor(parts[0])
    if name in _EACH:
        return replace(part, code=f"{_EACH[name]}({part.code})")
    if part.shape != Shape.CLASS:
        raise FormulaError("over_classes", position, name)
    code = f"{part.code}.{_OVER_CLASSES[name]}(dim=1, keepdim=True)"
    return replace(part, code=code, shape=Shape.EXAMPLE)


def _alike(code: str, parts: list[Part]) -> Part:
    """An operation on tensors that must be of one precision: that of the first which has a value
    for each example."""
    dtype = next((part.dtype for part in parts if not part.is_one), _DOUBLE)
    joined = _joined(code.format(*(_cast(part, dtype) for part in parts)), parts)
    return replace(joined, shape=max(joined.shape, Shape.SCALAR), dtype=dtype)


def _cast(part: Part, dtype: str) -> str:
    if part.shape == Shape.NUMBER:
        return f"torch.tensor({part.code}, dtype={dtype})"
    return part.code if part.dtype == dtype else f"{part.code}.to({dtype})"


def _clamp(parts: list[Part], position: int) -> Part:
    if len(parts) != 3 or not all(part.is_one for part in parts[1:]):
        raise FormulaError("clamp", position)
    value = _tensor(parts[0])
    plain = all(part.shape == Shape.NUMBER for part in parts[1:])
    # In the value's own precision, in which a bound may be infinite: as a float it would not fit.
    low, high = (part.code if plain else _cast(part, value.dtype) for part in parts[1:])
    return replace(value, code=f"{value.code}.clamp({low}, {high})")


def _where(parts: list[Part], position: int) -> Part:
    if len(parts) != 3:
        raise FormulaError("where", position)
    _, this, other = parts
    chosen = _alike("torch.where({} != 0, {}, {})", parts)
    return replace(chosen, varies=this.varies or other.varies)
