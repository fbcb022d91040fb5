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
from losslens.images.reading import MAX_MEGAPIXELS, MAX_SIDE, PictureError, read_picture
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


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    grey = np.full((40, 40), 20_000, dtype=np.uint16)
    grey[10:30, 18:22] = 60_000
    picture = read_picture(encoded(Image.fromarray(grey)))
    assert picture.getpixel((0, 0)) == (77, 77, 77)
    assert not is_blank(digit_tensor(picture))


def test_an_animation_gives_its_first_frame() -> None:
    later = Image.new("RGB", (PAD, PAD), "red")
    data = encoded(stroke(), "GIF", save_all=True, append_images=[later])
    assert not is_blank(digit_tensor(read_picture(data)))


@pytest.mark.parametrize("orientation", STORED_AS)
def test_photos_are_turned_upright(orientation: int) -> None:
    upright = stroke()
    read = read_picture(as_a_camera_stores_it(upright, orientation))
    torch.testing.assert_close(digit_tensor(read), digit_tensor(upright))


_TOO_MANY = int((MAX_MEGAPIXELS * 1_000_000) ** 0.5) + 1  # pixels a side of a square


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "kind"),
        (b"no picture at all", "kind"),
        (encoded(stroke())[:400], "damaged"),
        (encoded(Image.new("L", (1, 1))), "small"),
        (encoded(Image.new("1", (_TOO_MANY, _TOO_MANY))), "large"),
        (encoded(Image.new("1", (9984, 9984))), "large"),
        (encoded(Image.new("1", (MAX_SIDE + 1, 20))), "large"),
    ],
    ids=["empty", "text", "truncated", "one pixel", "too large", "bomb", "thread"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_cannot_be_used_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data)
    assert caught.value.reason == reason


def test_a_path_with_no_file_is_said_as_such(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / "none.png")


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
