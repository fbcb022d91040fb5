"""Picture files and cameras' pictures: read safely, or refused with a sentence that says why."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError, features

from losslens.images import heic, structure
from losslens.images.reducing import most_megapixels, upright_rgb

_KINDS = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WebP", "GIF": "GIF", "BMP": "BMP", "AVIF": "AVIF"}
_ABLE = {"WEBP": "webp", "AVIF": "avif"}  # Pillow may be built without these, or be older
MAX_MEGAPIXELS = 100
MAX_SIDE = 30_000  # pixels; phones' panoramas have 16,384
MIN_SIDE = 8  # pixels

_FAR_TOO_MANY = 2 * (Image.MAX_IMAGE_PIXELS or 0)  # pixels; beyond, Pillow opens no file
_HEAD = 64  # bytes in which HEIC and AVIF say which they are

# The limits here are our own. Once for all: to silence it around each call is not safe in threads.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", module="PIL", category=UserWarning)  # tags that are none


def _is_able(kind: str) -> bool:
    feature = _ABLE.get(kind)
    return feature is None or (feature in features.modules and features.check_module(feature))


FORMATS = tuple(kind for kind in _KINDS if _is_able(kind))
ACCEPTED_KINDS = [_KINDS[kind] for kind in FORMATS] + (["HEIC"] if heic.can_be_read() else [])
ACCEPTED = (
    f"{', '.join(ACCEPTED_KINDS[:-1])} or {ACCEPTED_KINDS[-1]}, up to {MAX_MEGAPIXELS} megapixels"
)


class PictureError(ValueError):
    """A picture that cannot be used; the message is a sentence in English.

    ``reason`` is the key of the sentence in other languages: "kind", "unreadable", "damaged",
    "large", "heavy", "costly", "small" or, of a text in the place of a picture, "form" or "long".
    ``detail`` is the value found, such as the size in pixels; empty where there is none.
    ``megapixels`` is the limit for pictures of its kind.
    """

    def __init__(
        self, reason: str, message: str, detail: str = "", megapixels: int = MAX_MEGAPIXELS
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.detail = detail
        self.megapixels = megapixels


def read_picture(source: str | Path | bytes | BinaryIO) -> Image.Image:
    """The picture of a file, upright (by its EXIF tag), as 8-bit RGB.

    Its size is checked before a pixel is decoded, and one of more than 20 megapixels is made
    smaller as it is decoded. Of an animation the first frame is taken, transparency is laid on
    white, and 16 bits a channel are scaled to 8. Raises ``PictureError`` for what cannot be read,
    and FileNotFoundError for a path with no file.
    """
    try:
        with _opened(source) as stream:
            kind = heic.kind_of(stream.read(_HEAD))
            stream.seek(0)
            if kind is not None and kind not in ACCEPTED_KINDS:
                raise _unreadable(kind)
            structure.check(stream)
            return _read_heic(stream) if kind == "HEIC" else _read(stream)
    except (PictureError, FileNotFoundError):
        raise
    except structure.Costly as error:
        message = f"The picture would take too long to read: {error}. Save it as a plain JPEG."
        raise PictureError("costly", message) from None
    except Image.DecompressionBombError:
        raise _too_large(f"> {_FAR_TOO_MANY}") from None
    except UnidentifiedImageError:
        message = f"This is no picture that can be read. Accepted: {ACCEPTED}."
        raise PictureError("kind", message) from None
    # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and more.
    except Exception as error:
        message = f"The picture is damaged or cut short ({type(error).__name__})."
        raise PictureError("damaged", message) from None


@contextmanager
def _opened(source: str | Path | bytes | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, (str, Path)):
        with open(source, "rb") as file:
            yield file
    else:
        yield io.BytesIO(source) if isinstance(source, bytes) else source


def _read(stream: BinaryIO) -> Image.Image:
    with Image.open(stream, formats=FORMATS) as picture:
        check_size(*picture.size)
        _check_weight(picture.size, most_megapixels(picture))
        picture.seek(0)
        return upright_rgb(picture)


def _read_heic(stream: BinaryIO) -> Image.Image:
    photo = heic.opened(stream)
    check_size(*photo.size)
    _check_weight(photo.size, heic.MAX_MEGAPIXELS)
    return heic.reduced_rgb(photo)


def _unreadable(kind: str) -> PictureError:
    message = f"{kind} files cannot be read here; save it as JPEG or PNG. Accepted: {ACCEPTED}."
    return PictureError("unreadable", message, kind)


def check_size(width: int, height: int) -> None:
    """Raise ``PictureError`` if a picture of this many pixels is too large or too small to use."""
    size = f"{width} x {height}"
    if width * height > MAX_MEGAPIXELS * 1_000_000 or max(width, height) > MAX_SIDE:
        raise _too_large(size)
    if min(width, height) < MIN_SIDE:
        message = f"The picture is {size} pixels; each side must have at least {MIN_SIDE}."
        raise PictureError("small", message, size)


def _check_weight(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width * height > most * 1_000_000:
        found = f"{width} x {height}"
        message = (
            f"The picture has {found} pixels; a file of this kind may have {most} megapixels, "
            "since it cannot be made smaller while it is read. "
            f"A plain JPEG may have {MAX_MEGAPIXELS}."
        )
        raise PictureError("heavy", message, found, most)


def _too_large(size: str) -> PictureError:
    limit = f"at most {MAX_MEGAPIXELS} megapixels and {MAX_SIDE} pixels a side"
    message = f"The picture has {size} pixels; allowed are {limit}. Make it smaller."
    return PictureError("large", message, size)
