"""What may be typed as a loss: its limits, and why a text is refused; nothing is evaluated here."""

import ast
import re

MAX_LENGTH = 300  # characters
MAX_DEPTH = 24  # of nesting
MAX_NODES = 160  # names, numbers and operations

REASONS = {
    "empty": "Nothing is typed. Try -sum(e * logp).",
    "long": "A formula has at most {detail} characters.",
    "character": "The character {detail} is not allowed; formulas are plain ASCII.",
    "syntax": "This is not a complete formula.",
    "deep": "This is nested too deeply; at most {detail} levels.",
    "large": "This has too many parts; at most {detail}.",
    "name": "There is no {detail}. Names: z, p, logp, e, p_y, K.",
    "function": "There is no function {detail}. Functions: log, exp, sqrt, abs, relu, sigmoid, "
    "softplus, sum, mean, max, clamp, where.",
    "one_argument": "{detail}(...) takes one argument.",
    "one_or_two": "{detail}(...) takes one argument, or two to take the larger of.",
    "over_classes": "{detail}(...) needs one value for each class, such as p or e * logp.",
    "clamp": "clamp(x, low, high) takes a value and two plain numbers.",
    "where": "where(condition, a, b) takes three arguments.",
    "number": "A number is at most a million.",
    "exponent": "An exponent is a plain number from -10 to 10.",
    "chain": "Compare two values at a time.",
    "not_allowed": "{detail} is not allowed. Use + - * / **, comparisons, and the listed names and "
    "functions.",
    "per_class": "This gives one value for each class. Put it into sum(...) or mean(...).",
    "constant": "This has no slope in the logits, so nothing can learn from it.",
}


class FormulaError(ValueError):
    """A formula that is refused.

    ``reason`` is a key of ``REASONS``, ``position`` the 0-based character, ``detail`` what the
    reason names.
    """

    def __init__(self, reason: str, position: int, detail: str = "") -> None:
        super().__init__(f"{REASONS[reason].format(detail=detail)} (at character {position + 1})")
        self.reason = reason
        self.position = position
        self.detail = detail


def check_text(text: str) -> None:
    """Raise FormulaError for a text that is empty, too long, or has other than plain characters."""
    if not text.strip():
        raise FormulaError("empty", 0)
    if len(text) > MAX_LENGTH:
        raise FormulaError("long", MAX_LENGTH, str(MAX_LENGTH))
    for position, character in enumerate(text):
        if not (character.isascii() and character.isprintable()):
            raise FormulaError("character", position, repr(character))


def syntax_tree(text: str) -> ast.expr:
    """The syntax tree of a text without blanks around it, whatever it says.

    Raises FormulaError for what is no expression, and for what is too deep or too large.
    """
    tree = _parsed(text)
    _check_size(tree)
    return tree


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        # Python's offset is 0 where the formula just stops.
        raise FormulaError("syntax", error.offset - 1 if error.offset else len(text)) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError("deep", 0, str(MAX_DEPTH)) from None


def _check_size(root: ast.expr) -> None:
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


_TOKEN = re.compile(r"\w+|\.\.\.|\.\w+|[-+*/<>=!%&|^~@:]+|[^\s)]")


def not_allowed(node: ast.expr, text: str) -> FormulaError:
    """The refusal of ``node``, at the operator, dot or bracket itself, and naming it."""
    position = _last_allowed(node)
    token = _TOKEN.search(text, position)
    if token is None:
        return FormulaError("not_allowed", position)
    return FormulaError("not_allowed", token.start(), token.group())


def _last_allowed(node: ast.expr) -> int:
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
