"""Pictures as data URLs, the form in which they go to and from the browser, or as bare base64."""

import base64
import binascii
import io
import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from losslens.images.pen import Strokes, StrokesError, read_strokes
from losslens.images.reading import PictureError, read_picture

MOST_MEGABYTES = 20  # of an uploaded file
MOST_CHARACTERS = -(-MOST_MEGABYTES * 1_000_000 // 3) * 4  # of its base64
WHAT_TO_SEND = "send the picture itself, as a data URL (data:image/png;base64,...) or bare base64"
_PREFIX = re.compile(r"data:[^,]*;base64,", re.I)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_PLAIN = str.maketrans("-_", "+/")
_PATH_CHARACTERS = 4096  # a longer text is no path


def decode(value: object) -> Image.Image | None:
    """The picture that a data URL or bare base64 holds, with or without line breaks.

    None for nothing. What kind of file it is, its bytes say alone. Raises PictureError for all
    else.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _no_picture()
    text = "".join(value.split())
    prefix = _PREFIX.match(text)
    packed = text[prefix.end() :] if prefix else text
    if len(packed) > MOST_CHARACTERS:
        message = f"The picture is larger than {MOST_MEGABYTES} MB; make it smaller."
        raise PictureError("long", message)
    if not prefix:
        return _read_bare(packed)
    if not _BASE64.fullmatch(packed):
        raise PictureError("damaged", "The picture is damaged: its data URL is not base64.")
    return read_picture(_unpacked(packed))


def decode_drawing(value: object) -> Image.Image | Strokes | None:
    """A picture as ``decode`` reads it, or strokes: a list ``[[[x, y], ...], ...]`` or its JSON.

    None for nothing, which no strokes are, too. Raises PictureError for all else.
    """
    text = value.strip() if isinstance(value, str) else value
    if text == [] or text == "[]":
        return None
    if not isinstance(text, list) and not (isinstance(text, str) and text.startswith("[")):
        return decode(value)
    try:
        return read_strokes(text)
    except StrokesError as error:
        raise PictureError("strokes", str(error)) from None


def _read_bare(packed: str) -> Image.Image:
    """The picture of base64 that may be a path or an address instead."""
    # "/etc/passwd" is base64, too; and all but one text in four could be.
    may_be_path = len(packed) < _PATH_CHARACTERS
    if not packed or not _BASE64.fullmatch(packed) or (may_be_path and len(packed) % 4 == 1):
        raise _no_picture()
    try:
        return read_picture(_unpacked(packed))
    except PictureError as error:
        if error.reason == "kind" and may_be_path:
            raise _no_picture() from None
        raise


def _unpacked(packed: str) -> bytes:
    """The bytes of base64 in either of its alphabets, whether or not its end is filled up."""
    filled = packed.rstrip("=").translate(_PLAIN)
    try:
        return base64.b64decode(filled + "=" * (-len(filled) % 4))
    except binascii.Error:
        raise PictureError("damaged", "The picture is damaged: its base64 is cut.") from None


def _no_picture() -> PictureError:
    return PictureError("form", f"A path or an address is not read: {WHAT_TO_SEND}.")


def png_url(pixels: NDArray[np.uint8]) -> str:
    """A data URL of pixels (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA."""
    return _url(Image.fromarray(pixels), "PNG")


def grey_url(picture: Tensor) -> str:
    """A data URL of a picture (C, H, W) in 0..1, in grey."""
    return png_url((picture.mean(dim=0).numpy() * 255).round().astype(np.uint8))


def jpeg_url(photo: Image.Image) -> str:
    """A data URL of a photo, a little less exact."""
    return _url(photo, "JPEG")


def _url(picture: Image.Image, kind: str) -> str:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(stream.getvalue()).decode()
