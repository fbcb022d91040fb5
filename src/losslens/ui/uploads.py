"""Uploaded pictures: read by ``pictures.read_picture``, whose refusals become a sentence on the page."""

from typing import Any

import gradio as gr
from PIL import Image

from losslens.pictures import PictureError, read_picture
from losslens.ui.words import Words


def refusal(error: PictureError, words: Words) -> str:
    """What to say of a picture that cannot be used."""
    return words["error_" + error.reason].format(detail=error.detail)


class SafeImage(gr.Image):
    """``gr.Image`` whose file is opened by our own border: size before pixels, known kinds alone, upright RGB on white.

    The check stands in ``preprocess`` since gradio reads the file there, before any handler could catch its error.
    """

    is_template = True  # keeps the frontend of gr.Image

    words: Words | None = None  # of the page it stands on; set after construction, since gradio reads the signature

    def preprocess(self, payload: Any) -> Image.Image | None:
        """The picture, or ``gr.Error`` with a sentence in the page's language."""
        if payload is None or payload.path is None:
            return None
        try:
            return read_picture(payload.path)
        except PictureError as error:
            sentence = refusal(error, self.words) if self.words else str(error)
            raise gr.Error(sentence, print_exception=False) from None


def picture_upload(words: dict[str, str]) -> SafeImage:
    """A place to upload or paste a picture."""
    upload = SafeImage(
        label=words["upload"],
        sources=["upload", "clipboard"],
        type="pil",
        height=170,
        buttons=[],
        elem_classes="upload",
    )
    upload.words = words
    return upload
