"""Uploaded pictures: read by ``pictures.read_picture``, whose refusals become a sentence on the page."""

from typing import Any

import gradio as gr
from PIL import Image

from losslens.pictures import PictureError, read_picture

from gradio.events import Dependency

class SafeImage(gr.Image):
    """``gr.Image`` whose file is opened by our own border: size before pixels, known kinds alone, upright RGB on white.

    The check stands in ``preprocess`` since gradio reads the file there, before any handler could catch its error.
    """

    is_template = True  # keeps the frontend of gr.Image

    def __init__(self, *arguments: Any, words: dict[str, str] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._words = words or {}

    def preprocess(self, payload: Any) -> Image.Image | None:
        """The picture, or ``gr.Error`` with a sentence in the page's language."""
        if payload is None or payload.path is None:
            return None
        try:
            return read_picture(payload.path)
        except PictureError as error:
            sentence = self._words.get("error_" + error.reason, str(error)).format(detail=error.detail)
            raise gr.Error(sentence, print_exception=False) from None
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component


def picture_upload(words: dict[str, str]) -> SafeImage:
    """A place to upload or paste a picture."""
    return SafeImage(
        words=words,
        label=words["upload"],
        sources=["upload", "clipboard"],
        type="pil",
        height=170,
        buttons=[],
        elem_classes="upload",
    )