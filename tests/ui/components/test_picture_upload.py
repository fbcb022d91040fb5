"""The upload: what cannot be used is refused in the page's language."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from losslens.images.reading import ACCEPTED_KINDS, MAX_MEGAPIXELS, MIN_SIDE, PictureError
from losslens.ui.components.picture_upload import picture_upload, refusal
from losslens.ui.i18n import WORDS

LIMITED = ["kind", "large", "heavy", "small"]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("reason", [*LIMITED, "damaged", "unreadable", "form", "long"])
def test_every_reason_has_a_sentence(language: str, reason: str) -> None:
    sentence = refusal(PictureError(reason, "", "5 x 5", 33), WORDS[language])
    assert "{" not in sentence
    assert ("5 x 5" in sentence) == (reason in ("large", "heavy", "small", "unreadable"))
    assert (str(MAX_MEGAPIXELS) in sentence) == (reason in ("kind", "large", "heavy"))
    assert ("33" in sentence) == (reason == "heavy")
    assert reason != "small" or str(MIN_SIDE) in sentence
    assert all(kind in sentence for kind in ACCEPTED_KINDS) == (reason in ("kind", "unreadable"))


def test_a_file_is_read_or_the_reason_is_handed_on(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(good)
    bad.write_text("hello")
    upload = picture_upload("画像")
    picture = upload.preprocess(SimpleNamespace(path=str(good)))
    assert picture is not None and picture.mode == "RGB" and picture.getpixel((0, 0)) == (255,) * 3
    refused = upload.preprocess(SimpleNamespace(path=str(bad)))
    assert isinstance(refused, PictureError) and refused.reason == "kind"
    assert "読み取れる画像ではありません" in refusal(refused, WORDS["ja"])
    assert upload.preprocess(None) is None


@pytest.mark.parametrize("webcam", [True, False])
def test_only_photos_are_taken_with_a_camera(webcam: bool) -> None:
    assert ("webcam" in picture_upload("Photo", webcam=webcam).sources) == webcam
