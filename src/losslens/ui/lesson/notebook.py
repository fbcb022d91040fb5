"""The lesson as a Jupyter notebook: its texts, its code, and the reader's digit; it executes as it
is where Loss Lens is installed."""

import base64
import io
import json
from collections.abc import Iterator

from losslens.live.notebook import Cell, notebook
from losslens.training.lesson import Reader, run
from losslens.training.lesson_catalogue import LESSON, LessonPage
from losslens.ui.i18n import Words

# Ends neither nbclient's run nor JupyterLab's: the error is what is to be seen.
_MAY_FAIL = ("raises-exception",)
_SEED = "torch.manual_seed(0)\n"
_GIVEN = '''\
import base64
import io
from pathlib import Path
from tempfile import mkdtemp

from PIL import Image

from losslens.training.lesson import given, given_photos
from losslens.ui.lesson.reader import reader_of

DIGIT = """
{picture}"""
reader = reader_of(Image.open(io.BytesIO(base64.b64decode(DIGIT))), label={label})
globals().update(given(reader) | given_photos(reader, Path(mkdtemp())))'''


def lesson_notebook(words: Words, reader: Reader) -> str:
    """The text of the file, in JSON."""
    cells = [
        Cell("markdown", f"# Loss Lens\n\n{words['lesson.notebook_intro']}"),
        Cell("code", _given(reader)),
    ]
    for number, page in enumerate(LESSON.values(), start=1):
        cells += _of(words, number, page, reader)
    return json.dumps(notebook(cells), ensure_ascii=False, indent=1)


def _given(reader: Reader) -> str:
    file = io.BytesIO()
    reader.picture.save(file, "PNG")
    packed = base64.encodebytes(file.getvalue()).decode()
    return _GIVEN.format(picture=packed, label=reader.label)


def _of(words: Words, number: int, page: LessonPage, reader: Reader) -> Iterator[Cell]:
    """A page: what it is about, its code, and after each piece what came of it."""
    texts = f"lesson.pages.{page.key}"
    yield Cell("markdown", f"## {number}. {words[f'{texts}.title']}\n\n{words[f'{texts}.text']}")
    for kind, code in page.snippets.items():
        # What is mended runs: to try it as well would train for a second.
        fails = bool(page.mended) and kind == "usual" and bool(run(page.key, kind, reader).error)
        yield Cell("code", _SEED + code, _MAY_FAIL if fails else ())
        if page.mended:
            yield Cell("markdown", words[f"{texts}.{'breaks' if kind == 'usual' else 'mends'}"])
