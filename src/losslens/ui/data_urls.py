"""Pictures as data URLs, the form in which they go to and from the browser."""

import base64
import binascii
import io
import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from losslens.images.reading import PictureError, read_picture

MOST_MEGABYTES = 20  # of an uploaded file
PHOTO_CHARACTERS = MOST_MEGABYTES * 1_000_000 * 4 // 3
PAD_CHARACTERS = 400_000  # the pad's own PNG has a few thousand
_PREFIX = re.compile(r"data:image/[a-z]+;base64,")


def decode(value: object, most: int = PAD_CHARACTERS) -> Image.Image | None:
    """A data URL of at most ``most`` characters as a picture; None for an empty one.

    Raises PictureError for all else.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > most or not (prefix := _PREFIX.match(value)):
        form = "a data URL (data:image/png;base64,...)"
        raise PictureError("kind", f"A picture must be {form} of at most {most} characters.")
    try:
        data = base64.b64decode(value[prefix.end() :], validate=True)
    except binascii.Error:
        message = "The picture is damaged: its data URL is not base64."
        raise PictureError("damaged", message) from None
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
