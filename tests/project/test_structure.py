"""The rules of the source tree, which no linter here checks, executed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE, TESTS = ROOT / "src" / "losslens", ROOT / "tests"
MODULES = [*sorted(SOURCE.rglob("*.py")), ROOT / "app.py"]
FUNCTION_LINES, PARAMETERS, LAYERS, TOP_LEVEL = 40, 6, 7, 20
WITHOUT_A_TWIN = {"browser", "support", "project"}  # folders of tests of more than one package

# One thing has one name. On disk the backbone is trunk.safetensors and its states -trunk-.
BANNED = re.compile(r"stranger|trunk|unlike|(request|the)_border|heatmap|(^|_)cards\.py$", re.I)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def functions(module: Path) -> list[Function]:
    return [node for node in ast.walk(tree(module)) if isinstance(node, Function)]


def place(module: Path, node: Definition) -> str:
    return f"{module.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_no_function_is_long() -> None:
    long = [
        f"{place(module, function)}: {lines} lines"
        for module in MODULES
        for function in functions(module)
        if (lines := function.end_lineno - function.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


def test_no_function_takes_many_parameters() -> None:
    many = [
        f"{place(module, function)}: {len(names)} parameters"
        for module in MODULES
        for function in functions(module)
        if len(names := parameters(function.args)) > PARAMETERS
    ]
    assert many == []


def parameters(given: ast.arguments) -> list[str]:
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [each.arg for each in every if each.arg not in ("self", "cls")]


def test_whatever_is_public_says_what_it_is() -> None:
    silent = [str(module.relative_to(ROOT)) for module in MODULES if not said(tree(module))]
    for module in MODULES:
        silent += [place(module, node) for node in public(tree(module)) if not said(node)]
    assert silent == []


def said(node: ast.Module | Definition) -> bool:
    empty = isinstance(node, ast.Module) and not node.body  # an __init__.py that only marks
    return empty or bool((ast.get_docstring(node) or "").removeprefix("TODO").strip())


def public(above: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Classes, functions and methods that others may use."""
    for node in above.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def test_the_tree_is_easy_to_take_in() -> None:
    (layers,) = re.findall(
        r"^layers = (\[.*?^\])", (ROOT / "pyproject.toml").read_text(), re.M | re.S
    )
    assert len(ast.literal_eval(layers)) <= LAYERS
    entries = [entry for entry in SOURCE.iterdir() if entry.name != "__pycache__"]
    assert len(entries) <= TOP_LEVEL


def test_tests_stand_where_their_source_stands() -> None:
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    strays = [
        str(folder)
        for folder in folders
        if not WITHOUT_A_TWIN & set(folder.parts) and not (SOURCE / folder).is_dir()
    ]
    assert strays == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_one_thing_has_one_name(module: Path) -> None:
    assert [name for name in {module.name, *names(tree(module))} if BANNED.search(name)] == []


def names(module: ast.Module) -> Iterator[str]:
    """Every identifier that a module defines or uses; keywords of API answers are texts."""
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.keyword(arg=str(name)):
                yield name


def test_no_test_waits_for_a_fixed_time() -> None:
    """Tests wait for what they expect to see; only helpers that ask again and again may sleep."""
    waiting = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TESTS.rglob("*.py")
        if path != Path(__file__) and path.parent.name != "support"
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"wait_for_timeout|time\.sleep", line)
    ]
    assert waiting == []
