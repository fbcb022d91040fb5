"""A place to upload a picture, whose file is read by ``images.reading`` alone."""

from typing import Any

import gradio as gr
from PIL import Image

from losslens.images.reading import MAX_MEGAPIXELS, MIN_SIDE, PictureError, read_picture
from losslens.ui.i18n import Words
from losslens.ui.request_guard import refused

_CAMERA = {"video": {"facingMode": "environment"}}  # a phone's that looks away from the visitor


def refusal(error: PictureError, words: Words) -> str:
    """What to say of a picture that cannot be used."""
    sentence = words[f"errors.{error.reason}"]
    return sentence.format(detail=error.detail, megapixels=MAX_MEGAPIXELS, side=MIN_SIDE)


class SafeImage(gr.Image):
    """``gr.Image`` that checks a file's size before its pixels, and takes known kinds alone.

    Its value is upright RGB, on white. The check stands in ``preprocess`` since gradio reads the
    file there, before any handler could catch its error.
    """

    is_template = True  # keeps the frontend of gr.Image

    # Of the page it stands on; set after construction, since gradio reads the signature.
    words: Words | None = None

    def preprocess(self, payload: Any) -> Image.Image | None:
        """The picture, or ``gr.Error`` with a sentence in the page's language."""
        if payload is None or payload.path is None:
            return None
        try:
            return read_picture(payload.path)
        except PictureError as error:
            raise refused(refusal(error, self.words) if self.words else str(error)) from None


def picture_upload(
    words: Words, label: str, *, webcam: bool = False, height: int = 190
) -> SafeImage:
    """A place to upload or paste a picture, or to take one."""
    upload = SafeImage(
        label=label,
        sources=["upload", "webcam", "clipboard"] if webcam else ["upload", "clipboard"],
        type="pil",
        format="png",
        height=height,
        webcam_options=gr.WebcamOptions(mirror=False, constraints=_CAMERA),
        buttons=[],
        elem_classes="upload",
    )
    upload.words = words
    return upload
