"""Lines of steps as mathematics: what is read is what is computed."""

import re
from html import unescape

import pytest

from losslens.losses import LOSSES
from losslens.losses.steps import work
from losslens.ui.explorer.steps_formula import formula_tree
from losslens.ui.html import _environment

PER_CLASS = {"z", "a", "p", "e", "d", "n"}


def written(formula: str) -> str:
    """A formula as its template writes it, without tags; what stands low is behind "_"."""
    template = _environment().get_template("explorer/formula.html")
    html = str(template.module.formula(formula_tree(formula, PER_CLASS)))
    low = html.replace("<sub>", "_").replace("<sup>", "^")
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", low)))


@pytest.mark.parametrize(
    ("formula", "read"),
    [
        ("exp(-z)", "exp(−z_k)"),
        ("a / S", "a_k / S"),
        ("-log(p[y])", "−log(p_y)"),
        ("sum(a)", "∑_j a_j"),
        ("-sum(d ** 2)", "−∑_j d_j^2"),
        ("2 * p * (d - sum(p * d))", "2 · p_k · (d_k − ∑_j p_j · d_j)"),
        ("sum(p - e)", "∑_j (p_j − e_j)"),
        ("S - (S - T)", "S − (S − T)"),
        ("S - T + S", "S − T + S"),
        ("(1 - p[y]) ** 2", "(1 − p_y)^2"),
        ("(min(n) / n) ** 0.25", "(min_j n_j / n_k)^0.25"),
        ("relu(1 + max_wrong(z) - z[y])", "max(0, 1 + max_j≠y z_j − z_y)"),
        ("abs(p - e)", "|p_k − e_k|"),
        ("sum(n) / (C * n)", "∑_j n_j / C · n_k"),  # the bar of the fraction groups
    ],
)
def test_a_formula_reads_as_it_is_computed(formula: str, read: str) -> None:
    assert written(formula) == read


@pytest.mark.parametrize("key", LOSSES)
def test_every_line_of_the_catalogue_can_be_written(key: str) -> None:
    for each in work(LOSSES[key], [1.0, 0.0, -1.0], 0):
        if each.step.formula:
            assert written(each.step.formula)


def test_what_no_line_may_say_is_refused() -> None:
    with pytest.raises(ValueError, match="a line of steps has no"):
        formula_tree("z if z else p", PER_CLASS)
