"""Pictures of every kind: what can be read is read upright on white; what cannot is refused with a sentence."""

import io
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from losslens.images.preprocessing import digit_tensor, is_blank, photo_tensor
from losslens.images.reading import PictureError, read_picture


def stroke(
    ink: str = "black", paper: str = "white", box: tuple[int, int, int, int] = (120, 60, 150, 220)
) -> Image.Image:
    picture = Image.new("RGB", (280, 280), paper)
    ImageDraw.Draw(picture).rectangle(box, fill=ink)
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def test_a_digit_is_fitted_into_20_pixels_and_centred_by_mass() -> None:
    digit = digit_tensor(stroke())
    rows = torch.arange(28.0)
    assert digit.shape == (1, 28, 28)
    assert int(digit[0].any(dim=1).sum()) == 20
    centre = (digit[0].sum(dim=1) * rows).sum() / digit.sum()
    assert abs(centre.item() - 13.5) <= 0.5


def test_light_on_dark_reads_as_dark_on_light() -> None:
    torch.testing.assert_close(digit_tensor(stroke("white", "black")), digit_tensor(stroke()))


def test_place_and_size_do_not_matter() -> None:
    moved = digit_tensor(stroke(box=(10, 20, 25, 100)))
    assert (moved - digit_tensor(stroke())).abs().max() < 0.35


@pytest.mark.parametrize("paper", ["white", "black", "#808080"])
def test_an_empty_picture_is_blank(paper: str) -> None:
    assert is_blank(digit_tensor(Image.new("RGB", (280, 280), paper)))


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "LA", "RGBA"])
def test_every_colour_mode_reads_alike(mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    picture = stroke().convert(mode)
    data = encoded(picture, "JPEG", quality=95) if kind == "TIFF" else encoded(picture)
    assert (digit_tensor(read_picture(data)) - digit_tensor(stroke())).abs().max() < 0.1


def test_transparent_paper_is_white_whatever_its_hidden_colour() -> None:
    layer = Image.new("RGBA", (280, 280), (0, 0, 0, 0))
    ImageDraw.Draw(layer).rectangle((120, 60, 150, 220), fill=(0, 0, 0, 255))
    torch.testing.assert_close(digit_tensor(read_picture(encoded(layer))), digit_tensor(stroke()))


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    grey = np.full((40, 40), 20_000, dtype=np.uint16)
    grey[10:30, 18:22] = 60_000
    picture = read_picture(encoded(Image.fromarray(grey)))
    assert picture.getpixel((0, 0)) == (77, 77, 77)
    assert not is_blank(digit_tensor(picture))


def test_an_animation_gives_its_first_frame() -> None:
    data = encoded(
        stroke(), "GIF", save_all=True, append_images=[Image.new("RGB", (280, 280), "red")]
    )
    assert not is_blank(digit_tensor(read_picture(data)))


def as_a_camera_stores_it(upright: Image.Image, orientation: int) -> bytes:
    """The file of a camera that was held so: its pixels turned, and the EXIF tag that says how."""
    turned = {
        2: 0,
        3: 3,
        4: 1,
        5: 5,
        6: 2,
        7: 6,
        8: 4,
    }  # EXIF tag -> the transpose that makes such a file
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = (
        upright if orientation == 1 else upright.transpose(Image.Transpose(turned[orientation]))
    )
    return encoded(stored, exif=exif)


@pytest.mark.parametrize("orientation", range(1, 9))
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
        (encoded(Image.new("L", (1, 1))), "small"),
        (encoded(Image.new("1", (9984, 9984))), "large"),
        (encoded(Image.new("1", (30_000, 20))), "large"),
    ],
    ids=["empty", "text", "truncated", "one pixel", "bomb", "thread"],
)
def test_what_cannot_be_used_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        read_picture(data)
    assert caught.value.reason == reason


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photos_tensor_is_upright(orientation: int) -> None:
    photo = Image.new("RGB", (90, 60), "black")
    photo.paste("white", (0, 0, 45, 30))  # the upper left quarter
    tensor = photo_tensor(read_picture(as_a_camera_stores_it(photo, orientation)))
    assert tensor.shape == (3, 224, 224)
    assert (
        tensor[:, :100, :100].mean() > 0.95
        and tensor[:, 124:].mean() < 0.05
        and tensor[:, :, 124:].mean() < 0.05
    )


@pytest.mark.parametrize("size", [(4000, 8), (8, 4000), (224, 224), (9, 8)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_photos_of_every_shape_and_mode_fit(size: tuple[int, int], mode: str) -> None:
    tensor = photo_tensor(Image.new(mode, size))
    assert tensor.shape == (3, 224, 224) and tensor.min() >= 0 and tensor.max() <= 1


def test_of_a_very_long_photo_the_middle_is_taken() -> None:
    photo = Image.new("RGB", (600, 100), "black")
    photo.paste("white", (200, 0, 400, 100))
    assert photo_tensor(photo).mean() > 0.95


def bombs(folder: Path) -> dict[str, list[Path]]:
    """Small files of huge pictures, and the heaviest of those that are accepted."""
    gif = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    gif[6:10] = struct.pack("<HH", 65_535, 65_535)
    text = PngInfo()
    text.add_itxt("note", "\0" * 80_000_000, zip=True)
    files = {
        "refused": {
            "black.png": encoded(Image.new("1", (10_000, 10_000))),
            "grey.jpg": encoded(Image.new("L", (10_000, 10_000)), "JPEG"),
            "said.gif": bytes(gif),
            "text.png": encoded(Image.new("L", (40, 40)), pnginfo=text),
        },
        "accepted": {
            "clear.png": encoded(Image.new("RGBA", (5000, 4000)), compress_level=1),
            "sixteen bits.png": encoded(
                Image.fromarray(np.full((4000, 5000), 20_000, np.uint16)), compress_level=1
            ),
            "print.jpg": encoded(Image.new("CMYK", (5000, 4000)), "JPEG"),
        },
    }
    for named in files.values():
        for name, data in named.items():
            (folder / name).write_bytes(data)
    return {kind: [folder / name for name in named] for kind, named in files.items()}


GROWTH = """
import resource, sys
from losslens.pictures import PictureError, photo_tensor, read_picture
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

    def growth(paths: list[Path]) -> list[list[str]]:
        """Of each file, what came of it and by how many megabytes the process had then grown at
        most."""
        command = [sys.executable, "-c", GROWTH, str(tmp_path / "small.png"), *map(str, paths)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split() for line in said.splitlines()]

    files = bombs(tmp_path)
    refused, accepted = growth(files["refused"]), growth(files["accepted"])
    assert [reason for reason, _ in refused] == ["large", "large", "large", "damaged"]
    assert max(int(megabytes) for _, megabytes in refused) < 40
    assert [reason for reason, _ in accepted] == ["read"] * 3
    assert max(int(megabytes) for _, megabytes in accepted) < 700
