"""The lesson as a notebook: executed as it is, it gives what the pages give."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from losslens.training.lesson import run
from losslens.training.lesson_catalogue import LESSON
from losslens.ui.i18n import WORDS
from losslens.ui.lesson.notebook import lesson_notebook
from losslens.ui.lesson.reader import Brought, reader_of
from support.shipped import WHOLE

# Executes the code cells in one namespace, as a kernel does; what each printed or raised, as JSON.
KERNEL = """
import contextlib, io, json, sys, warnings
warnings.simplefilter("ignore")
names, told = {}, []
for cell in json.load(open("lesson.ipynb", encoding="utf-8"))["cells"]:
    if cell["cell_type"] != "code":
        continue
    said, error = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(said):
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    except Exception as failed:
        if "raises-exception" not in cell["metadata"].get("tags", []):
            raise
        error = f"{type(failed).__name__}: {failed}"
    told.append([said.getvalue().splitlines(), error])
print(json.dumps(told))
"""


def test_it_executes_and_gives_what_the_pages_give(tmp_path: Path) -> None:
    brought = Brought(None, "", None).reader()
    reader = reader_of(brought.picture, brought.label)  # of 256 shades
    (tmp_path / "lesson.ipynb").write_text(lesson_notebook(WORDS["en"], reader), "utf-8")
    command = [sys.executable, "-c", KERNEL]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    outputs = [run(key, kind, reader) for key, page in LESSON.items() for kind in page.snippets]
    wanted = [[line for text in each.printed for line in text.splitlines()] for each in outputs]
    told = json.loads(done.stdout)
    assert told[0] == [[], ""]
    assert told[1:] == [[lines, each.error] for lines, each in zip(wanted, outputs, strict=True)]


def test_the_digit_in_it_is_the_readers() -> None:
    reader = Brought(None, "", None).reader()
    again = reader_of(reader.picture, reader.label)
    assert (again.drawing - reader.drawing).abs().max() <= 0.5 / 255


@pytest.mark.parametrize("language", WHOLE)
def test_all_its_texts_are_those_of_the_pages(language: str) -> None:
    words = WORDS[language]
    cells = json.loads(lesson_notebook(words, Brought(None, "", None).reader()))["cells"]
    texts = ["".join(each["source"]) for each in cells if each["cell_type"] == "markdown"]
    assert words["lesson.notebook_intro"] in texts[0]
    for key, page in LESSON.items():
        for part in ("title", "text", *(("breaks", "mends") if page.mended else ())):
            assert any(words[f"lesson.pages.{key}.{part}"] in text for text in texts)
