"""Photos to click, and the one that a tab opens with; the visitor's own goes before them."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from PIL import Image, ImageOps

from losslens.inference.predictor import Prediction
from losslens.tasks import Task
from losslens.tasks.base import Sample
from losslens.ui.components.answer_link import says_sample
from losslens.ui.data_urls import jpeg_url
from losslens.ui.i18n import Words
from losslens.ui.page import QUICK

# A sample, and the photo that is there when it comes; see own_picture.js.
_IF_WANTED = """
(sample, photo) => sample && !document.querySelector(".predict.TASK[data-own]") ? sample : photo
"""
_THUMBNAIL = (200, 200)  # pixels of a sample button's picture, at most


class Bringer:
    """The way of a sample into the place of the visitor's photo, where it stays out if the visitor
    has handed over another meanwhile: only the browser knows that."""

    def __init__(self, task: Task, upload: gr.Image) -> None:
        self.upload = upload
        self._held = gr.Image(visible="hidden", format="png")
        self._if_wanted = _IF_WANTED.replace("TASK", task.key)

    def on(
        self, listener: Any, sample_for: Callable[..., Any], inputs: list[Any], *more: Any
    ) -> None:
        """Bring what ``sample_for`` gives, None or a picture; ``more`` is set besides."""
        event = listener(sample_for, inputs, [self._held, *more], **QUICK)
        event.then(None, [self._held, self.upload], self.upload, js=self._if_wanted, **QUICK)


def opens_with_sample(task: Task, tab: gr.Tab, bring: Bringer, answered: gr.State) -> None:
    """Where nothing is shown yet as the tab is looked at first, a sample is."""
    sample = task.opening()
    if sample is None:
        return
    opened = gr.State(False)

    def open_with(before: bool, shown: Prediction | None, photo: object) -> tuple[Any, bool]:
        untouched = not before and shown is None and photo is None
        return (sample.picture if untouched else None), True

    bring.on(tab.select, open_with, [opened, answered, bring.upload], opened)


def sample_buttons(task: Task, words: Words, bring: Bringer) -> None:
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
            bring.on(button.click, _giver(sample), [])
            button.click(None, None, None, js=says_sample(task, sample.key), **QUICK)


def _giver(sample: Sample) -> Callable[[], Image.Image]:
    return lambda: sample.picture
