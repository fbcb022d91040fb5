"""The handlers of the tab on which a visitor teaches classes of one's own."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
from PIL import Image, ImageOps
from torch import Tensor

from losslens.images.pen import Strokes
from losslens.images.reading import PictureError, read_picture
from losslens.inference.onnx_export import has_packages
from losslens.live.teach.examples import (
    MOST_CLASSES,
    Classes,
    Example,
    Kind,
    TeachError,
    given,
)
from losslens.live.teach.export import write_taught
from losslens.live.teach.features import COPIES, features, tensor_of
from losslens.live.teach.shapes import SHAPES, drawn
from losslens.live.teach.training import Taught, answers_to, teach
from losslens.ui.components.picture_upload import refusal
from losslens.ui.data_urls import decode_drawing, grey_url, jpeg_url
from losslens.ui.html import Markup
from losslens.ui.i18n import Words
from losslens.ui.teach.views import answers, note, problem, results, shelf

_THUMBNAIL = (64, 64)  # pixels
_EXAMPLES = 8  # of each made shape
_EVERY = 0.2  # seconds between two looks of a progress bar

Given = Image.Image | Strokes | PictureError | None  # a picture, or why there is none


@dataclass(frozen=True)
class Teacher:
    """The handlers in one language, for drawings or photos."""

    kind: Kind
    words: Words

    def adder(self, place: int) -> Callable[..., tuple[Any, ...]]:
        """The handler that adds what is handed over to the class at ``place``."""

        def add(value: Any, classes: Classes) -> tuple[Any, ...]:
            return self._added(classes, place, [value])

        return add

    def files_adder(self, place: int) -> Callable[..., tuple[Any, ...]]:
        """The handler that adds several files."""

        def add(paths: list[str] | None, classes: Classes) -> tuple[Any, ...]:
            return self._added(classes, place, [_file(path) for path in paths or []])

        return add

    def _added(self, classes: Classes, place: int, values: list[Any]) -> tuple[Any, ...]:
        said = Markup()
        try:
            for value in values:
                classes = classes.with_example(place, self._example(value))
        except (TeachError, PictureError) as error:
            said = self._refused(error)
        return classes, *self.shelves(classes), said

    def _example(self, value: Any) -> Example:
        return self._example_of(self._read(value))

    def _example_of(self, picture: Image.Image | Strokes | None) -> Example:
        seen = tensor_of(self.kind, picture)
        return Example(_thumbnail(picture, seen), features(self.kind, seen, COPIES[self.kind]))

    def _read(self, value: Any) -> Image.Image | Strokes | None:
        """What was handed over. Raises PictureError where it cannot be read."""
        if isinstance(value, PictureError):
            raise value
        if self.kind == "drawing":
            return decode_drawing(value)
        return value if isinstance(value, Image.Image) else None

    def _refused(self, error: TeachError | PictureError) -> Markup:
        if isinstance(error, PictureError):
            return note(refusal(error, self.words), bad=True)
        return problem(error, self.words)

    def shelves(self, classes: Classes) -> list[Markup]:
        """The examples of each class."""
        return [shelf(each, place, self.words) for place, each in enumerate(classes.examples)]

    def take_away(self, classes: Classes, event: gr.EventData) -> tuple[Any, ...]:
        """Without the example that was clicked."""
        place, index = (getattr(event, name, None) for name in ("place", "index"))
        if isinstance(index, int) and isinstance(place, int) and 0 <= place < MOST_CLASSES:
            classes = classes.without(place, index)
        return classes, *self.shelves(classes), Markup()

    def fill_in(self) -> tuple[Any, ...]:
        """Made shapes, under their names."""
        every = tuple(
            tuple(self._example_of(drawn(shape, seed)) for seed in range(_EXAMPLES))
            for shape in SHAPES
        )
        classes = Classes(self.kind, every)
        names = [self.words[f"teach.shape_{shape}"] for shape in SHAPES]
        said = note(self.words["teach.filled_in"])
        return classes, *self.shelves(classes), said, *names

    def start_over(self) -> tuple[Any, ...]:
        """No examples, no networks, and the first names again."""
        classes = Classes(self.kind)
        return classes, *self.shelves(classes), Markup(), *self.first_names()

    def first_names(self) -> list[str]:
        """What the classes are called at first."""
        places = range(1, MOST_CLASSES + 1)
        return [self.words["teach.class_name"].format(number=place) for place in places]

    def train(self, classes: Classes, losses: list[str], *names: str) -> Iterator[tuple[Any, ...]]:
        """Progress, and at last networks, status, results, and the row of what to take along."""
        began, shown = time.monotonic(), 0.0
        try:
            for news in teach(given(classes, list(names)), list(losses)):
                if isinstance(news, Taught):
                    seconds = f"{time.monotonic() - began:.1f}"
                    said = note(self.words["teach.done"].format(seconds=seconds))
                    yield news, said, results(news, self.words), gr.update(visible=True)
                elif time.monotonic() - shown > _EVERY:
                    shown = time.monotonic()
                    said = note(self.words["teach.training"], done=news)
                    yield gr.skip(), said, gr.skip(), gr.skip()
        except TeachError as error:
            yield gr.skip(), problem(error, self.words), gr.skip(), gr.skip()

    def answer(self, value: Any, taught: Taught | None) -> Markup:
        """Every network's answer to a drawing or photo; without one, what to do."""
        if taught is None:
            return note(self.words["teach.train_first"])
        try:
            seen = tensor_of(self.kind, self._read(value))
        except TeachError:
            return note(self.words[f"teach.try_{self.kind}"])
        except PictureError as error:
            return self._refused(error)
        return answers(taught, answers_to(taught, features(self.kind, seen)), self.words)

    def save(self, taught: Taught | None) -> Iterator[tuple[Any, Any]]:
        """The zip file to download, and what is in it."""
        if taught is None:
            yield gr.skip(), note(self.words["teach.train_first"], bad=True)
            return
        yield gr.skip(), note(self.words["teach.saving"])
        text = "teach.saved" if has_packages() else "teach.saved_without_onnx"
        with TemporaryDirectory() as folder:  # gradio takes a copy, which goes as uploads do
            path = write_taught(taught, Path(folder))
            yield gr.update(value=str(path), visible=True), note(self.words[text])


def _file(path: str) -> Given:
    try:
        return read_picture(path)
    except PictureError as error:
        return error


def _thumbnail(picture: Image.Image | Strokes | None, seen: Tensor) -> str:
    if isinstance(picture, Image.Image) and seen.shape[0] == 3:
        return jpeg_url(ImageOps.fit(picture, _THUMBNAIL))
    return grey_url(1 - seen)
