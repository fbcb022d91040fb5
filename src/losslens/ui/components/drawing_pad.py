"""The drawing pad: a canvas for mouse, pen and finger. ``gr.Sketchpad`` loses first strokes."""

from pathlib import Path

import gradio as gr
import numpy as np

from losslens.tasks import Task
from losslens.ui.components.samples import PREFIX
from losslens.ui.data_urls import png_url
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words

_STATIC = Path(__file__).parents[1] / "static"
_SCRIPT = "".join(
    (_STATIC / name).read_text(encoding="utf-8") for name in ("pad_link.js", "pad.js")
)


def drawing_pad(task: Task, words: Words) -> gr.HTML:
    """The pad, with the task's samples under it.

    Its value is the JSON of the strokes; ``samples.PREFIX`` and a key while a sample alone is on
    it; or a PNG data URL where neither says all: strokes on a sample, or for a task that reads
    none. Its ``change`` comes while a stroke goes on, and at its end.
    """
    return gr.HTML(
        value="",
        html_template=pad_html(task, words),
        js_on_load=_SCRIPT,
        elem_classes="pad",
        show_label=False,
    )


def pad_html(task: Task, words: Words) -> Markup:
    """The pad's canvas, buttons and samples."""
    samples = [(sample, png_url(np.asarray(sample.picture))) for sample in task.samples()]
    opening = task.opening()
    return render(
        "pad/pad.html",
        task=task,
        words=words,
        samples=samples,
        opening=opening.key if opening else "",
        prefix=PREFIX,
    )
