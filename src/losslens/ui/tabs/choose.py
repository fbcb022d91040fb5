"""The tab that answers which loss to take: questions, one recommendation, and the matrix that it
comes from."""

from pathlib import Path
from typing import Any

import gradio as gr

from losslens.study import runs as study
from losslens.study.advice import QUESTIONS, Situation
from losslens.ui.choose.advice import advice_html
from losslens.ui.choose.matrix import cell_runs, matrix
from losslens.ui.html import Markup
from losslens.ui.i18n import Words
from losslens.ui.page import EACH, LATEST, QUICK, Page

_STATIC = Path(__file__).parents[1] / "static"
_SCRIPT = (_STATIC / "choose.js").read_text(encoding="utf-8")
_SAID = (_STATIC / "said.js").read_text(encoding="utf-8")


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab; what it shows is computed when it is first looked at."""
    words = page.words
    page.markdown(words["choose.intro"], elem_classes="intro")
    with gr.Row(elem_classes="predict choose"):
        with gr.Column(scale=1, min_width=280):
            asked = [_question(name, words) for name in QUESTIONS]
        with gr.Column(scale=2, min_width=320):
            advice = gr.HTML(js_on_load=_SAID, elem_id="choose-advice")
    tasks = [(words.task(task, "report"), task) for task in study.load().cells]
    page.markdown(words["choose.matrix_intro"])
    chosen = gr.Radio(
        tasks,
        value=tasks[0][1] if tasks else None,
        label=words["choose.data"],
        elem_id="choose-task",
    )
    table = gr.HTML(js_on_load=_SCRIPT, elem_id="choose-matrix")
    behind = gr.HTML(js_on_load=_SAID, elem_id="choose-runs")

    def answer(*given: str) -> Markup:
        return advice_html(_situation(given), study.load(), words)

    def show(task: str) -> tuple[Markup, str]:
        return matrix(study.load(), task, words), ""

    def runs(task: str, event: gr.EventData) -> Markup:
        return cell_runs(study.load(), task, str(event.index), words)

    gr.on([tab.select, *(each.change for each in asked)], answer, asked, advice, **LATEST)
    gr.on([tab.select, chosen.change], show, chosen, [table, behind], **EACH)
    table.click(runs, chosen, behind, **QUICK)
    page.links.add("choose", {**dict(zip(QUESTIONS, asked, strict=True)), "data": chosen})


def _question(name: str, words: Words) -> gr.Radio:
    answers = [(words[f"choose.{name}.{key}"], key) for key in QUESTIONS[name]]
    label = words[f"choose.{name}.question"]
    return gr.Radio(answers, value=QUESTIONS[name][0], label=label, elem_id=f"choose-{name}")


def _situation(given: tuple[Any, ...]) -> Situation:
    """The answers as a situation; one that is none of those asked for is the usual one."""
    values = {
        name: value
        for (name, choices), value in zip(QUESTIONS.items(), given, strict=True)
        if value in choices
    }
    return Situation(**values)
