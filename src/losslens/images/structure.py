"""How a picture's file is put together, counted before a decoder reads it.

A small file can be made so that reading it takes minutes or gigabytes: a JPEG of thousands of
scans, each over all pixels; a GIF of millions of comments; tags that each claim the whole file.
Nothing that a camera or a program for pictures writes comes near these limits.
"""

import re
from typing import BinaryIO

_SCANS = 64  # of a JPEG
_USUAL = 12  # scans; a progressive one has ten
_SCANNED = 200  # megapixels of all scans together, where there are more: a second or two
_SEGMENTS = 1_000  # of a JPEG's head
_CHUNKS = 20_000  # of a PNG; one of 20 MB has 2,500 of the usual size
_BLOCKS = 2_000  # of text or settings before a GIF's first picture
_RUN_LENGTHS = 2_000_000  # bytes of a BMP whose runs Pillow takes apart in Python
MOST_EXIF = 100_000  # bytes of tags; Pillow copies out what each one claims
_CLAIMED = 4_000_000  # bytes that the tags of a file may claim together

_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_TIFF = re.compile(rb"II\*\x00\x08\x00\x00\x00|MM\x00\*\x00\x00\x00\x08")
_TYPE_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8)  # of TIFF, by the type's number
_START_OF_SCAN, _END, _APP1 = 0xDA, 0xD9, 0xE1


class Costly(ValueError):
    """A file that would take too long, or too much memory, to read; the message says what is
    wrong with it."""


def check(stream: BinaryIO) -> None:
    """Raise Costly for a file whose structure is beyond measure; the stream is rewound.

    Whatever is wrong with a file otherwise, its decoder finds out.
    """
    stream.seek(0)
    data = stream.read()
    stream.seek(0)
    if data.startswith(b"\xff\xd8"):
        _check_jpeg(data)
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_png(data)
    elif data.startswith((b"GIF87a", b"GIF89a")):
        _check_gif(data)
    elif data.startswith(b"BM"):
        _check_bmp(data)
    elif data[4:8] == b"ftyp":
        _check_tags(data)


def _check_jpeg(data: bytes) -> None:
    at, segments, exif, pixels, scans = 2, 0, 0, 0, 0
    while (marker := _MARKER.search(data, at)) is not None:
        kind, at = marker[1][0], marker.end()
        if kind == _END:
            return
        length = int.from_bytes(data[at : at + 2], "big")
        if kind == _START_OF_SCAN:
            scans += 1
        elif kind == _APP1 and data[at + 2 : at + 6] == b"Exif":
            exif += length
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):  # a frame, with its size
            height = int.from_bytes(data[at + 3 : at + 5], "big")
            pixels = max(pixels, height * int.from_bytes(data[at + 5 : at + 7], "big"))
        segments += 1
        _refuse(segments > _SEGMENTS, f"it has more than {_SEGMENTS} segments")
        _refuse(exif > MOST_EXIF, "its EXIF tags are too many")
        _refuse(scans > _SCANS, f"it has more than {_SCANS} scans")
        _refuse(scans > _USUAL and scans * pixels > _SCANNED * 1e6, f"it has {scans} scans")
        at += length


def _check_png(data: bytes) -> None:
    at, chunks = 8, 0
    while at + 8 <= len(data):
        at += 12 + int.from_bytes(data[at : at + 4], "big")
        chunks += 1
        _refuse(chunks > _CHUNKS, f"it has more than {_CHUNKS} chunks")


def _check_gif(data: bytes) -> None:
    at, blocks = 13 + _colours(data[10:11]), 0
    while data[at : at + 1] == b"!":  # an extension: until the first picture
        at += 2
        while at < len(data) and (length := data[at]) > 0:
            at += 1 + length
            blocks += 1
            _refuse(blocks > _BLOCKS, f"it has more than {_BLOCKS} blocks of text")
        at += 1
        blocks += 1
        _refuse(blocks > _BLOCKS, f"it has more than {_BLOCKS} blocks of text")


def _colours(flags: bytes) -> int:
    """Bytes of a GIF's table of colours."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _check_bmp(data: bytes) -> None:
    packed = int.from_bytes(data[30:34], "little") in (1, 2)
    _refuse(packed and len(data) > _RUN_LENGTHS, "its runs of pixels are too many")


def _check_tags(data: bytes) -> None:
    """Of AVIF and HEIC, whose tags are read wherever they lie in the file."""
    for found in _TIFF.finditer(data):
        order = "little" if found[0][:1] == b"I" else "big"
        at = found.start() + 8
        count = int.from_bytes(data[at : at + 2], order)  # type: ignore[arg-type]
        claimed = 0
        for tag in range(at + 2, min(at + 2 + 12 * count, len(data)), 12):
            kind = int.from_bytes(data[tag + 2 : tag + 4], order)  # type: ignore[arg-type]
            size = _TYPE_SIZES[kind] if kind < len(_TYPE_SIZES) else 0
            claimed += size * int.from_bytes(data[tag + 4 : tag + 8], order)  # type: ignore[arg-type]
        _refuse(claimed > _CLAIMED, "its EXIF tags claim too much")


def _refuse(costly: bool, what: str) -> None:
    if costly:
        raise Costly(what)
