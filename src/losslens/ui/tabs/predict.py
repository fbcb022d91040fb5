"""The tab of a task: a visitor hands over a picture, and every loss's network answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from PIL import Image, ImageOps
from torch import Tensor

from losslens.images.pen import Strokes
from losslens.images.reading import PictureError
from losslens.inference import predictor
from losslens.inference.predictor import Prediction
from losslens.tasks import Task
from losslens.tasks.base import Sample
from losslens.ui.components.answers import Choices, View, answers_html, message, problem, seen
from losslens.ui.components.drawing_pad import drawing_pad
from losslens.ui.components.picture_upload import picture_upload, refusal
from losslens.ui.components.saliency import drawing_style, photo_style
from losslens.ui.data_urls import decode, decode_drawing, jpeg_url
from losslens.ui.html import Markup
from losslens.ui.i18n import Words
from losslens.ui.page import LATEST, AnswerTab, Page, Tab

_PREDICT: dict[str, Any] = {**LATEST, "concurrency_id": "predict", "concurrency_limit": 2}
# Saliency maps cost fifty times the compute of the answers, which must not queue behind them.
_EXPLAIN: dict[str, Any] = {**_PREDICT, "concurrency_id": "explain"}
Given = Image.Image | Strokes | PictureError | None  # what to read, why it cannot be, or nothing
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

    def predict(self, given: Image.Image | Strokes | None) -> Prediction | None:
        """The answers to what is given; None where there is nothing to answer."""
        if given is None:
            return None
        found = self.task.found(given)
        blank = self.task.is_blank(found.whole)
        return None if blank else predictor.predict_found(self.task.key, found)

    def answer(self, prediction: Prediction | None, truth: str, view: View) -> Markup:
        """The cards; without a prediction, what to do for one."""
        if prediction is None:
            return message(self.words.task(self.task.key, "blank"))
        if prediction.problem:
            return problem(self.words.task(self.task.key, prediction.problem))
        return answers_html(self.task, prediction, Choices(truth, view), self.words)

    def seen(self, prediction: Prediction | None) -> Markup:
        """The picture that the networks see."""
        return seen(self._picture(prediction), self.task, self.words)

    def drawing_maps(self, prediction: Prediction | None) -> Markup:
        """The style sheet of the saliency maps on a drawing."""
        if prediction is None or prediction.problem:
            return Markup()
        maps = predictor.saliency_maps(self.task.key, prediction.features)
        return drawing_style(self.task, maps, self._picture(prediction))

    def photo_maps(self, prediction: Prediction, photo: Image.Image) -> Markup:
        """The style sheet of the saliency maps on a photo."""
        maps = predictor.saliency_maps(self.task.key, prediction.features)
        return photo_style(self.task, maps, photo)

    def _picture(self, prediction: Prediction | None) -> Tensor | None:
        # Without a backbone, what the networks are given is the picture itself.
        shown = prediction is not None and self.task.backbone is None
        return prediction.features if prediction and shown else None


def _drawing_layout(task: Task, words: Words) -> AnswerTab:
    """A pad, what the networks see and an upload on the left; the answers on the right."""
    answerer = _Answerer(task, words)
    with gr.Column(scale=1, min_width=300, elem_classes="hand"):
        pad = drawing_pad(task, words)
        looked_at = gr.HTML(answerer.seen(None))
        upload = picture_upload(words.task(task.key, "upload"))
        gr.Markdown(words.task(task.key, "privacy"), elem_classes="small")
    panel = _panel(answerer)

    def on_drawing(value: object, truth: str, view: View) -> tuple[Any, Markup, Markup]:
        try:
            picture: Given = decode(value) if task.read is None else decode_drawing(value)
        except PictureError as error:
            picture = error
        return on_picture(picture, truth, view)

    def on_picture(picture: Given, truth: str, view: View) -> tuple[Any, Markup, Markup]:
        if isinstance(picture, PictureError):
            return None, answerer.seen(None), message(refusal(picture, words))
        prediction = answerer.predict(picture)
        return prediction, *shown(prediction, truth, view)

    def shown(prediction: Prediction | None, truth: str, view: View) -> tuple[Markup, Markup]:
        return answerer.seen(prediction), answerer.answer(prediction, truth, view)

    outputs = [panel.answered, looked_at, panel.answer]
    drawn = pad.change(on_drawing, [pad, *panel.choices], outputs, **_PREDICT)
    uploaded = upload.change(on_picture, [upload, *panel.choices], outputs, **_PREDICT)
    for event in (drawn, uploaded):
        event.success(answerer.drawing_maps, panel.answered, panel.maps, **_EXPLAIN)

    def show_after(event: Any) -> None:
        inputs = [panel.answered, *panel.choices]
        event = event.then(shown, inputs, [looked_at, panel.answer], **_PREDICT)
        event.success(answerer.drawing_maps, panel.answered, panel.maps, **_EXPLAIN)

    return AnswerTab(panel.answered, panel.truth, show_after)


def _photo_layout(task: Task, words: Words) -> AnswerTab:
    """An upload with a camera and samples on the left; the answers on the right."""
    answerer = _Answerer(task, words)
    with gr.Column(scale=1, min_width=300, elem_classes="hand"):
        label = words.task(task.key, "upload")
        upload = picture_upload(label, webcam=True, height=300)
        _sample_buttons(task, words, upload)
        notes = [words.task(task.key, part) for part in ("samples_hint", "privacy")]
        gr.Markdown("  \n".join(filter(None, notes)), elem_classes="small")
    panel = _panel(answerer)

    def on_photo(photo: Given, truth: str, view: View) -> tuple[Any, Markup, Markup]:
        if isinstance(photo, PictureError):
            return None, message(refusal(photo, words)), Markup()
        prediction = answerer.predict(photo)
        shown = answerer.answer(prediction, truth, view)
        # In one event: a map that came later would lie on the photo before.
        maps = Markup()
        if prediction is not None and isinstance(photo, Image.Image):
            maps = answerer.photo_maps(prediction, photo)
        return prediction, shown, maps

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
        panel = _Panel(
            answered, truth, view, gr.HTML(answerer.answer(None, "", "softmax")), gr.HTML()
        )
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
