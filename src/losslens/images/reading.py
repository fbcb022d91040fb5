"""Picture files and cameras' pictures: read safely, or refused with a sentence that says why."""

import io
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_MEGAPIXELS = 20
MAX_SIDE = 16_000  # pixels
MIN_SIDE = 8  # pixels
ACCEPTED = f"PNG, JPEG, WebP, GIF or BMP, up to {MAX_MEGAPIXELS} megapixels"

_MAX_16_BIT, _MAX_8_BIT = 65_535, 255  # white


class PictureError(ValueError):
    """A picture that cannot be used; the message is a sentence in English.

    ``reason`` is the key of the sentence in other languages: "kind", "damaged", "large" or "small".
    ``detail`` is the value found, such as the size; empty where there is none.
    """

    def __init__(self, reason: str, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.detail = detail


def read_picture(source: str | Path | bytes | BinaryIO) -> Image.Image:
    """The picture of a file, upright (by its EXIF tag), as 8-bit RGB.

    Its size is checked before a pixel is decoded. Of an animation the first frame is taken,
    transparency is laid on white, and 16 bits a channel are scaled to 8. Raises ``PictureError``
    for what cannot be read, and FileNotFoundError for a path with no file.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with Image.open(stream, formats=FORMATS) as picture:
            check_size(*picture.size)
            picture.seek(0)
            picture.load()
            return upright_rgb(picture)
    except (PictureError, FileNotFoundError):
        raise
    except Image.DecompressionBombError:
        raise _too_large("far too many pixels") from None
    except UnidentifiedImageError:
        message = f"This is no picture that can be read. Accepted: {ACCEPTED}."
        raise PictureError("kind", message) from None
    # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and more.
    except Exception as error:
        message = f"The picture is damaged or cut short ({type(error).__name__})."
        raise PictureError("damaged", message) from None


def check_size(width: int, height: int) -> None:
    """Raise ``PictureError`` if a picture of this many pixels is too large or too small to use."""
    size = f"{width} x {height} pixels"
    if width * height > MAX_MEGAPIXELS * 1_000_000 or max(width, height) > MAX_SIDE:
        raise _too_large(size)
    if min(width, height) < MIN_SIDE:
        message = f"The picture is {size}; each side must have at least {MIN_SIDE}."
        raise PictureError("small", message, size)


def upright_rgb(picture: Image.Image) -> Image.Image:
    """The picture turned by its EXIF tag, on white where it is transparent, as 8-bit RGB."""
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        return _eight_bit(picture).convert("RGB")
    if picture.has_transparency_data:
        # A transparent pixel's colour is arbitrary, often black: convert("RGB") alone shows it.
        layer = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return picture.convert("RGB")


def _too_large(size: str) -> PictureError:
    limit = f"at most {MAX_MEGAPIXELS} megapixels and {MAX_SIDE} pixels a side"
    message = f"The picture has {size}; allowed are {limit}. Make it smaller."
    return PictureError("large", message, size)


def _eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float grey scaled to 8 bits.

    Pillow's own conversion clips everything above 255 to white.
    """
    values = np.asarray(picture, dtype=np.float64)
    white = _MAX_16_BIT if values.max(initial=1.0) > _MAX_8_BIT else _MAX_8_BIT
    scaled = values.clip(0) * (_MAX_8_BIT / white)
    return Image.fromarray(scaled.clip(0, _MAX_8_BIT).astype(np.uint8))
