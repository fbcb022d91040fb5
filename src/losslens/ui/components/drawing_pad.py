"""The drawing pad: a canvas for mouse, pen and finger, with sample digits. ``gr.Sketchpad`` loses first strokes."""

import html
from pathlib import Path

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from losslens.data.bundled import mini_mnist
from losslens.ui.components.picture_upload import png_url
from losslens.ui.i18n import Words

_SCRIPT = (Path(__file__).parents[1] / "static" / "pad.js").read_text()


def drawing_pad(words: Words) -> gr.HTML:
    """The pad; its value is a PNG data URL and its ``change`` comes while a stroke goes on, and at
    its end."""
    samples = "".join(
        f'<button type="button" class="pad-sample" aria-label="{html.escape(words["predict.sample"])} {digit}">'
        f'<img src="{png_url(255 - pixels)}" alt="{digit}"></button>'
        for digit, pixels in _samples()
    )
    template = f"""
      <div class="pad-frame">
        <canvas width="280" height="280" role="img" aria-label="{html.escape(words["predict.pad_label"])}"></canvas>
        <div class="pad-hint">{html.escape(words["predict.pad_hint"])}</div>
      </div>
      <div class="pad-buttons">
        <button type="button" class="pad-undo">{html.escape(words["predict.undo"])}</button>
        <button type="button" class="pad-clear">{html.escape(words["predict.clear"])}</button>
      </div>
      <div class="pad-samples" role="group" aria-label="{html.escape(words["predict.samples"])}">{samples}</div>
    """
    return gr.HTML(
        value="", html_template=template, js_on_load=_SCRIPT, elem_classes="pad", show_label=False
    )


def _samples() -> list[tuple[int, NDArray[np.uint8]]]:
    mini = mini_mnist()
    # The 7th of each class: neither the neatest nor the oddest of them.
    return [(digit, mini.images[mini.target == digit][6, 0].numpy()) for digit in range(10)]
