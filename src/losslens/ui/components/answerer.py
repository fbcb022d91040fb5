"""The handlers of a task's tab: from what a visitor hands over to what is shown of it."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from PIL import Image
from torch import Tensor

from losslens.images.pen import Strokes
from losslens.images.reading import PictureError
from losslens.inference import predictor
from losslens.inference.predictor import Prediction, Reading
from losslens.tasks import Task
from losslens.ui.components.answers import Choices, answers_html, message, problem, seen
from losslens.ui.components.parts import parts_html
from losslens.ui.components.picture_upload import refusal
from losslens.ui.components.saliency import input_style, photo_style
from losslens.ui.components.samples import class_of, sample_of
from losslens.ui.components.shares import View
from losslens.ui.data_urls import decode, decode_drawing
from losslens.ui.html import Markup
from losslens.ui.i18n import Words

Given = Image.Image | Strokes | PictureError | None  # what to read, why it cannot be, or nothing


@dataclass(frozen=True)
class Answerer:
    """The handlers of a task's tab in one language.

    ``truth`` is the class that the visitor named, or a sample that was clicked; what is drawn or
    uploaded next is another picture, of which nothing is said.
    """

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

    def on_drawing(self, value: object, truth: str, view: View, of_sample: bool) -> tuple[Any, ...]:
        """What is shown of the pad's value, the truth, and whether a sample said it.

        An erased pad is an empty one.
        """
        sample = sample_of(value, self.task)
        if sample is not None:
            truth = sample.label
            return *self._shown_of(sample.picture, truth, view, hint=True), truth, True
        given: Given
        try:
            given = decode(value) if self.task.read is None else decode_drawing(value)
        except PictureError as error:
            given = error
        # Strokes over a sample come as a picture, and it is still that sample.
        if given is None or (of_sample and isinstance(given, Strokes)):
            truth, of_sample = "", False
        return *self._shown_of(given, truth, view, hint=True), truth, of_sample

    def on_picture(self, given: Given, view: View) -> tuple[Any, ...]:
        """What is shown of a picture, and the truth: that of a sample."""
        truth = class_of(given, self.task)
        return *self._shown_of(given, truth, view), truth

    def _shown_of(
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

    def on_photo(self, photo: Given, view: View) -> tuple[Any, ...]:
        """Of a photo: the answers, the cards, their maps on the photo, and the truth."""
        if isinstance(photo, PictureError):
            return None, message(refusal(photo, self.words)), Markup(), ""
        if photo is None:
            return None, self.answer(None, "", view), Markup(), ""
        found = predictor.find(self.task.key, photo)
        prediction = predictor.read_found(self.task.key, found).whole
        # In one event: a map that came later would lie on the photo before.
        maps = self.photo_maps(prediction, found.whole)
        truth = class_of(photo, self.task)
        return prediction, self.answer(prediction, truth, view), maps, truth

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
