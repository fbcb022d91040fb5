"""Files that are made to take minutes or gigabytes: refused in a sentence, at once."""

import io
import struct
import time
import zlib
from collections.abc import Callable

import psutil
import pytest
from PIL import Image

from losslens.images import structure
from losslens.images.reading import PictureError, read_picture
from support.pictures import STORED_AS, as_a_camera_stores_it, encoded, stroke

CEILING = 2.0  # seconds, on a busy machine
MEMORY = 200e6  # bytes


def jpeg_of_scans(count: int, side: int = 1000) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    data = encoded(stroke().resize((side, side)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * count + b"\xff\xd9"


def gif_of_comments() -> bytes:
    data = encoded(stroke(), "GIF")
    colours = 13 + structure._colours(data[10:11])
    return data[:colours] + b"\x21\xfe\x01a\x00" * 1_500_000 + data[colours:]


def gif_of_one_long_comment() -> bytes:
    data = encoded(stroke(), "GIF")
    colours = 13 + structure._colours(data[10:11])
    return data[:colours] + b"\x21\xfe" + b"\x01a" * 3_500_000 + b"\x00" + data[colours:]


def png_of_chunks() -> bytes:
    data = encoded(stroke())
    chunk = struct.pack(">I", 0) + b"prVt" + struct.pack(">I", zlib.crc32(b"prVt"))
    return data[:33] + chunk * 1_000_000 + data[33:]


def jpeg_of_segments() -> bytes:
    data = encoded(stroke(), "JPEG")
    return data[:2] + b"\xff\xfe\x00\x02" * 3_000_000 + data[2:]


def tags(count: int, claim: int, size: int) -> bytes:
    """TIFF tags that each claim many bytes of the same place."""
    entries = b"".join(struct.pack("<HHII", tag, 7, claim, 8) for tag in range(1, count + 1))
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", count) + entries + b"\x00" * size


def jpeg_of_claims() -> bytes:
    data = encoded(stroke(), "JPEG")
    piece = (b"Exif\x00\x00" + tags(5000, 4_000_000, 0))[:65_000]
    segment = b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece
    more = b"\xff\xe1" + struct.pack(">H", 65_002) + b"Exif\x00\x00" + b"\x00" * 64_994
    return data[:2] + segment + more * 80 + data[2:]


def avif_of_claims() -> bytes:
    return b"\x00\x00\x00\x18ftypavif" + b"\x00" * 12 + tags(5000, 4_000_000, 4_000_000)


def bmp_of_runs() -> bytes:
    head = struct.pack("<2sIHHI", b"BM", 0, 0, 0, 54 + 1024)
    info = struct.pack("<IiiHHIIiiII", 40, 8000, 8000, 1, 8, 1, 0, 0, 0, 256, 0)
    return head + info + b"\x00" * 1024 + b"\x00\x00" * 5_000_000


@pytest.mark.parametrize(
    "made",
    [
        lambda: jpeg_of_scans(2000),
        lambda: jpeg_of_scans(50, side=4000),
        gif_of_comments,
        gif_of_one_long_comment,
        png_of_chunks,
        jpeg_of_segments,
        jpeg_of_claims,
        avif_of_claims,
        bmp_of_runs,
    ],
    ids=[
        "scans",
        "large scans",
        "comments",
        "comment",
        "chunks",
        "segments",
        "exif",
        "avif",
        "bmp",
    ],
)
def test_a_costly_file_is_refused_before_it_costs(made: Callable[[], bytes]) -> None:
    data, process = made(), psutil.Process()
    assert len(data) <= 20_000_000  # what may be uploaded
    began, before = time.process_time(), process.memory_info().rss
    with pytest.raises(PictureError, match="too long to read") as error:
        read_picture(data)
    assert error.value.reason == "costly"
    assert time.process_time() - began < CEILING
    assert process.memory_info().rss - before < MEMORY


@pytest.mark.parametrize("orientation", STORED_AS)
def test_what_cameras_write_is_not_refused(orientation: int) -> None:
    structure.check(io.BytesIO(as_a_camera_stores_it(stroke(), orientation)))
    assert read_picture(as_a_camera_stores_it(stroke(), orientation)).size == stroke().size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_what_programs_write_is_not_refused(kind: str) -> None:
    large = Image.effect_noise((900, 600), 80).convert("RGB")
    options = {"progressive": True, "quality": 95} if kind == "JPEG" else {}
    assert read_picture(encoded(large, kind, **options)).size == (900, 600)


@pytest.mark.parametrize(
    "exif",
    [
        b"garbage",
        b"Exif\x00\x00garbage",
        b"Exif\x00\x00II*\x00\xff\xff\xff\xff",
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x02\x00\xff\xff\x00\x00\x00\x00",
        b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x05\x00\x00\x00\x09\x00\x00\x00\x00",
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_tags_that_are_none_leave_the_picture_as_it_is(exif: bytes, kind: str) -> None:
    assert read_picture(encoded(stroke(), kind, exif=exif)).size == stroke().size
