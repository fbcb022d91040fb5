"""Typed formulas: the losses of the catalogue written as formulas agree with ours, the source is
what is typed, and nothing hostile gets through."""

import itertools
import math
import string

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from losslens.losses import LOSSES
from losslens.losses.analysis import check
from losslens.losses.formula import (
    MAX_LENGTH,
    MAX_NODES,
    REASONS,
    FormulaError,
    parse,
    to_source,
)
from losslens.ui.i18n import WORDS

SAME = {
    "cross_entropy": "-sum(e * logp)",
    "kl_div": "sum((0.9 * e + 0.1 / K) * (log(0.9 * e + 0.1 / K) - logp))",
    "mse": "sum((z - e) ** 2)",
    "brier": "sum((p - e) ** 2)",
    "bce": "sum(softplus(z) - e * z)",
    "focal": "-(1 - p_y) ** 2 * sum(e * logp)",
    "margin": "relu(1 + max(z - 1000 * e) - sum(e * z))",
    "gce": "(1 - p_y ** 0.7) / 0.7",
}


@pytest.mark.parametrize("key", SAME)
def test_each_loss_can_be_typed(key: str) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = (torch.randn(20, 10, generator=generator, dtype=torch.float64) * 2).requires_grad_()
    target = torch.randint(0, 10, (20,), generator=generator)
    typed, ours = parse(SAME[key]).fn(logits, target), LOSSES[key].fn(logits, target)
    torch.testing.assert_close(typed, ours)
    slopes = [
        torch.autograd.grad(losses.sum(), logits, retain_graph=True)[0] for losses in (typed, ours)
    ]
    torch.testing.assert_close(*slopes)


def test_numbers_and_comparisons_keep_the_precision_of_the_logits() -> None:
    logits, target = torch.randn(20, 4, dtype=torch.float64), torch.arange(20) % 4
    p_y = logits.softmax(1).gather(1, target[:, None]).squeeze(1)
    third = math.log(0.3) + 0.1**2
    for text, expected in (
        ("log(0.3) + 0.1 ** 2 - p_y", third - p_y),
        (
            "where(p_y > 0.3, 0.1, 0.7 * p_y)",
            torch.where(p_y > 0.3, torch.full_like(p_y, 0.1), 0.7 * p_y),
        ),
        ("max(0.1, p_y) / 0.3", p_y.clamp_min(0.1) / 0.3),
        ("(p_y <= 0.5) * 0.1 + (K == 4) * p_y", (p_y <= 0.5).double() * 0.1 + p_y),
        ("clamp(p_y, 0.1, 0.3)", p_y.clamp(0.1, 0.3)),
    ):
        torch.testing.assert_close(parse(text).fn(logits, target), expected, rtol=2e-15, atol=1e-16)
        assert parse(text).fn(logits.float(), target).dtype == torch.float32


# Formulas as Python evaluates them, with torch in the place of the names.
MEANT = {
    **{name: getattr(torch, name) for name in ("log", "exp", "sqrt", "abs", "relu", "sigmoid")},
    "softplus": F.softplus,
    "sum": lambda x: x.sum(1, keepdim=True),
    "mean": lambda x: x.mean(1, keepdim=True),
    "max": lambda x, *least: x.clamp_min(*least) if least else x.amax(1, keepdim=True),
    "clamp": lambda x, low, high: x.clamp(low, high),
    "where": torch.where,
}


@pytest.mark.parametrize(
    "text",
    [
        "sum((p - e) ** 2)",
        "-(1 - p_y) ** 2 * sum(e * logp) / K",
        "where(p_y > 0.5, 1 - p_y, -log(p_y)) + max(z) - mean(abs(z))",
        "clamp(max(p_y, 0.3), 0.1, 0.9) * sum(e * relu(1 - z)) + (p_y < 0.2) * 2",
        "sum(sqrt(p) + sigmoid(z) - softplus(-z) + exp(-z)) + sum((z == max(z)) * 1) + 1 / 2 ** -1",
        "+p_y - -p_y * (2 - 3 - 4) / 5 / 6 - (p_y - (1 - p_y))",
    ],
)
def test_a_formula_means_what_python_reads_in_it(text: str) -> None:
    generator = torch.Generator().manual_seed(0)
    z, target = torch.randn(20, 5, generator=generator, dtype=torch.float64), torch.arange(20) % 5
    p_y = z.softmax(1).gather(1, target[:, None])
    known = {"z": z, "p": z.softmax(1), "logp": z.log_softmax(1), "p_y": p_y, "K": 5}
    meant = eval(text, MEANT | known | {"e": F.one_hot(target, 5).double()})
    torch.testing.assert_close(parse(text).fn(z, target), meant.squeeze(1))


def test_the_source_stands_alone_and_computes_no_more_than_is_named() -> None:
    assert to_source(" -sum(e * logp) + 1 / 2 ") == (
        "def own(logits: Tensor, target: Tensor) -> Tensor:\n"
        '    """The typed formula: one value an example (N,)."""\n'
        "    logp = F.log_softmax(logits, dim=1)\n"
        "    e = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
        "    return (-(e * logp).sum(dim=1, keepdim=True)"
        " + torch.tensor(1.0, dtype=torch.float64) / 2.0).squeeze(1)\n"
    )


def test_a_division_by_zero_is_infinite_and_no_exception() -> None:
    values = parse("p_y + 1 / 0").fn(torch.zeros(3, 2), torch.zeros(3, dtype=torch.long))
    assert values.tolist() == [math.inf] * 3


def product(leaves: int) -> str:
    """A product of so many parts, nested as little as can be."""
    return "z*p" if leaves == 1 else f"({product(leaves // 2)}*{product(leaves - leaves // 2)})"


def test_the_largest_formula_takes_bounded_memory() -> None:
    """Autograd keeps a few numbers for every operation and logit, and never more, however the
    formula is written."""
    text = f"sum{product(39)}"
    assert len(text) <= MAX_LENGTH
    with pytest.raises(FormulaError, match="too many parts"):
        parse(f"sum{product(45)}")
    kept = 0

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal kept
        kept += tensor.nbytes
        return tensor

    logits = torch.randn(4096, 10, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        parse(text).fn(logits, torch.zeros(4096, dtype=torch.long)).sum().backward()
    assert kept < 3 * MAX_NODES * logits.nbytes


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("", "empty", 0),
        ("  -sum(e * q)", "name", 11),
        ("p_y ** 99", "exponent", 7),
        ("p_y ** p_y", "exponent", 7),
        ("p - e", "per_class", 0),
        ("3 * K", "constant", 0),
        ("sum(p_y)", "over_classes", 0),
        ("clamp(p_y, p_y, 1)", "clamp", 0),
        ("where(p_y > 0, 1)", "where", 0),
        ("clamp(p_y, 0, sum(e))", "clamp", 0),
        ("log(p_y, 2)", "one_argument", 0),
        ("p_y + max(1, 2, 3)", "one_or_two", 6),
        ("(1 - p_y", "syntax", 0),
        ("1 - p_y *", "syntax", 9),
        ("0 < p_y < 1", "chain", 10),
        ("p_y * 1e300", "number", 6),
        ("p_y + ｐ", "character", 6),
        ("  z.shape", "not_allowed", 3),
        ("z[0]", "not_allowed", 1),
        ("(p_y ) % 2", "not_allowed", 7),
        ("p_y and 1", "not_allowed", 4),
        ("1 if p_y else 2", "not_allowed", 2),
        ("1 - sum(x=p)", "not_allowed", 8),
        ("'x'", "not_allowed", 0),
        ("tan(p_y)", "function", 0),
    ],
)
def test_what_is_refused_gets_position_and_reason(text: str, reason: str, position: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert (caught.value.reason, caught.value.position) == (reason, position)
    assert f"character {position + 1}" in str(caught.value)


def test_what_is_not_allowed_is_named() -> None:
    for text, token in (
        ("z.shape", ".shape"),
        ("p_y // 2", "//"),
        ("p_y and 1", "and"),
        ("[p]", "["),
        ("~p_y", "~"),
        ("p, z", ","),
    ):
        with pytest.raises(FormulaError) as caught:
            parse(text)
        assert caught.value.detail == token


def test_every_refusal_is_worded_in_every_language() -> None:
    english = WORDS["en"]
    assert {key: english[f"formula.{key}"] for key in REASONS} == REASONS
    for words in WORDS.values():
        assert {key for key in words if key.startswith("formula.")} == {
            f"formula.{reason}" for reason in REASONS
        }
        for reason, text in REASONS.items():
            assert ("{detail}" in words[f"formula.{reason}"]) == ("{detail}" in text)


def hostile() -> list[str]:
    """Three hundred attempts at something other than a formula."""
    names = [
        "__import__",
        "eval",
        "exec",
        "open",
        "getattr",
        "globals",
        "compile",
        "input",
        "breakpoint",
        "vars",
        "torch",
        "os",
    ]
    calls = [
        f"{name}{tail}"
        for name in names
        for tail in ("", "()", "('os')", "('x').system('id')", ".x", "[0]")
    ]
    roots = ["z", "p", "p_y", "sum", "log", "K", "1", "''", "()"]
    walks = [
        "__class__",
        "__class__.__mro__[1].__subclasses__()",
        "backward()",
        "numpy()",
        "__globals__",
        "data",
        "__dict__",
    ]
    attributes = [f"{root}.{walk}" for root, walk in itertools.product(roots, walks)]
    wrapped = [f"sum({attribute})" for attribute in attributes]
    powers = [
        "9**9**9**9",
        "z**999999",
        "p_y**-99",
        "(2**10)**10**10",
        "p_y**1e9",
        "p_y**(p_y)",
        "10**(10)",
        "p_y**True",
    ]
    pairs = (("abs(", ")"), ("-", ""), ("log(", ")"), ("[", "]"), ("-(", ")"))
    nested = [
        left * count + "p_y" + right * count for count in (120, 140, 160) for left, right in pairs
    ]
    alike = [f"sum({letter} * logp)" for letter in "еｅℯ𝑒𝐞𝘦ⅇᴇ℮ɛ"]
    alike += [
        "ｐ_y",
        "p＿y",
        "p_у",
        "lo\u200bgp",
        "p\u00a0_y",
        "p_y\u202e",
        "p_y\nimport os",
        "\x00",
        "p_y\x00",
        "p_y\\",
    ]
    statements = """
        p_y; 1 | import os | x = 1 | (x := p_y) | lambda: p_y | [p_y for z in p] | {p_y} | f'{p_y}'
        b'x' | ... | yield | *p
        p_y if p_y else 1 | not p_y | ~p_y | p_y and 1 | p_y @ z | p_y % 2 | p_y // 2 | p_y << 9
        p_y ^ 1 | print(p_y)
        sum(*p) | sum(**p) | sum(x=p) | await p | None | True | 1j * p_y | 'a' * 99
        1_000_000_000 | 1e999 | p_y is z
    """
    words = [
        word.strip()
        for line in statements.split("\n")
        for word in line.split(" | ")
        if word.strip()
    ]
    long = [
        "p_y" + " + p_y" * 5000,
        "(" * 100_000,
        "9" * 1_000_000,
        "a" * 10_000_000,
        "p_y " * 200,
        "9" * 250,
    ]
    junk = [
        "".join(part)
        for part in itertools.islice(
            itertools.permutations("z.[]()**,:@`$?!", 6), 0, 3_000_000, 60_000
        )
    ]
    return calls + attributes + wrapped + powers + nested + alike + words + long + junk


def test_three_hundred_hostile_formulas_are_refused() -> None:
    corpus = hostile()
    assert len(corpus) >= 300
    for text in corpus:
        with pytest.raises(FormulaError):
            parse(text)
            pytest.fail(f"accepted: {text[:80]!r}")


TOKENS = [
    "z",
    "p",
    "logp",
    "e",
    "p_y",
    "K",
    "1",
    "0.5",
    "2",
    "+",
    "-",
    "*",
    "/",
    "**",
    "<",
    ">",
    "(",
    ")",
    ",",
    " ",
]
TOKENS += [
    "log(",
    "exp(",
    "sqrt(",
    "abs(",
    "relu(",
    "sigmoid(",
    "softplus(",
    "sum(",
    "mean(",
    "max(",
    "clamp(",
    "where(",
]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), max_size=40).map("".join)
    | st.text(string.printable, max_size=MAX_LENGTH + 20)
)
def test_any_text_is_refused_or_gives_one_value_an_example(text: str) -> None:
    try:
        loss = parse(text)
    except FormulaError as error:
        assert 0 <= error.position <= len(text) + 1
        return
    logits = torch.randn(4, 3)
    assert loss.fn(logits, torch.tensor([0, 1, 2, 0])).shape == (4,)
    assert len(check(loss)) == 5


@pytest.mark.parametrize(
    "text", ["sum(p > e)", "mean(p > e)", "p_y > 0.5", "max(p == e)", "exp(p_y > 0.5)"]
)
def test_a_comparison_alone_has_no_slope_and_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match="no slope in the logits"):
        parse(text)


@pytest.mark.parametrize("text", ["clamp(p_y, 0, exp(100))", "sum(clamp(z, -exp(100), K))"])
def test_a_bound_beyond_single_precision_is_none(text: str) -> None:
    for dtype in (torch.float32, torch.float64):
        values = parse(text).fn(torch.zeros(2, 3, dtype=dtype), torch.tensor([0, 1]))
        assert values.dtype == dtype and bool(values.isfinite().all())
