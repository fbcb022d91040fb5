"""HEIC, the photos of iPhones: read where the optional package pillow-heif is installed.

It is no requirement: its wheels carry the encoder x265, whose licence (GPL 2) is not this
project's.
"""

import importlib
from importlib.util import find_spec
from typing import Any, BinaryIO

from PIL import Image

from losslens.images.reducing import by_strips, factor_for, on_white

MAX_MEGAPIXELS = 50  # its decoder takes 5 bytes a pixel; the largest of iPhones have 48

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF = {b"avif", b"avis"}


def can_be_read() -> bool:
    """Whether HEIC can be read here."""
    return find_spec("pillow_heif") is not None


def kind_of(head: bytes) -> str | None:
    """ "HEIC" or "AVIF", as the first bytes of a file say; None for all other kinds."""
    if head[4:8] != b"ftyp":
        return None
    length = int.from_bytes(head[:4], "big")
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(length, len(head)), 4))}
    if brands & _AVIF:
        return "AVIF"
    return "HEIC" if brands & _HEIC or b"mif1" in brands else None


def opened(stream: BinaryIO) -> Any:
    """The photo of a HEIC file, with its size; not decoded yet."""
    return importlib.import_module("pillow_heif").open_heif(stream)


def reduced_rgb(photo: Any) -> Image.Image:
    """An opened photo as RGB on white; the library itself has turned it upright."""
    data, stride, mode = photo.data, photo.stride, photo.mode

    def strip_of(top: int, bottom: int) -> Image.Image:
        rows, size = data[top * stride : bottom * stride], (photo.size[0], bottom - top)
        return on_white(Image.frombytes(mode, size, bytes(rows), "raw", mode, stride))

    return by_strips(photo.size, factor_for(photo.size), strip_of)
