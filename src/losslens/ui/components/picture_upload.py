"""Pictures from and to the browser: read by ``pictures.read_picture``, whose refusals become a sentence on the page."""

import base64
import binascii
import io
import re
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from losslens.images.reading import PictureError, read_picture
from losslens.ui.i18n import Words

MOST_MEGABYTES = 20  # of an uploaded file
PAD_CHARACTERS = (
    400_000  # a 280x280 PNG has a few thousand; whatever is longer did not come from the pad
)
_CAMERA = {
    "video": {"facingMode": "environment"}
}  # a phone's camera that looks away from the visitor
PHOTO_CHARACTERS = MOST_MEGABYTES * 1_000_000 * 4 // 3
_PREFIX = re.compile(r"data:image/[a-z]+;base64,")


def decode(value: object, most: int = PAD_CHARACTERS) -> Image.Image | None:
    """A data URL of at most ``most`` characters as a picture; None for an empty one. Raises
    PictureError for all else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > most or not (prefix := _PREFIX.match(value)):
        wanted = f"A picture must be a data URL (data:image/png;base64,...) of at most {most} characters."
        raise PictureError("kind", wanted)
    try:
        data = base64.b64decode(value[prefix.end() :], validate=True)
    except binascii.Error:
        raise PictureError(
            "damaged", "The picture is damaged: its data URL is not base64."
        ) from None
    return read_picture(data)


def png_url(pixels: NDArray[np.uint8]) -> str:
    """A data URL of pixels (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA."""
    return _url(Image.fromarray(pixels), "PNG")


def jpeg_url(photo: Image.Image) -> str:
    """A data URL of a photo, a little less exact."""
    return _url(photo, "JPEG")


def _url(picture: Image.Image, kind: str) -> str:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(stream.getvalue()).decode()


def refusal(error: PictureError, words: Words) -> str:
    """What to say of a picture that cannot be used."""
    return words["error_" + error.reason].format(detail=error.detail)


class SafeImage(gr.Image):
    """``gr.Image`` whose file is opened by our own border: size before pixels, known kinds alone,
    upright RGB on white.

    The check stands in ``preprocess`` since gradio reads the file there, before any handler could
    catch its error.
    """

    is_template = True  # keeps the frontend of gr.Image

    words: Words | None = (
        None  # of the page it stands on; set after construction, since gradio reads the signature
    )

    def preprocess(self, payload: Any) -> Image.Image | None:
        """The picture, or ``gr.Error`` with a sentence in the page's language."""
        if payload is None or payload.path is None:
            return None
        try:
            return read_picture(payload.path)
        except PictureError as error:
            sentence = refusal(error, self.words) if self.words else str(error)
            raise gr.Error(sentence, print_exception=False) from None


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
