"""The notebook of a run: of a valid form, and executed cell by cell it gives the figures of the
run."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from losslens.live.config import LiveConfig
from losslens.live.export import write_files
from losslens.live.notebook import Cell, cells_of, notebook
from losslens.live.script import script
from support.live import ended

CONFIG = LiveConfig(
    losses=("cross_entropy", "own"),
    formula="-sum(e * logp) + (1 - p_y)",
    wrong_labels=0.2,
    examples=300,
    epochs=1,
)
# Executes the code cells in their order in one namespace, as a kernel does.
KERNEL = """
import json
cells = json.load(open("train.ipynb", encoding="utf-8"))["cells"]
names = {}
for cell in cells:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
"""


def test_it_executes_as_it_is(tmp_path: Path) -> None:
    points, trained = ended(CONFIG)
    written = write_files(tmp_path, CONFIG, points, trained.networks)
    folder = tmp_path / "unpacked"
    shutil.unpack_archive(written[2], folder)
    command = [sys.executable, "-I", "-c", KERNEL]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    accuracies = [float(value) for value in re.findall(r"accuracy (\d\.\d+)", done.stdout)]
    assert accuracies == [round(value, 4) for value in points[-1].accuracy]
    with zipfile.ZipFile(written[-1]) as archive:
        assert archive.read("train.ipynb") == (folder / "train.ipynb").read_bytes()


def test_its_form_is_that_of_nbformat() -> None:
    book = notebook(cells_of(script(CONFIG)))
    assert json.loads(json.dumps(book)) == book
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[\w-]{1,64}", each) for each in ids)
    for cell in book["cells"]:
        wanted = {"id", "cell_type", "metadata", "source"}
        if cell["cell_type"] == "code":
            wanted |= {"execution_count", "outputs"}
            assert cell["outputs"] == [] and cell["execution_count"] is None
        assert cell.keys() == wanted and "".join(cell["source"]).strip()


def test_texts_and_code_take_turns_and_nothing_of_the_script_is_lost() -> None:
    source = script(CONFIG)
    cells = cells_of(source)
    assert [cell.kind for cell in cells[:4]] == ["markdown", "code", "markdown", "code"]
    assert cells[0].source.startswith("A run of Loss Lens") and cells[2].source == "## Settings"
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    lines = [line for line in code.splitlines() if line.strip()]
    for line in lines:
        assert line in source
    body = source.split('"""', 2)[2]
    left = [each for each in body.splitlines() if each.strip() and not each.startswith("# ")]
    assert [each for each in lines if not each.startswith("# ")] == left


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("# %%\n1\n", [Cell("code", "1")]),
        (
            '"""Told."""\n# %% [markdown]\n# ## A\n#\n# b\n',
            [Cell("markdown", "Told."), Cell("markdown", "## A\n\nb")],
        ),
        ("", []),
    ],
)
def test_cells_of_small_scripts(text: str, cells: list[Cell]) -> None:
    assert cells_of(text) == cells
