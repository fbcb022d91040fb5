"""The tab of a task: a visitor hands over a picture, and every loss's network answers."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from losslens.inference.predictor import Reading
from losslens.tasks import Task
from losslens.ui.components.answer_link import link_answer
from losslens.ui.components.answerer import Answerer
from losslens.ui.components.drawing_pad import drawing_pad
from losslens.ui.components.picture_upload import picture_upload
from losslens.ui.components.sample_photos import Bringer, opens_with_sample, sample_buttons
from losslens.ui.components.shares import VIEWS
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.page import LATEST, AnswerTab, Page, Tab

_PREDICT: dict[str, Any] = {**LATEST, "concurrency_id": "predict", "concurrency_limit": 2}
# Saliency maps cost fifty times the compute of the answers, which must not queue behind them.
_EXPLAIN: dict[str, Any] = {**_PREDICT, "concurrency_id": "explain"}
# By the browser's clock, so that what is on its way for longer does not count as later.
_WITH_TIME = (
    "(turns, _, ...values) => [turns, performance.timeOrigin + performance.now(), ...values]"
)
_STATIC = Path(__file__).parents[1] / "static"
_CHOOSE = (_STATIC / "parts.js").read_text(encoding="utf-8")
_CARDS = (_STATIC / "answers.js").read_text(encoding="utf-8")


def answer_tab(task: Task) -> Tab:
    """The tab on which pictures of ``task`` are answered; it leaves ``page.answers[task.key]``."""

    def build(page: Page, tab: gr.Tab) -> None:
        layout = _drawing_layout if task.input_kind == "drawing" else _photo_layout
        with gr.Row(elem_classes=["predict", task.key, task.input_kind]):
            page.answers[task.key] = layout(Answerer(task, page.words), page, tab)

    return Tab(task.key, build)


@dataclass(frozen=True)
class _Panel:
    """The right side of the tab."""

    answered: gr.State  # the Prediction that is shown now, or None; the picture itself is not kept
    truth: gr.Radio
    view: gr.Radio
    parts: gr.HTML  # to choose from, where there are several
    answer: gr.HTML
    maps: gr.HTML  # the style sheet of the saliency maps

    @property
    def choices(self) -> list[gr.Radio]:
        return [self.truth, self.view]

    @property
    def named(self) -> dict[str, Any]:
        """The choices by their names in links."""
        return {"truth": self.truth, "probabilities": self.view}


def _drawing_layout(answerer: Answerer, page: Page, tab: gr.Tab) -> AnswerTab:
    """A pad, what the networks see and an upload on the left; the answers on the right.

    The pad itself opens with a sample.
    """
    task, words = answerer.task, answerer.words
    with gr.Column(scale=1, min_width=300, elem_classes="hand"):
        pad = drawing_pad(task, words)
        looked_at = gr.HTML(answerer.seen(None))
        upload = picture_upload(words.task(task.key, "upload"))
        page.markdown(words.task(task.key, "privacy"), elem_classes="small")
    panel = _panel(answerer, page)
    link_answer(page.links, task, panel.named, upload)
    of_sample = gr.State(False)
    reads = _Reads(answerer, panel, looked_at)
    drawn = [pad, *panel.choices, of_sample]
    reads.answer(pad.change, answerer.on_drawing, drawn, [panel.truth, of_sample])
    reads.answer(upload.change, answerer.on_picture, [upload, panel.view], [panel.truth])
    return reads.tab()


def _photo_layout(answerer: Answerer, page: Page, tab: gr.Tab) -> AnswerTab:
    """An upload with a camera and samples on the left; the answers on the right."""
    task, words = answerer.task, answerer.words
    with gr.Column(scale=1, min_width=300, elem_classes="hand"):
        label = words.task(task.key, "upload")
        upload = picture_upload(label, webcam=True, height=300)
        bring = Bringer(task, upload)
        sample_buttons(task, words, bring)
        looked_at = gr.HTML(answerer.seen(None), visible=answerer.shows_input)
        notes = [words.task(task.key, part) for part in ("samples_hint", "shared", "privacy")]
        page.markdown("  \n".join(filter(None, notes)), elem_classes="small")
    panel = _panel(answerer, page)
    link_answer(page.links, task, panel.named, upload)
    opens_with_sample(task, tab, bring, panel.answered)
    if answerer.shows_input:
        reads = _Reads(answerer, panel, looked_at)
        reads.answer(upload.change, answerer.on_picture, [upload, panel.view], [panel.truth])
        return reads.tab()
    outputs = [panel.answered, panel.answer, panel.maps, panel.truth]
    upload.change(answerer.on_photo, [upload, panel.view], outputs, **_PREDICT)

    def show_after(event: Any) -> None:
        inputs = [panel.answered, *panel.choices]
        event.then(answerer.answer, inputs, panel.answer, **_PREDICT)

    return AnswerTab(panel.answered, panel.truth, show_after, panel.answer)


@dataclass
class _Turns:
    """When a visitor last handed over a picture. The pad and the upload have an event each, and the
    answer to an earlier one may be done later."""

    last: float = 0.0  # in milliseconds of the browser's clock

    def is_last(self, turn: float) -> bool:
        self.last = max(self.last, turn)
        return turn == self.last


class _Reads:
    """The events of a tab that shows what the networks see: the answers to what is handed over and,
    as soon as they are there, the maps on it."""

    def __init__(self, answerer: Answerer, panel: _Panel, looked_at: gr.HTML) -> None:
        self.answerer = answerer
        self.panel = panel
        self.read = gr.State(Reading(None))
        self.turns, self.turn = gr.State(_Turns()), gr.Number(visible=False)
        self.shown = [looked_at, panel.answer]
        inputs = [self.read, *panel.choices]
        outputs = [panel.answered, *self.shown]
        self._map_after(panel.parts.click(answerer.choose, inputs, outputs, **_PREDICT))

    def answer(
        self, listener: Any, handler: Callable[..., Any], inputs: list[Any], more: list[Any]
    ) -> None:
        """Answer what a component hands over, unless another comes meanwhile; ``more`` is what
        ``handler`` gives besides."""
        panel = self.panel
        outputs = [self.read, panel.answered, panel.parts, *self.shown, *more]

        def in_turn(turns: _Turns, turn: float | None, *values: Any) -> Sequence[Any]:
            now = turn or 0.0
            shown: Sequence[Any] = handler(*values) if turns.is_last(now) else ()
            return shown if turns.is_last(now) else [gr.skip()] * len(outputs)

        inputs = [self.turns, self.turn, *inputs]
        self._map_after(listener(in_turn, inputs, outputs, js=_WITH_TIME, **_PREDICT))

    def tab(self) -> AnswerTab:
        """What other tabs need of this one."""
        panel = self.panel
        return AnswerTab(panel.answered, panel.truth, self._show_after, panel.answer)

    def _map_after(self, event: Any) -> None:
        event.success(self.answerer.input_maps, self.panel.answered, self.panel.maps, **_EXPLAIN)

    def _show_after(self, event: Any) -> None:
        inputs = [self.panel.answered, *self.panel.choices]
        event = event.then(Markup, None, self.panel.parts, **_PREDICT)
        self._map_after(event.then(self.answerer.shown, inputs, self.shown, **_PREDICT))


def _panel(answerer: Answerer, page: Page) -> _Panel:
    """The right side: the cards, their saliency maps, which probabilities, and the true class."""
    task, words = answerer.task, answerer.words
    answered = gr.State(None)
    with gr.Column(scale=3, min_width=320):
        gr.HTML(render("answers/said.html"), elem_classes="unseen")
        parts = gr.HTML(js_on_load=_CHOOSE, elem_classes="parts")
        script = f"const task = {json.dumps(task.key)};\n{_CARDS}"
        cards = gr.HTML(answerer.answer(None, "", "softmax"), js_on_load=script)
        with gr.Row(elem_classes="choices"):
            with gr.Column(elem_classes="views"):
                view = _view_choice(words)
                notes = {view: page.explain(words[f"predict.view_{view}_note"]) for view in VIEWS}
                gr.HTML(render("answers/views.html", notes=notes))
            truth = _truth_choice(task, words)
        panel = _Panel(answered, truth, view, parts, cards, gr.HTML(elem_classes="unseen"))
    # Of the visitor alone: what a handler says comes with the cards that go with it.
    inputs = [panel.answered, *panel.choices]
    gr.on([truth.input, view.input], answerer.answer, inputs, panel.answer, **_PREDICT)
    return panel


def _truth_choice(task: Task, words: Words) -> gr.Radio:
    names = [(words.label(task.key, label), label) for label in task.labels]
    choices = [(words["predict.truth_unknown"], ""), *names]
    return gr.Radio(choices, value="", label=words["predict.truth"], elem_classes="truths")


def _view_choice(words: Words) -> gr.Radio:
    views = [(words[f"predict.view_{view}"], view) for view in VIEWS]
    return gr.Radio(views, value="softmax", label=words["predict.view"])
