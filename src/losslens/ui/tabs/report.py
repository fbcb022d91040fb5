"""The tab with the report card: a task's figures as one page, built when it is first looked at."""

from functools import cache
from typing import Any

import gradio as gr
import torch
from torch import Tensor

from losslens.checkpoints.files import CheckpointError
from losslens.report import predictions
from losslens.report import schema as report
from losslens.tasks import TASKS
from losslens.ui.components.answers import message
from losslens.ui.i18n import WORDS, Words
from losslens.ui.report.page import report_page
from losslens.ui.tabs.predict import DigitsTab

_QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# The page's own buttons: print, and a disputed digit, which is marked so that the pad can find its
# picture.
_SCRIPT = """
element.addEventListener("click", (event) => {
  if (event.target.closest(".print")) window.print();
  const digit = event.target.closest(".disputed button");
  if (!digit) return;
  element.querySelectorAll(".disputed .chosen").forEach((each) => each.classList.remove("chosen"));
  digit.classList.add("chosen");
  trigger("click", { index: Number(digit.dataset.index) });
});
"""
_SHOW_ON_PAD = """() => {
  const picture = document.querySelector(".disputed .chosen img");
  document.querySelector(".pad canvas").dispatchEvent(new CustomEvent("picture", { detail: picture }));
}"""


def build_report_tab(
    words: Words, language: str, tab: gr.Tab, tabs: gr.Tabs, digits: DigitsTab
) -> None:
    """Lay out the tab. A disputed digit, clicked, opens on ``digits``, the first of ``tabs``, as it
    was tested."""
    names = [(words["report_" + task], task) for task in TASKS]
    with gr.Row(elem_classes="report-controls"):
        task = gr.Radio(names, value="digits", label=words["report.task"])
    page = gr.HTML("", js_on_load=_SCRIPT, elem_id="report")
    shown = gr.State("")  # the task whose page is there

    def show(wanted: str, there: str) -> tuple[Any, str]:
        return (gr.skip(), there) if wanted == there else (_page(wanted, language), wanted)

    for event in (tab.select, task.change):
        event(show, [task, shown], [page, shown], **_QUICK)
    opened = page.click(_disputed, None, [digits.drawing, digits.truth], **_QUICK)
    digits.answer_after(opened)
    opened.then(lambda: gr.Tabs(selected="digits"), None, tabs, **_QUICK).then(
        None, js=_SHOW_ON_PAD, **_QUICK
    )


def _page(task: str, language: str) -> str:
    try:
        return _built(task, language)
    except CheckpointError:
        return message(WORDS[language]["report.missing"].format(task=task))


@cache
def _built(task: str, language: str) -> str:
    return report_page(report.load(task), WORDS[language])


def _disputed(event: gr.EventData) -> tuple[Tensor, str]:
    """The digit that was clicked, as it was tested, and its true class."""
    stored, index = predictions.load("digits"), int(event.index)
    picture = stored.pictures[index]
    truth = TASKS["digits"].labels[int(stored.target[stored.disputed[index]])]
    return picture.to(torch.float32) / 255, truth
