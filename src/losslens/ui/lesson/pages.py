"""The lesson: ten pages, each with a piece of code to run on one's own drawing."""

from difflib import SequenceMatcher
from pathlib import Path

import gradio as gr

from losslens.checkpoints.files import CheckpointError
from losslens.inference.predictor import Prediction
from losslens.tasks import TASKS
from losslens.training.lesson import Output, run
from losslens.training.lesson_catalogue import LESSON, LessonPage
from losslens.ui.data_urls import grey_url
from losslens.ui.html import Markup, anew, render
from losslens.ui.i18n import Words
from losslens.ui.lesson.notebook import lesson_notebook
from losslens.ui.lesson.reader import DIGITS, PHOTOS, Brought
from losslens.ui.page import QUICK, Page
from losslens.ui.security.refusals import refused

ALL = "all"  # what is asked for before the handout is printed
NOTEBOOK = "notebook"
_STATIC = Path(__file__).parents[1] / "static"
# One scope: the second turns its pages with the first.
_SCRIPT = "\n".join((_STATIC / f"{name}.js").read_text("utf-8") for name in ("pager", "lesson"))

Line = tuple[str, str, bool]  # code, comment, and whether the other piece of code lacks it


def build_lesson(page: Page) -> None:
    """Lay out the pages; a piece of code runs when its button is pressed, one at a time."""
    words = page.words
    digits, photos = page.answers[DIGITS], page.answers[PHOTOS]
    shown = gr.HTML(
        "", html_template=lesson_html(words), js_on_load=_SCRIPT, elem_id="lesson-pages"
    )

    def on_run(
        drawing: Prediction | None, truth: str, photo: Prediction | None, event: gr.EventData
    ) -> Markup:
        return anew(outputs_html(words, event.index, Brought(drawing, truth, photo)))

    shown.click(
        on_run,
        [digits.answered, digits.truth, photos.answered],
        shown,
        concurrency_id="pitfalls",  # like these it listens to the whole process's warnings
        concurrency_limit=1,
        **QUICK,
    )


def lesson_html(words: Words) -> Markup:
    """All pages with their code; outputs come when it is run."""
    pages = [(page, _codes(page), page.tab and words.tab(page.tab)) for page in LESSON.values()]
    return render("lesson/lesson.html", words=words, pages=pages)


def outputs_html(words: Words, asked: object, brought: Brought) -> Markup:
    """What came of the snippet "page:kind" that is asked for, or of ALL; or the NOTEBOOK.

    Raises ``gr.Error`` for anything else.
    """
    every = {f"{key}:{kind}": (key, kind) for key, page in LESSON.items() for kind in page.snippets}
    if not isinstance(asked, str) or asked not in (ALL, NOTEBOOK, *every):
        raise refused(f"What is run is one of {ALL}, {NOTEBOOK}, {', '.join(every)}.")
    try:
        reader = brought.reader()
    except CheckpointError as error:
        return render("answers/message.html", text=str(error))
    if asked == NOTEBOOK:
        return render("lesson/notebook.html", text=lesson_notebook(words, reader))
    outputs = [
        (of, output, _bars(output), _whose(words, page, brought))
        for of, (page, kind) in every.items()
        if asked in (ALL, of)
        for output in [run(page, kind, reader)]
    ]
    return render(
        "lesson/outputs.html",
        words=words,
        outputs=outputs,
        picture=grey_url(reader.drawing),
        label=reader.label,
    )


def _whose(words: Words, page: str, brought: Brought) -> str:
    if page == "image_folder":
        whose, task = ("own" if brought.photo else "sample"), PHOTOS
    else:
        whose, task = ("own" if brought.own_drawing else "sample"), DIGITS
    return words[f"lesson.{whose}"].format(tab=words.task(task, "tab"))


def _bars(output: Output) -> list[tuple[str, str, str]]:
    """Of each digit: its name, its number, and its part of the greatest."""
    greatest = max((abs(value) for value in output.drawn), default=0.0) or 1.0
    return [
        (name, _two_digits(value), f"{max(value, 0) / greatest:.3f}")
        for name, value in zip(TASKS[DIGITS].labels, output.drawn, strict=False)
    ]


def _two_digits(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _codes(page: LessonPage) -> list[tuple[str, list[Line]]]:
    """Each piece of code by its kind, line by line."""
    texts = {kind: code.split("\n") for kind, code in page.snippets.items()}
    return [
        (kind, _lines(lines, next((texts[each] for each in texts if each != kind), lines)))
        for kind, lines in texts.items()
    ]


def _lines(lines: list[str], others: list[str]) -> list[Line]:
    blocks = SequenceMatcher(None, lines, others, autojunk=False).get_matching_blocks()
    alike = {index for block in blocks for index in range(block.a, block.a + block.size)}
    shown = []
    for index, line in enumerate(lines):
        code, mark, comment = line.partition("#")  # no text in these snippets has one
        shown.append((code, mark + comment, index not in alike))
    return shown
