"""The tab with the report cards: a task's figures as one page, built when it is first looked at."""

from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from losslens.checkpoints.files import CheckpointError
from losslens.inference import predictor
from losslens.inference.predictor import Prediction
from losslens.report import predictions, schema
from losslens.study import runs as study
from losslens.tasks import TASKS, Task
from losslens.ui.html import Markup, render
from losslens.ui.i18n import WORDS, Words
from losslens.ui.page import QUICK, Page
from losslens.ui.report.page import report_page

_SCRIPT = (Path(__file__).parents[1] / "static" / "report.js").read_text()
# The picture that was clicked, on the pad of its task where there is one, and its answer in view.
_SHOW_ON_PAD = "() => window.showDisputedPicture?.()"


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab. A disputed picture, clicked, opens on the tab of its task, as it was
    tested."""
    words = page.words
    first = next(iter(TASKS))
    names = [(words.task(task, "report"), task) for task in TASKS]
    with gr.Row(elem_classes="report-controls"):
        chosen = gr.Radio(names, value=first, label=words["report.task"])
    # One place a task, of which one is shown: a click then belongs to one task.
    places = {task: gr.HTML(js_on_load=_SCRIPT, visible=task == first) for task in TASKS}
    built = gr.State([])  # the tasks whose pages are in their places

    def show(wanted: str, there: list[str]) -> tuple[Any, ...]:
        pages = {task: gr.HTML(visible=task == wanted) for task in places}
        if wanted not in there:
            pages[wanted] = gr.HTML(_page(wanted, words), visible=True)
        return *pages.values(), [*there, wanted]

    page.links.add("report", {"task": chosen})
    for event in (tab.select, chosen.change):
        event(show, [chosen, built], [*places.values(), built], **QUICK)
    for key, place in places.items():
        if TASKS[key].shareable and key in page.answers:
            _open_on_click(page, TASKS[key], place)


def _open_on_click(page: Page, task: Task, place: gr.HTML) -> None:
    answers = page.answers[task.key]

    def answer(event: gr.EventData) -> tuple[Prediction, str]:
        return _answer_disputed(task, int(event.index))

    opened = place.click(answer, None, [answers.answered, answers.truth], **QUICK)
    answers.show_after(opened)
    turned = opened.then(page.select(task.key), None, page.tabs, **QUICK)
    turned.then(None, js=_SHOW_ON_PAD, **QUICK)


def _page(task: str, words: Words) -> Markup:
    try:
        return _built(task, words.language)
    except CheckpointError:
        return render("report/missing.html", text=words["report.missing"].format(task=task))


@cache
def _built(task: str, language: str) -> Markup:
    return report_page(schema.load(task), study.load(), WORDS[language])


def _answer_disputed(task: Task, index: int) -> tuple[Prediction, str]:
    """The answers to a disputed picture, as it was tested, and its true class."""
    stored = predictions.load(task.key)
    picture = stored.pictures[index].to(torch.float32) / 255
    truth = task.labels[int(stored.target[stored.disputed[index]])]
    return predictor.predict(task.key, picture), truth
