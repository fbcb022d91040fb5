"""Data URLs: pictures come back as they went, and all else is refused with its reason."""

import numpy as np
import pytest
from PIL import Image

from losslens.images.reading import PictureError
from losslens.ui.data_urls import PAD_CHARACTERS, PHOTO_CHARACTERS, decode, jpeg_url, png_url


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
        (5, "kind"),
        ("https://example.org/cat.jpg", "kind"),
        ("data:text/html;base64,aGVsbG8=", "kind"),
        ("data:image/png;base64," + "A" * PAD_CHARACTERS, "kind"),
        ("data:image/png;base64,@@@", "damaged"),
        ("data:image/png;base64,aGVsbG8=", "kind"),
    ],
    ids=["number", "address", "no image", "long", "no base64", "no picture"],
)
def test_all_else_is_refused(value: object, reason: str) -> None:
    with pytest.raises(PictureError) as refused:
        decode(value)
    assert refused.value.reason == reason


def test_a_photo_may_be_longer_than_a_drawing() -> None:
    assert PAD_CHARACTERS < PHOTO_CHARACTERS
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    url = png_url(noise)
    assert len(url) > PAD_CHARACTERS and decode(url, PHOTO_CHARACTERS) is not None
