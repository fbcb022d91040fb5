"""A loss typed as a formula, made into a ``Loss`` safely: a whitelist over Python's own syntax tree, nothing evaluated.

    parse("-sum(e * logp)")          cross-entropy
    parse("sum((p - e) ** 2)")       squared error on probabilities

Names: ``z`` logits, ``p`` softmax probabilities, ``logp`` their logarithms, ``e`` the one-hot target (each one value a
class), ``p_y`` the true class's probability (one value), ``K`` the number of classes. ``sum``, ``mean`` and ``max`` of one
argument run over the classes. A formula must end in one value an example.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.losses.catalogue import Loss

MAX_LENGTH = 300  # characters
MAX_DEPTH = 24  # of nesting
MAX_NODES = 160  # names, numbers and operations
MAX_NUMBER = 1e6
MAX_EXPONENT = 10.0

Value = Tensor | float  # a Tensor is (N, C) or (N, 1)
Scope = dict[str, Value]
Run = Callable[[Scope], Value]

NAMES = {
    "z": True,
    "p": True,
    "logp": True,
    "e": True,
    "p_y": False,
    "K": False,
}  # name -> one value a class?


class FormulaError(ValueError):
    """A formula that is refused. ``reason`` is a key of ``REASONS``, ``position`` the 0-based
    character."""

    def __init__(self, reason: str, position: int, detail: str = "") -> None:
        super().__init__(f"{REASONS[reason].format(detail=detail)} (at character {position + 1})")
        self.reason = reason
        self.position = position
        self.detail = detail


REASONS = {
    "empty": "Nothing is typed. Try -sum(e * logp).",
    "long": "A formula has at most {detail} characters.",
    "character": "The character {detail} is not allowed; formulas are plain ASCII.",
    "syntax": "This is not a complete formula.",
    "deep": "This is nested too deeply; at most {detail} levels.",
    "large": "This has too many parts; at most {detail}.",
    "name": "There is no {detail}. Names: z, p, logp, e, p_y, K.",
    "function": "There is no function {detail}. Functions: log, exp, sqrt, abs, relu, sigmoid, softplus, sum, mean, max, "
    "clamp, where.",
    "one argument": "{detail}(...) takes one argument.",
    "one or two": "{detail}(...) takes one argument, or two to take the larger of.",
    "over classes": "{detail}(...) needs one value for each class, such as p or e * logp.",
    "clamp": "clamp(x, low, high) takes a value and two plain numbers.",
    "where": "where(condition, a, b) takes three arguments.",
    "number": "A number is at most a million.",
    "exponent": "An exponent is a plain number from -10 to 10.",
    "chain": "Compare two values at a time.",
    "not allowed": "{detail} is not allowed. Use + - * / **, comparisons, and the listed names and functions.",
    "per class": "This gives one value for each class. Put it into sum(...) or mean(...).",
    "constant": "This does not depend on the logits, so nothing can learn from it.",
}


@dataclass(frozen=True)
class Part:
    """A checked piece of a formula: how to compute it, and what shape it has."""

    run: Run
    per_class: bool  # one value a class, rather than one an example
    varies: bool  # depends on the logits


def parse(text: str) -> Loss:
    """The typed formula as a loss with the key "own". Raises FormulaError with the position and the
    reason."""
    part = _checked(text)
    if part.per_class:
        raise FormulaError("per class", 0)
    if not part.varies:
        raise FormulaError("constant", 0)

    def own(logits: Tensor, target: Tensor) -> Tensor:
        """The typed formula: one value an example (N,)."""
        value = part.run(_scope(logits, target))
        assert isinstance(value, Tensor)  # it varies with the logits
        return value.squeeze(1)

    return Loss("own", text.strip(), own)


def _scope(logits: Tensor, target: Tensor) -> Scope:
    log_probs = F.log_softmax(logits, dim=1)
    one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)
    true_prob = log_probs.gather(1, target[:, None]).exp()
    return {
        "z": logits,
        "p": log_probs.exp(),
        "logp": log_probs,
        "e": one_hot,
        "p_y": true_prob,
        "K": float(logits.shape[1]),
    }


def _checked(text: str) -> Part:
    stripped = text.strip()
    if not stripped:
        raise FormulaError("empty", 0)
    if len(text) > MAX_LENGTH:
        raise FormulaError("long", MAX_LENGTH, str(MAX_LENGTH))
    for position, character in enumerate(text):
        if not (character.isascii() and character.isprintable()):
            raise FormulaError("character", position, repr(character))
    try:
        tree = _tree(stripped)
        _bound(tree)
        return _part(tree)
    except FormulaError as error:
        if error.reason == "not allowed":
            error = _at_the_token(error, stripped)
        raise FormulaError(
            error.reason, error.position + text.index(stripped), error.detail
        ) from None


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        at = (
            error.offset - 1 if error.offset else len(text)
        )  # Python gives 0 where the formula just stops
        raise FormulaError("syntax", at) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError("deep", 0, str(MAX_DEPTH)) from None


def _at_the_token(error: FormulaError, text: str) -> FormulaError:
    """The same refusal at the operator, dot or bracket itself, which stands after
    ``error.position``, and named."""
    token = _TOKEN.search(text, error.position)
    return FormulaError(error.reason, token.start(), token.group()) if token else error


_TOKEN = re.compile(r"\w+|\.\.\.|\.\w+|[-+*/<>=!%&|^~@:]+|[^\s)]")


def _bound(root: ast.expr) -> None:
    """Refuse what is too deep or too large, without recursion."""
    waiting: list[tuple[ast.AST, int, int]] = [(root, 1, 0)]
    count = 0
    while waiting:
        node, depth, above = waiting.pop()
        position = getattr(node, "col_offset", above)
        count += isinstance(node, ast.expr)
        if depth > MAX_DEPTH:
            raise FormulaError("deep", position, str(MAX_DEPTH))
        if count > MAX_NODES:
            raise FormulaError("large", position, str(MAX_NODES))
        waiting += [(child, depth + 1, position) for child in ast.iter_child_nodes(node)]


_BINARY: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: (
        _tensor(a) / b
    ),  # a tensor, so that 1 / 0 is infinite and not an exception
}

_COMPARE: dict[type[ast.cmpop], Callable[[Value, Value], bool | Tensor]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}

_EACH: dict[str, Callable[[Tensor], Tensor]] = {
    "log": torch.log,
    "exp": torch.exp,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
}

_OVER_CLASSES: dict[str, Callable[[Tensor], Tensor]] = {
    "sum": lambda x: x.sum(dim=1, keepdim=True),
    "mean": lambda x: x.mean(dim=1, keepdim=True),
    "max": lambda x: x.amax(dim=1, keepdim=True),
}


def _part(node: ast.expr) -> Part:
    match node:
        case ast.Constant():
            return _number(node)
        case ast.Name(id=name):
            if name not in NAMES:
                raise FormulaError("name", node.col_offset, name)
            return Part(lambda scope: scope[name], NAMES[name], name not in ("e", "K"))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            inner = _part(operand)
            factor = -1.0 if isinstance(sign, ast.USub) else 1.0
            return Part(lambda scope: inner.run(scope) * factor, inner.per_class, inner.varies)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_part(left), right)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _joined(_BINARY[type(op)], _part(left), _part(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            compare = _COMPARE[type(op)]
            return _joined(lambda a, b: _as_number(compare(a, b), a, b), _part(left), _part(right))
        case ast.Compare(comparators=[_, extra, *_]):
            raise FormulaError("chain", extra.col_offset)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _call(name, [_part(argument) for argument in args], node.col_offset)
    raise FormulaError("not allowed", _last_fine(node))


def _last_fine(node: ast.expr) -> int:
    """Where the part before the offending sign ends; where ``node`` begins if the sign comes
    first."""
    match node:
        case (
            ast.Attribute(value=before)
            | ast.Subscript(value=before)
            | ast.BinOp(left=before)
            | ast.Compare(left=before)
            | ast.BoolOp(values=[before, *_])
            | ast.IfExp(body=before)
            | ast.NamedExpr(target=before)
            | ast.Tuple(elts=[before, *_])
        ):
            return before.end_col_offset or node.col_offset
        case ast.Call(keywords=[named, *_]):
            return named.col_offset
        case ast.Call(func=before):
            return before.end_col_offset or node.col_offset
    return node.col_offset


def _number(node: ast.Constant) -> Part:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormulaError("not allowed", node.col_offset)
    if not abs(value) <= MAX_NUMBER:  # also inf; an int of any size compares without conversion
        raise FormulaError("number", node.col_offset)
    number = float(value)
    return Part(lambda scope: number, False, False)


def _as_number(holds: bool | Tensor, *compared: Value) -> Value:
    """1 where a comparison holds and 0 elsewhere, in the precision of what was compared."""
    if not isinstance(holds, Tensor):
        return float(holds)
    return holds.to(next(value.dtype for value in compared if isinstance(value, Tensor)))


def _tensor(value: Value) -> Tensor:
    """A plain number in double precision: beside a tensor, it takes that tensor's precision, and
    loses none of its own."""
    return value if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.float64)


def _joined(operation: Callable[[Value, Value], Value], left: Part, right: Part) -> Part:
    return Part(
        lambda scope: operation(left.run(scope), right.run(scope)),
        left.per_class or right.per_class,
        left.varies or right.varies,
    )


def _power(base: Part, exponent: ast.expr) -> Part:
    sign, node = 1.0, exponent
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1.0, node.operand
    plain = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    if not plain or not abs(node.value) <= MAX_EXPONENT:  # type: ignore[attr-defined]
        raise FormulaError("exponent", exponent.col_offset)
    power = sign * float(node.value)  # type: ignore[attr-defined]
    return Part(lambda scope: _tensor(base.run(scope)) ** power, base.per_class, base.varies)


def _call(name: str, parts: list[Part], position: int) -> Part:
    count = len(parts)
    if name in _EACH or (name in _OVER_CLASSES and not (name == "max" and count == 2)):
        if count != 1:
            raise FormulaError("one or two" if name == "max" else "one argument", position, name)
        apply, inner = (_EACH | _OVER_CLASSES)[name], parts[0]
        if name in _OVER_CLASSES and not inner.per_class:
            raise FormulaError("over classes", position, name)
        kept = inner.per_class and name in _EACH
        return Part(lambda scope: apply(_tensor(inner.run(scope))), kept, inner.varies)
    if name == "max":
        return _joined(lambda a, b: torch.maximum(*_alike(a, b)), *parts)
    if name == "clamp":
        return _clamp(parts, position)
    if name == "where":
        return _where(parts, position)
    raise FormulaError("function", position, name)


def _alike(*values: Value) -> list[Tensor]:
    """As tensors of one precision: that of those which have a value for each example."""
    like = next(
        (value.dtype for value in values if isinstance(value, Tensor) and value.ndim), torch.float64
    )
    return [_tensor(value).to(like) for value in values]


def _clamp(parts: list[Part], position: int) -> Part:
    if len(parts) != 3 or any(part.per_class or part.varies for part in parts[1:]):
        raise FormulaError("clamp", position)
    value, low, high = parts
    return Part(
        lambda scope: _tensor(value.run(scope)).clamp(
            float(low.run(scope)), float(high.run(scope))
        ),
        value.per_class,
        value.varies,
    )


def _where(parts: list[Part], position: int) -> Part:
    if len(parts) != 3:
        raise FormulaError("where", position)
    condition, this, other = parts

    def run(scope: Scope) -> Value:
        chosen, yes, no = _alike(condition.run(scope), this.run(scope), other.run(scope))
        return torch.where(chosen != 0, yes, no)

    return Part(run, any(part.per_class for part in parts), this.varies or other.varies)
