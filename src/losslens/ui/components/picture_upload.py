"""A place to upload a picture, whose file is read by ``images.reading`` alone."""

from typing import Any

import gradio as gr
from PIL import Image

from losslens.images.reading import (
    ACCEPTED_KINDS,
    MAX_MEGAPIXELS,
    MAX_SIDE,
    MIN_SIDE,
    PictureError,
    read_picture,
)
from losslens.ui.data_urls import MOST_MEGABYTES
from losslens.ui.i18n import Words

_CAMERA = {"video": {"facingMode": "environment"}}  # a phone's that looks away from the visitor


def refusal(error: PictureError, words: Words) -> str:
    """What to say of a picture that cannot be used."""
    return words[f"errors.{error.reason}"].format(
        detail=error.detail,
        kinds=words["common.list_comma"].join(ACCEPTED_KINDS),
        limit=error.megapixels,
        megapixels=MAX_MEGAPIXELS,
        megabytes=MOST_MEGABYTES,
        least=MIN_SIDE,
        most=MAX_SIDE,
    )


class SafeImage(gr.Image):
    """``gr.Image`` that checks a file's size before its pixels, and takes known kinds alone.

    Its value is upright RGB, on white; of a file that cannot be used it is the PictureError, so
    that the handler clears the former answer and says why. (An error here would leave that answer
    beside a picture that it does not belong to.)
    """

    is_template = True  # keeps the frontend of gr.Image

    def preprocess(self, payload: Any) -> Image.Image | PictureError | None:  # type: ignore[override]  # handlers take it
        """The picture of a file, or why it cannot be used."""
        if payload is None or payload.path is None:
            return None
        try:
            return read_picture(payload.path)
        except PictureError as error:
            return error


def picture_upload(label: str, *, webcam: bool = False, height: int = 190) -> SafeImage:
    """A place to upload or paste a picture, or to take one."""
    return SafeImage(
        label=label,
        sources=["upload", "webcam", "clipboard"] if webcam else ["upload", "clipboard"],
        type="pil",
        format="png",
        height=height,
        webcam_options=gr.WebcamOptions(mirror=False, constraints=_CAMERA),
        buttons=[],
        elem_classes="upload",
    )
