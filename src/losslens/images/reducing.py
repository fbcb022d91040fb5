"""Pictures of many megapixels as RGB, made smaller while they are decoded or right after.

Up to ``WHOLE_MEGAPIXELS`` a picture keeps every pixel. All conversions go by strips, so that beside
the picture as it is stored only the result is in memory. What a decoder itself takes bounds how
large a picture of its kind may be: about 300 MB in all.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, JpegImagePlugin

from losslens.images.structure import MOST_EXIF

WHOLE_MEGAPIXELS = 20  # up to here no pixel is lost
_REDUCED = 8_000_000  # pixels that a larger picture is reduced to, at most
_STRIP = 1_000_000  # pixels that are converted at a time
_DECODER = 240  # MB that a decoder may take
_MEGAPIXELS = {"WEBP": 18, "AVIF": 25}  # their decoders take 16 and 9 to 12 bytes a pixel
_STORED = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # bytes a pixel in memory; of all other modes 4
_ALL = 100

_MAX_16_BIT, _MAX_8_BIT = 65_535, 255  # white
_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def most_megapixels(picture: Image.Image) -> int:
    """How many megapixels an opened, not yet decoded picture may have to be read in bounds."""
    if isinstance(picture, JpegImagePlugin.JpegImageFile):
        return _ALL if _in_one_scan(picture) else min(_ALL, int(_DECODER / _coefficients(picture)))
    stored = _STORED.get(picture.mode, 4)
    return _MEGAPIXELS.get(picture.format or "", min(_ALL, _DECODER // stored))


def upright_rgb(picture: Image.Image) -> Image.Image:
    """The picture turned by its EXIF tag, on white where it is transparent, as 8-bit RGB.

    One of more than ``WHOLE_MEGAPIXELS`` is made smaller; a JPEG is decoded at that size. A picture
    that is all this already comes back itself.
    """
    factor = factor_for(picture.size)
    if factor > 1 and isinstance(picture, JpegImagePlugin.JpegImageFile):
        least = next(each for each in (2, 4, 8) if each >= factor)
        drafted = picture.draft(None, (picture.width // least, picture.height // least))
        factor = 1 if drafted else factor  # it may be decoded already
    picture.load()
    turn = _turn(picture)
    is_plain = picture.mode == "RGB" and not picture.has_transparency_data
    if is_plain and factor == 1 and turn is None and type(picture) is Image.Image:
        return picture
    rgb = _rgb(picture, factor)
    return rgb if turn is None else rgb.transpose(turn)


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """How the picture is turned by its EXIF tag; not at all where the tags are no tags."""
    exif = picture.info.get("exif", b"")
    if isinstance(exif, bytes) and len(exif) > MOST_EXIF:
        return None
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # Pillow raises many kinds over what only looks like tags
        return None
    return _TURNS.get(found) if isinstance(found, int) else None


def factor_for(size: tuple[int, int]) -> int:
    """By how much each side of a picture is divided."""
    pixels = size[0] * size[1]
    if pixels <= WHOLE_MEGAPIXELS * 1_000_000:
        return 1
    return next(factor for factor in range(2, 100) if pixels <= _REDUCED * factor**2)


def by_strips(
    size: tuple[int, int], factor: int, strip_of: Callable[[int, int], Image.Image]
) -> Image.Image:
    """An RGB picture of a ``size``, reduced, from RGB strips: ``strip_of(top, bottom)``."""
    width, height = size
    reduced = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, _STRIP // (width * factor))
    for top in range(0, height, rows):
        strip = strip_of(top, min(top + rows, height))
        reduced.paste(strip if factor == 1 else strip.reduce(factor), (0, top // factor))
    return reduced


def _rgb(picture: Image.Image, factor: int) -> Image.Image:
    """The pixels of a decoded picture, as they lie, in RGB on white; nothing else of it."""
    deep = picture.mode.startswith("I") or picture.mode == "F"
    white = _white(picture) if deep else _MAX_8_BIT

    def strip_of(top: int, bottom: int) -> Image.Image:
        strip = picture.crop((0, top, picture.width, bottom))
        return _eight_bit(strip, white).convert("RGB") if deep else on_white(strip)

    return by_strips(picture.size, factor, strip_of)


def on_white(picture: Image.Image) -> Image.Image:
    """A picture of 8 bits a channel as RGB, on white where it is transparent."""
    if picture.has_transparency_data:
        # A transparent pixel's colour is arbitrary, often black: convert("RGB") alone shows it.
        layer = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return picture.convert("RGB")


def _white(picture: Image.Image) -> int:
    """The value that is white in 16-bit, 32-bit and float grey: by the brightest pixel."""
    rows = max(1, _STRIP // picture.width)
    tops = range(0, picture.height, rows)
    crops = (picture.crop((0, top, picture.width, min(top + rows, picture.height))) for top in tops)
    most = max(np.asarray(crop).max(initial=1) for crop in crops)
    return _MAX_16_BIT if most > _MAX_8_BIT else _MAX_8_BIT


def _eight_bit(picture: Image.Image, white: int) -> Image.Image:
    """16-bit, 32-bit and float grey scaled to 8 bits.

    Pillow's own conversion clips everything above 255 to white.
    """
    scaled = np.asarray(picture, dtype=np.float64).clip(0) * (_MAX_8_BIT / white)
    return Image.fromarray(scaled.clip(0, _MAX_8_BIT).astype(np.uint8))


def _in_one_scan(photo: JpegImagePlugin.JpegImageFile) -> bool:
    """Whether a JPEG comes row by row; else its decoder holds all of it, at full size.

    Pillow has read its header up to the first scan, which must name every colour.
    """
    if photo.info.get("progressive") or photo.fp is None:
        return False
    here, length = photo.fp.tell(), 8 + 2 * photo.layers
    photo.fp.seek(max(0, here - length))
    scan = photo.fp.read(length)
    photo.fp.seek(here)
    return scan[:2] == b"\xff\xda" and scan[4:5] == bytes([photo.layers])


def _coefficients(photo: JpegImagePlugin.JpegImageFile) -> float:
    """Bytes a pixel that a JPEG's decoder holds: 2 for each value of each colour."""
    across = [(horizontal, vertical) for _, horizontal, vertical, _ in photo.layer]
    most = max(each for each, _ in across) * max(each for _, each in across)
    return 2 * sum(horizontal * vertical for horizontal, vertical in across) / most
