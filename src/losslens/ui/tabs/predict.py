"""The tab of a task: a visitor hands over a picture, and every loss's network answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image, ImageOps
from torch import Tensor

from losslens.images.pen import Strokes
from losslens.images.reading import PictureError
from losslens.inference import predictor
from losslens.inference.predictor import Prediction, Reading
from losslens.tasks import Task
from losslens.tasks.base import Sample
from losslens.ui.components.answers import Choices, View, answers_html, message, problem, seen
from losslens.ui.components.drawing_pad import drawing_pad
from losslens.ui.components.parts import parts_html
from losslens.ui.components.picture_upload import picture_upload, refusal
from losslens.ui.components.saliency import input_style, photo_style
from losslens.ui.data_urls import decode, decode_drawing, jpeg_url
from losslens.ui.html import Markup
from losslens.ui.i18n import Words
from losslens.ui.page import LATEST, AnswerTab, Page, Tab

_PREDICT: dict[str, Any] = {**LATEST, "concurrency_id": "predict", "concurrency_limit": 2}
# Saliency maps cost fifty times the compute of the answers, which must not queue behind them.
_EXPLAIN: dict[str, Any] = {**_PREDICT, "concurrency_id": "explain"}
Given = Image.Image | Strokes | PictureError | None  # what to read, why it cannot be, or nothing
_CHOOSE = (Path(__file__).parents[1] / "static" / "parts.js").read_text(encoding="utf-8")
_Handlers = Mapping[Any, Callable[..., tuple[Any, ...]]]  # by component: what its value shows
_THUMBNAIL = (200, 200)  # pixels of a sample button's picture, at most


def answer_tab(task: Task) -> Tab:
    """The tab on which pictures of ``task`` are answered; it leaves ``page.answers[task.key]``."""

    def build(page: Page, tab: gr.Tab) -> None:
        layout = _drawing_layout if task.input_kind == "drawing" else _photo_layout
        with gr.Row(elem_classes=["predict", task.key, task.input_kind]):
            page.answers[task.key] = layout(task, page.words)

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


@dataclass(frozen=True)
class _Answerer:
    """The handlers of a task's tab in one language."""

    task: Task
    words: Words

    def read(self, given: Image.Image | Strokes | None) -> Reading:
        """The answers to what is given, and to each of its parts where there are several."""
        return Reading(None) if given is None else predictor.read_parts(self.task.key, given)

    def answer(self, prediction: Prediction | None, truth: str, view: View) -> Markup:
        """The cards; without a prediction, what to do for one."""
        if prediction is None:
            return message(self.words.task(self.task.key, "blank"))
        if prediction.problem:
            return problem(self.words.task(self.task.key, prediction.problem))
        return answers_html(self.task, prediction, Choices(truth, view), self.words)

    def on_drawing(self, value: object, truth: str, view: View) -> tuple[Any, ...]:
        """What is shown of the pad's value; an erased pad is an empty one."""
        given: Given
        try:
            given = decode(value) if self.task.read is None else decode_drawing(value)
        except PictureError as error:
            given = error
        return self.on_picture(given, truth, view, hint=True)

    def on_picture(
        self, given: Given, truth: str, view: View, hint: bool = False
    ) -> tuple[Any, ...]:
        """Of a picture or strokes: reading, first part, strip, what the networks see, cards."""
        if isinstance(given, PictureError):
            refused = message(refusal(given, self.words))
            return Reading(None), None, Markup(), self.seen(None), refused
        reading = self.read(given)
        first = next(iter(reading.parts), None)
        looked, cards = self.shown(first, truth, view)
        if reading.blank and not (hint and reading.blank == "empty"):
            cards = message(self.words.task(self.task.key, f"blank_{reading.blank}"))
        return reading, first, parts_html(self.task, reading, self.words), looked, cards

    def shown(self, prediction: Prediction | None, truth: str, view: View) -> tuple[Markup, Markup]:
        """What the networks see, and the cards."""
        return self.seen(prediction), self.answer(prediction, truth, view)

    def choose(
        self, reading: Reading, truth: str, view: View, event: gr.EventData
    ) -> tuple[Any, ...]:
        """A part that was clicked, and what is shown of it."""
        part = reading.parts[int(event.index)]
        return part, *self.shown(part, truth, view)

    def seen(self, prediction: Prediction | None) -> Markup:
        """The picture that the networks see."""
        return seen(self._picture(prediction), self.task, self.words)

    def input_maps(self, prediction: Prediction | None) -> Markup:
        """The style sheet of the saliency maps on what the networks see."""
        if prediction is None or prediction.problem:
            return Markup()
        maps = predictor.saliency_maps(self.task.key, prediction.features)
        return input_style(self.task, maps, self._picture(prediction))

    def photo_maps(self, prediction: Prediction | None, seen: Tensor) -> Markup:
        """The style sheet of the saliency maps on what is seen of a photo."""
        if prediction is None:
            return Markup()
        maps = predictor.saliency_maps(self.task.key, prediction.features)
        return photo_style(self.task, maps, seen)

    @property
    def shows_input(self) -> bool:
        """Whether what the networks are given is a picture, and no backbone's features."""
        return self.task.backbone is None

    def _picture(self, prediction: Prediction | None) -> Tensor | None:
        return prediction.features if prediction is not None and self.shows_input else None


def _drawing_layout(task: Task, words: Words) -> AnswerTab:
    """A pad, what the networks see and an upload on the left; the answers on the right."""
    answerer = _Answerer(task, words)
    with gr.Column(scale=1, min_width=300, elem_classes="hand"):
        pad = drawing_pad(task, words)
        looked_at = gr.HTML(answerer.seen(None))
        upload = picture_upload(words.task(task.key, "upload"))
        gr.Markdown(words.task(task.key, "privacy"), elem_classes="small")
    handlers: _Handlers = {pad: answerer.on_drawing, upload: answerer.on_picture}
    return _answers_on_input(answerer, looked_at, handlers)


def _photo_layout(task: Task, words: Words) -> AnswerTab:
    """An upload with a camera and samples on the left; the answers on the right."""
    answerer = _Answerer(task, words)
    with gr.Column(scale=1, min_width=300, elem_classes="hand"):
        label = words.task(task.key, "upload")
        upload = picture_upload(label, webcam=True, height=300)
        _sample_buttons(task, words, upload)
        looked_at = gr.HTML(answerer.seen(None), visible=answerer.shows_input)
        notes = [words.task(task.key, part) for part in ("samples_hint", "shared", "privacy")]
        gr.Markdown("  \n".join(filter(None, notes)), elem_classes="small")
    if answerer.shows_input:
        return _answers_on_input(answerer, looked_at, {upload: answerer.on_picture})
    return _answers_on_photo(answerer, upload)


def _answers_on_input(answerer: _Answerer, looked_at: gr.HTML, given: _Handlers) -> AnswerTab:
    """The answers, what the networks see and, as soon as they are there, the maps on that.

    ``given`` are the components that a picture comes from, and what is shown of each one's value.
    """
    panel = _panel(answerer)
    read = gr.State(Reading(None))
    shown = [looked_at, panel.answer]
    outputs = [read, panel.answered, panel.parts, *shown]
    events = [
        component.change(handler, [component, *panel.choices], outputs, **_PREDICT)
        for component, handler in given.items()
    ]
    events.append(
        panel.parts.click(
            answerer.choose, [read, *panel.choices], [panel.answered, *shown], **_PREDICT
        )
    )

    def map_after(event: Any) -> None:
        event.success(answerer.input_maps, panel.answered, panel.maps, **_EXPLAIN)

    def show_after(event: Any) -> None:
        inputs = [panel.answered, *panel.choices]
        event = event.then(Markup, None, panel.parts, **_PREDICT)
        map_after(event.then(answerer.shown, inputs, shown, **_PREDICT))

    for event in events:
        map_after(event)
    return AnswerTab(panel.answered, panel.truth, show_after)


def _answers_on_photo(answerer: _Answerer, upload: gr.Image) -> AnswerTab:
    """The answers, with their maps on the photo itself."""
    panel = _panel(answerer)

    def on_photo(photo: Given, truth: str, view: View) -> tuple[Any, Markup, Markup]:
        if isinstance(photo, PictureError):
            return None, message(refusal(photo, answerer.words)), Markup()
        if photo is None:
            return None, answerer.answer(None, truth, view), Markup()
        found = predictor.find(answerer.task.key, photo)
        prediction = predictor.read_found(answerer.task.key, found).whole
        # In one event: a map that came later would lie on the photo before.
        maps = answerer.photo_maps(prediction, found.whole)
        return prediction, answerer.answer(prediction, truth, view), maps

    outputs = [panel.answered, panel.answer, panel.maps]
    upload.change(on_photo, [upload, *panel.choices], outputs, **_PREDICT)

    def show_after(event: Any) -> None:
        inputs = [panel.answered, *panel.choices]
        event.then(answerer.answer, inputs, panel.answer, **_PREDICT)

    return AnswerTab(panel.answered, panel.truth, show_after)


def _sample_buttons(task: Task, words: Words, upload: gr.Image) -> None:
    """Photos to click. (Those of ``gr.Examples`` have no name for who cannot see them.)"""
    samples = task.samples()
    if not samples:
        return
    with gr.Row(elem_classes="samples"):
        for sample in samples:
            # As a data URL: a file's copy in gradio's folder would be deleted with the visitors'
            # photos.
            small = {"path": "", "url": jpeg_url(ImageOps.contain(sample.picture, _THUMBNAIL))}
            name = words.get(f"tasks.{task.key}.samples.{sample.key}", sample.key)
            button = gr.Button(name, icon=small, size="sm", min_width=80)  # type: ignore[arg-type]  # a FileData will do
            button.click(_giver(sample), None, upload, **_PREDICT)


def _giver(sample: Sample) -> Callable[[], Image.Image]:
    return lambda: sample.picture


def _panel(answerer: _Answerer) -> _Panel:
    """The right side: the true class, which probabilities, the cards, and their saliency maps."""
    task, words = answerer.task, answerer.words
    answered = gr.State(None)
    with gr.Column(scale=3, min_width=320):
        with gr.Row(elem_classes="choices"):
            truth, view = _truth_choice(task, words), _view_choice(words)
        parts = gr.HTML(js_on_load=_CHOOSE, elem_classes="parts")
        cards = gr.HTML(answerer.answer(None, "", "softmax"))
        panel = _Panel(answered, truth, view, parts, cards, gr.HTML())
    inputs = [panel.answered, *panel.choices]
    gr.on([truth.change, view.change], answerer.answer, inputs, panel.answer, **_PREDICT)
    return panel


def _truth_choice(task: Task, words: Words) -> gr.Radio:
    names = [(words.label(task.key, label), label) for label in task.labels]
    choices = [(words["predict.truth_unknown"], ""), *names]
    return gr.Radio(choices, value="", label=words["predict.truth"], scale=3)


def _view_choice(words: Words) -> gr.Radio:
    views = [(words[f"predict.view_{view}"], view) for view in ("softmax", "calibrated", "own")]
    info = words["predict.view_info"]
    return gr.Radio(views, value="softmax", label=words["predict.view"], info=info, scale=2)
