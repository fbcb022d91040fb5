"""Picture files: what can be read is upright on white; the rest is refused with a sentence."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from losslens.images.preprocessing import digit_tensor, is_blank
from losslens.images.reading import FORMATS, PictureError, read_picture
from support.pictures import PAD, STORED_AS, as_a_camera_stores_it, encoded, stroke


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "LA", "RGBA"])
def test_every_colour_mode_reads_alike(mode: str) -> None:
    picture = stroke().convert(mode)
    data = encoded(picture, "JPEG", quality=95) if mode == "CMYK" else encoded(picture)
    assert (digit_tensor(read_picture(data)) - digit_tensor(stroke())).abs().max() < 0.1


def test_transparent_paper_is_white_whatever_its_hidden_colour() -> None:
    layer = Image.new("RGBA", (PAD, PAD), (0, 0, 0, 0))
    ImageDraw.Draw(layer).rectangle((120, 60, 150, 220), fill=(0, 0, 0, 255))
    torch.testing.assert_close(digit_tensor(read_picture(encoded(layer))), digit_tensor(stroke()))


def test_grey_beyond_eight_bits_is_scaled_by_its_own_range() -> None:
    ramp = np.linspace(0, 65_535, 64 * 64).reshape(64, 64)
    deep = read_picture(encoded(Image.fromarray(ramp.astype(np.uint16))))
    expected = np.floor(ramp.astype(np.uint16) * (255 / 65_535)).astype(np.uint8)
    np.testing.assert_array_equal(np.asarray(deep)[..., 0], expected)
    shallow = Image.fromarray((ramp // 257).astype(np.uint16))  # 16 bits, of which 8 are used
    np.testing.assert_array_equal(
        np.asarray(read_picture(encoded(shallow)))[..., 1], (ramp // 257).astype(np.uint8)
    )


def test_half_transparent_ink_is_half_as_dark_on_white() -> None:
    layer = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    layer.putpixel((5, 5), (0, 0, 0, 128))
    read = read_picture(encoded(layer))
    assert read.getpixel((0, 0)) == (255, 255, 255)
    assert read.getpixel((5, 5)) == pytest.approx((127, 127, 127), abs=1)


def test_an_animation_gives_its_first_frame() -> None:
    later = Image.new("RGB", (PAD, PAD), "red")
    data = encoded(stroke(), "GIF", save_all=True, append_images=[later])
    assert not is_blank(digit_tensor(read_picture(data)))


@pytest.mark.parametrize("orientation", STORED_AS)
def test_photos_are_turned_upright(orientation: int) -> None:
    upright = stroke()
    read = read_picture(as_a_camera_stores_it(upright, orientation))
    torch.testing.assert_close(digit_tensor(read), digit_tensor(upright))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "kind"),
        (b"no picture at all", "kind"),
        (encoded(stroke())[:400], "damaged"),
        (encoded(Image.new("1", (9984, 9984))), "large"),
    ],
    ids=["empty", "text", "truncated", "bomb"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_cannot_be_used_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data)
    assert caught.value.reason == reason


@pytest.mark.parametrize("kind", FORMATS)
def test_every_accepted_kind_of_file_is_read(kind: str) -> None:
    read = read_picture(encoded(stroke(), kind))
    assert (read.mode, read.size) == ("RGB", (PAD, PAD))
    assert (digit_tensor(read) - digit_tensor(stroke())).abs().max() < 0.1


def test_other_kinds_of_file_are_refused() -> None:
    assert FORMATS == ("PNG", "JPEG", "WEBP", "GIF", "BMP")  # as the page says
    with pytest.raises(PictureError, match="Accepted: PNG") as caught:
        read_picture(encoded(stroke(), "TIFF"))
    assert caught.value.reason == "kind"


@pytest.mark.parametrize("size", [(8, 8), (5000, 4000), (16_000, 10)])
def test_pictures_up_to_both_limits_are_read(size: tuple[int, int]) -> None:
    assert read_picture(encoded(Image.new("1", size))).size == size


@pytest.mark.parametrize(
    ("size", "reason", "said"),
    [
        ((1, 1), "small", "at least 8"),
        ((7, 100), "small", "at least 8"),
        ((100, 7), "small", "at least 8"),
        ((5001, 4000), "large", "20 megapixels and 16000"),
        ((16_001, 10), "large", "20 megapixels and 16000"),
        ((10, 16_001), "large", "20 megapixels and 16000"),
    ],
)
def test_a_picture_beyond_a_limit_is_refused_with_limit_and_size(
    size: tuple[int, int], reason: str, said: str
) -> None:
    with pytest.raises(PictureError, match=said) as caught:
        read_picture(encoded(Image.new("1", size)))
    width, height = size
    assert (caught.value.reason, caught.value.detail) == (reason, f"{width} x {height} pixels")


@pytest.mark.parametrize("name", ["none.png", "no folder/none.png"])
def test_a_path_with_no_file_is_no_damaged_picture(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / name)


def refused_files() -> dict[str, bytes]:
    """Small files of huge pictures."""
    gif = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    gif[6:10] = struct.pack("<HH", 65_535, 65_535)
    text = PngInfo()
    text.add_itxt("note", "\0" * 80_000_000, zip=True)
    return {
        "black.png": encoded(Image.new("1", (10_000, 10_000))),
        "grey.jpg": encoded(Image.new("L", (10_000, 10_000)), "JPEG"),
        "claimed.gif": bytes(gif),
        "text.png": encoded(Image.new("L", (40, 40)), pnginfo=text),
    }


def accepted_files() -> dict[str, bytes]:
    """The heaviest that are accepted."""
    sixteen = Image.fromarray(np.full((4000, 5000), 20_000, np.uint16))
    return {
        "clear.png": encoded(Image.new("RGBA", (5000, 4000)), compress_level=1),
        "sixteen bits.png": encoded(sixteen, compress_level=1),
        "print.jpg": encoded(Image.new("CMYK", (5000, 4000)), "JPEG"),
    }


GROWTH = """
import resource, sys
from losslens.images.preprocessing import photo_tensor
from losslens.images.reading import PictureError, read_picture
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
photo_tensor(read_picture(sys.argv[1]))
before = peak()
for path in sys.argv[2:]:
    try:
        photo_tensor(read_picture(path))
        print("read", peak() - before)
    except PictureError as error:
        print(error.reason, peak() - before)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of memory is in other units elsewhere"
)
def test_memory_is_bounded_whatever_the_file(tmp_path: Path) -> None:
    (tmp_path / "small.png").write_bytes(encoded(stroke()))

    def growth(files: dict[str, bytes]) -> list[list[str]]:
        """Of each file, what came of it, and by how many MB the process had then grown at most."""
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        paths = [str(tmp_path / name) for name in ("small.png", *files)]
        command = [sys.executable, "-c", GROWTH, *paths]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split() for line in said.splitlines()]

    refused, accepted = growth(refused_files()), growth(accepted_files())
    assert [reason for reason, _ in refused] == ["large", "large", "large", "damaged"]
    assert max(int(megabytes) for _, megabytes in refused) < 40
    assert {reason for reason, _ in accepted} == {"read"}
    assert max(int(megabytes) for _, megabytes in accepted) < 700
