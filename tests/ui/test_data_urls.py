"""Data URLs and base64: pictures come back as they went, and all else is refused with its
reason."""

import base64
import textwrap
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from losslens.images.reading import PictureError
from losslens.ui.data_urls import MOST_CHARACTERS, decode, jpeg_url, png_url


@pytest.mark.parametrize("shape", [(9, 12), (9, 12, 3)])
def test_a_picture_comes_back_as_it_went(shape: tuple[int, ...]) -> None:
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    picture = decode(png_url(pixels))
    assert picture is not None and picture.size == (12, 9)
    wanted = pixels if pixels.ndim == 3 else pixels[..., None].repeat(3, axis=2)
    assert (np.asarray(picture) == wanted).all()


def test_a_photo_comes_back_nearly_as_it_went() -> None:
    picture = decode(jpeg_url(Image.new("RGB", (40, 30), (200, 30, 60))))
    assert picture is not None and picture.size == (40, 30)
    assert np.abs(np.asarray(picture)[0, 0].astype(int) - (200, 30, 60)).max() < 8


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_no_picture(nothing: object) -> None:
    assert decode(nothing) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (5, "form"),
        ({"path": "/tmp/cat.jpg"}, "form"),
        ("https://example.org/cat.jpg", "form"),
        ("/etc/passwd", "form"),
        ("C:\\pictures\\cat.jpg", "form"),
        ("hello", "form"),
        ("cats", "form"),
        ("  ", "form"),
        ("data:image/svg+xml,<svg/>", "form"),
        ("A" * 8000, "kind"),
        ("data:text/html;base64,aGVsbG8=", "kind"),
        ("data:image/png;base64," + "A" * (MOST_CHARACTERS + 1), "long"),
        ("A" * (MOST_CHARACTERS + 1), "long"),
        ("data:image/png;base64,AAAAA", "damaged"),
        ("data:image/png;base64,@@@", "damaged"),
        ("data:image/png;base64,aGVsbG8=", "kind"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_all_else_is_refused(value: object, reason: str) -> None:
    with pytest.raises(PictureError) as refused:
        decode(value)
    assert refused.value.reason == reason


PNG = png_url(np.arange(9 * 12, dtype=np.uint8).reshape(9, 12)).split(",")[1]


@pytest.mark.parametrize(
    "given",
    [
        PNG,
        f"data:image/png;charset=utf-8;base64,{PNG}",
        f"data:application/octet-stream;base64,{PNG}",
        f"data:image/svg+xml;base64,{PNG}",
        f"data:;base64,{PNG}",
        f"DATA:image/PNG;BASE64,{PNG}",
        "\n".join(textwrap.wrap(PNG, 76)),
        f" data:image/png;base64,\r\n{PNG}\r\n",
        PNG.replace("+", "-").replace("/", "_").rstrip("="),
    ],
    ids=lambda given: repr(given[:48]),
)
def test_a_picture_is_read_whichever_way_it_is_handed_over(given: str) -> None:
    picture = decode(given)
    assert picture is not None
    assert (np.asarray(picture)[..., 0].ravel() == np.arange(9 * 12)).all()


@pytest.mark.parametrize("way", [str, lambda url: url.split(",")[1]], ids=["data URL", "base64"])
def test_a_picture_may_be_as_large_as_an_uploaded_file(way: Callable[[str], str]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    url = png_url(noise)
    assert len(url) > 600_000 and decode(way(url)) is not None
    assert len(base64.b64encode(bytes(20_000_000))) == MOST_CHARACTERS
