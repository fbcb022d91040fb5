"""A script in cells as a Jupyter notebook.

Cells begin with ``# %%``, texts in Markdown with ``# %% [markdown]``, as VS Code, Spyder and
Jupytext read them; so script and notebook are one text. The format of the notebook is nbformat 4.5,
https://nbformat.readthedocs.io/en/latest/format_description.html.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

_MARK = re.compile(r"^# %%(?P<kind> \[markdown\])?\n", re.MULTILINE)
_PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Cell:
    """A cell: Python, or a text in Markdown."""

    kind: Literal["code", "markdown"]
    source: str
    tags: Sequence[str] = ()  # as Jupyter has them


def cells_of(script: str) -> list[Cell]:
    """The cells of a script; its docstring is the first, as a text."""
    starts = [*_MARK.finditer(script)]
    ends = [*(each.start() for each in starts[1:]), len(script)]
    cells = [_cell(each, script[each.end() : end]) for each, end in zip(starts, ends, strict=False)]
    told = ast.get_docstring(ast.parse(script))
    return [*([Cell("markdown", told)] if told else []), *cells]


def _cell(mark: re.Match[str], source: str) -> Cell:
    if mark["kind"] is None:
        return Cell("code", source.strip("\n"))
    return Cell("markdown", re.sub(r"^# ?", "", source.strip("\n"), flags=re.MULTILINE))


def notebook(cells: Sequence[Cell]) -> dict[str, Any]:
    """The notebook of these cells, fit for JSON, none of them run yet."""
    made = [_as_json(number, cell) for number, cell in enumerate(cells, start=1)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": _PYTHON, "cells": made}


def _as_json(number: int, cell: Cell) -> dict[str, Any]:
    made = {
        "id": f"cell-{number}",
        "cell_type": cell.kind,
        "metadata": {"tags": list(cell.tags)} if cell.tags else {},
        "source": cell.source.splitlines(keepends=True),
    }
    return made | ({"execution_count": None, "outputs": []} if cell.kind == "code" else {})
