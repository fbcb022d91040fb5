"""The upload: what cannot be used is refused in the page's language."""

from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from PIL import Image

from losslens.images.reading import MAX_MEGAPIXELS, MIN_SIDE, PictureError
from losslens.ui.components.picture_upload import picture_upload, refusal
from losslens.ui.i18n import WORDS


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("reason", ["kind", "damaged", "large", "small"])
def test_every_reason_has_a_sentence(language: str, reason: str) -> None:
    sentence = refusal(PictureError(reason, "", "5 x 5 pixels"), WORDS[language])
    assert "{" not in sentence
    assert ("5 x 5 pixels" in sentence) == (reason in ("large", "small"))
    assert (str(MAX_MEGAPIXELS) in sentence) == (reason in ("kind", "large"))
    assert reason != "small" or str(MIN_SIDE) in sentence


def test_a_file_is_read_or_refused_in_the_pages_language(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(good)
    bad.write_text("hello")
    upload = picture_upload(WORDS["ja"], "画像")
    picture = upload.preprocess(SimpleNamespace(path=str(good)))
    assert picture is not None and picture.mode == "RGB" and picture.getpixel((0, 0)) == (255,) * 3
    with pytest.raises(gr.Error, match="読み取れる画像ではありません"):
        upload.preprocess(SimpleNamespace(path=str(bad)))
    assert upload.preprocess(None) is None


@pytest.mark.parametrize("webcam", [True, False])
def test_only_photos_are_taken_with_a_camera(webcam: bool) -> None:
    assert ("webcam" in picture_upload(WORDS["en"], "Photo", webcam=webcam).sources) == webcam
