"""Picture files: what can be read is upright on white; the rest is refused with a sentence."""

import io
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from losslens.images import reading
from losslens.images.preprocessing import digit_tensor, is_blank
from losslens.images.reading import FORMATS, PictureError, read_picture
from losslens.images.reducing import factor_for, most_megapixels, upright_rgb
from support.pictures import PAD, STORED_AS, as_a_camera_stores_it, encoded, stroke

DATA = Path(__file__).parents[1] / "data"


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
        (encoded(Image.new("1", (10_010, 10_000))), "large"),
        (encoded(Image.new("1", (14_000, 14_000))), "large"),
    ],
    ids=["empty", "text", "truncated", "bomb", "beyond what Pillow opens"],
)
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
    assert FORMATS == ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")  # as the page says
    with pytest.raises(PictureError, match="Accepted: PNG") as caught:
        read_picture(encoded(stroke(), "TIFF"))
    assert caught.value.reason == "kind"


@pytest.mark.parametrize("size", [(8, 8), (5000, 4000), (30_000, 10)])
def test_pictures_up_to_both_limits_are_read(size: tuple[int, int]) -> None:
    assert read_picture(encoded(Image.new("1", size))).size == size


@pytest.mark.parametrize(
    ("size", "reason", "said"),
    [
        ((1, 1), "small", "at least 8"),
        ((7, 100), "small", "at least 8"),
        ((100, 7), "small", "at least 8"),
        ((10_001, 10_000), "large", "100 megapixels and 30000"),
        ((30_001, 10), "large", "100 megapixels and 30000"),
        ((10, 30_001), "large", "100 megapixels and 30000"),
    ],
)
def test_a_picture_beyond_a_limit_is_refused_with_limit_and_size(
    size: tuple[int, int], reason: str, said: str
) -> None:
    with pytest.raises(PictureError, match=said) as caught:
        read_picture(encoded(Image.new("1", size)))
    width, height = size
    assert (caught.value.reason, caught.value.detail) == (reason, f"{width} x {height}")


@pytest.mark.parametrize("name", ["none.png", "no folder/none.png"])
def test_a_path_with_no_file_is_no_damaged_picture(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / name)


def test_a_phones_avif_is_read() -> None:
    read = read_picture(DATA / "cat.avif")
    assert (read.mode, read.size) == ("RGB", (451, 300))
    with Image.open(DATA / "cat.avif") as photo:
        np.testing.assert_array_equal(np.asarray(read), np.asarray(photo.convert("RGB")))


def heic_head(brand: bytes = b"heic") -> bytes:
    """The first bytes of a photo of an iPhone."""
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1" + brand + b"\0" * 100


def test_heic_is_named_where_it_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ACCEPTED_KINDS", ["PNG", "JPEG"])
    with pytest.raises(PictureError, match="HEIC files cannot be read here; save it as") as caught:
        read_picture(heic_head())
    assert (caught.value.reason, caught.value.detail) == ("unreadable", "HEIC")


def test_avif_is_named_where_pillow_cannot_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ACCEPTED_KINDS", ["PNG", "JPEG"])
    monkeypatch.setattr(reading, "FORMATS", ("PNG", "JPEG"))
    with pytest.raises(PictureError, match="AVIF files cannot be read here") as caught:
        read_picture(DATA / "cat.avif")
    assert (caught.value.reason, caught.value.detail) == ("unreadable", "AVIF")


@pytest.mark.parametrize("size", [(400, 300), (6000, 4000)])
def test_heic_is_read_where_its_package_is(size: tuple[int, int]) -> None:
    heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")
    stream = io.BytesIO()
    heif.from_pillow(stroke().resize(size)).save(stream, quality=60)
    read = read_picture(stream.getvalue())
    assert read.size == (size if size[0] < 5000 else (3000, 2000))
    assert (digit_tensor(read) - digit_tensor(stroke().resize(size))).abs().max() < 0.2
    with pytest.raises(PictureError) as caught:
        read_picture(stream.getvalue()[:200])
    assert caught.value.reason == "damaged"


WIDE = (6000, 4000)  # pixels; 24 megapixels


def wide(mode: str) -> Image.Image:
    return stroke().resize(WIDE).convert(mode)


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("RGB", "JPEG", {}),
        ("CMYK", "JPEG", {}),
        ("L", "JPEG", {"progressive": True}),
        ("P", "PNG", {}),
        ("1", "PNG", {}),
        ("RGBA", "PNG", {"compress_level": 1}),
        ("P", "GIF", {}),
        ("1", "BMP", {}),
    ],
)
def test_a_picture_of_many_pixels_is_read_smaller(mode: str, kind: str, options: Any) -> None:
    read = read_picture(encoded(wide(mode), kind, **options))
    assert read.mode == "RGB" and read.size == (3000, 2000)
    digit = digit_tensor(stroke().resize((3000, 2000)))
    assert (digit_tensor(read) - digit).abs().max() < 0.2


@pytest.mark.parametrize("size", [(4001, 5003), (9001, 11_003), (29_999, 701)])
def test_no_row_or_column_is_lost_as_it_is_made_smaller(size: tuple[int, int]) -> None:
    upright = Image.new("L", size, 255)
    right, bottom = size[0] - 1, size[1] - 1
    ImageDraw.Draw(upright).rectangle((right - 60, bottom - 60, right, bottom), fill=0)
    read = read_picture(encoded(upright))
    factor = factor_for(size)
    assert read.size == (-(-size[0] // factor), -(-size[1] // factor))
    assert read.getpixel((read.width - 1, read.height - 1)) == (0, 0, 0)
    assert read.getpixel((0, 0)) == read.getpixel((read.width - 1, 0)) == (255, 255, 255)


def test_sixteen_bits_of_many_pixels_are_scaled_by_the_brightest_of_all() -> None:
    ramp = np.linspace(0, 65_535, WIDE[0]).astype(np.uint16)[None].repeat(WIDE[1], axis=0)
    read = read_picture(encoded(Image.fromarray(ramp), compress_level=1))
    assert read.getpixel((0, 0)) == (0, 0, 0) and read.getpixel((2999, 5))[0] >= 254


def test_a_large_picture_that_is_decoded_already_is_made_smaller_too() -> None:
    with Image.open(io.BytesIO(encoded(wide("RGB"), "JPEG"))) as photo:
        photo.load()
        assert upright_rgb(photo).size == (3000, 2000)


@pytest.mark.parametrize("orientation", [3, 6])
def test_large_photos_are_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = wide("RGB").transpose(STORED_AS[orientation])
    read = read_picture(encoded(turned, "JPEG", exif=exif))
    assert read.size == (3000, 2000)
    assert (digit_tensor(read) - digit_tensor(wide("RGB"))).abs().max() < 0.2


@pytest.mark.parametrize(
    ("picture", "kind", "options", "most"),
    [
        (Image.new("L", (5001, 4000)), "WEBP", {"quality": 1, "method": 0}, 18),
        (Image.new("RGB", (7500, 6000)), "JPEG", {"progressive": True, "subsampling": 0}, 40),
    ],
    ids=["webp", "progressive"],
)
def test_what_cannot_be_made_smaller_as_it_is_decoded_has_a_lower_limit(
    picture: Image.Image, kind: str, options: Any, most: int
) -> None:
    with pytest.raises(PictureError, match=f"of this kind may have {most} megapixels") as caught:
        read_picture(encoded(picture, kind, **options))
    assert (caught.value.reason, caught.value.megapixels) == ("heavy", most)


def test_a_jpeg_that_stores_its_colours_one_after_another_has_the_lower_limit() -> None:
    data = bytearray(encoded(Image.new("RGB", (64, 64)), "JPEG"))
    with Image.open(io.BytesIO(data)) as photo:
        assert most_megapixels(photo) == 100
    at = data.index(b"\xff\xda")
    data[at : at + 14] = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\0\0\0\0"  # of one colour
    with Image.open(io.BytesIO(data)) as photo:
        assert most_megapixels(photo) == 80


def refused_files() -> dict[str, bytes]:
    """Small files of huge pictures."""
    gif = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    gif[6:10] = struct.pack("<HH", 65_535, 65_535)
    text = PngInfo()
    text.add_itxt("note", "\0" * 80_000_000, zip=True)
    return {
        "black.png": encoded(Image.new("1", (10_001, 10_000))),
        "grey.jpg": encoded(Image.new("L", (10_001, 10_000)), "JPEG"),
        "claimed.gif": bytes(gif),
        "text.png": encoded(Image.new("L", (40, 40)), pnginfo=text),
    }


def drawn_in(size: tuple[int, int], paper: str = "white", *, edge: bool = False) -> Image.Image:
    """A stroke on paper; with the table in view along one edge, which makes it a photo."""
    page = stroke(paper=paper)
    if edge:
        ImageDraw.Draw(page).rectangle((250, 0, PAD, PAD), "#6b4a32")
    return page.resize(size, Image.Resampling.NEAREST)


def accepted_files() -> dict[str, bytes]:
    """The heaviest that are accepted."""
    sixteen = Image.fromarray(np.full((4000, 5000), 20_000, np.uint16))
    return {
        "clear.png": encoded(Image.new("RGBA", (5000, 4000)), compress_level=1),
        "sixteen bits.png": encoded(sixteen, compress_level=1),
        "print.jpg": encoded(Image.new("CMYK", (5000, 4000)), "JPEG"),
        "plain.jpg": encoded(Image.new("RGB", (11_547, 8660)), "JPEG"),
        "progressive.jpg": encoded(Image.new("RGB", (10_000, 7900)), "JPEG", progressive=True),
        "grey.png": encoded(Image.new("L", (10_000, 10_000)), compress_level=1),
        "palette.gif": encoded(Image.new("P", (10_000, 10_000)), "GIF"),
        "colour.png": encoded(Image.new("RGB", (10_000, 6000)), compress_level=1),
        "digit.webp": encoded(drawn_in((4900, 3670)), "WEBP", lossless=True, method=0),
        "scan.png": encoded(drawn_in((5000, 4000)), compress_level=1),
        "photo.png": encoded(drawn_in((5000, 4000), "#f4f2ee", edge=True), compress_level=1),
    }


GROWTH = """
import resource, sys
from losslens.images.preprocessing import photo_tensor, read_digits
from losslens.images.reading import PictureError, read_picture
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
for path in sys.argv[1:3]:  # a drawing and a photo: all that is needed is loaded
    read_digits(read_picture(path))
photo_tensor(read_picture(sys.argv[1]))
before = peak()
for path in sys.argv[3:]:
    try:
        picture = read_picture(path)
        photo_tensor(picture)
        read_digits(picture)
        print("read", peak() - before)
    except PictureError as error:
        print(error.reason, peak() - before)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of memory is in other units elsewhere"
)
def test_memory_is_bounded_whatever_the_file(tmp_path: Path) -> None:
    (tmp_path / "small.png").write_bytes(encoded(stroke()))
    (tmp_path / "table.png").write_bytes(encoded(drawn_in((PAD, PAD), "#f4f2ee", edge=True)))

    def growth(files: dict[str, bytes]) -> list[list[str]]:
        """Of each file, what came of it, and by how many MB the process had then grown at most."""
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        paths = [str(tmp_path / name) for name in ("small.png", "table.png", *files)]
        command = [sys.executable, "-c", GROWTH, *paths]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split() for line in said.splitlines()]

    refused, accepted = growth(refused_files()), growth(accepted_files())
    assert [reason for reason, _ in refused] == ["large", "large", "large", "damaged"]
    assert max(int(megabytes) for _, megabytes in refused) < 40
    assert {reason for reason, _ in accepted} == {"read"}
    assert max(int(megabytes) for _, megabytes in accepted) < 300
