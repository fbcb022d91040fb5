"""A visitor hands over a photo of clothing, in a real Chromium, and reads the cards."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from losslens.losses import LOSSES
from losslens.ui.i18n import WORDS
from support.pages import answers, not_wider_than_the_window, open_tab, says
from support.shipped import shipped

TASK = "fashion"


def fashion_tab(visit: Any, language: str = "en", **options: Any) -> Any:
    page = visit(**options).page
    open_tab(page, WORDS[language].task(TASK, "tab"))
    page.wait_for_selector(".fashion .upload input[type=file]", state="attached")
    return page


def trousers(path: Path) -> Path:
    """Drawn, dark on a light background."""
    picture = Image.new("RGB", (600, 800), (244, 242, 238))
    pen, cloth = ImageDraw.Draw(picture), (52, 60, 92)
    pen.polygon([(200, 60), (400, 60), (410, 180), (190, 180)], fill=cloth)
    pen.polygon([(190, 180), (295, 180), (270, 740), (190, 740)], fill=cloth)
    pen.polygon([(305, 180), (410, 180), (410, 740), (330, 740)], fill=cloth)
    picture.save(path)
    return path


@pytest.mark.parametrize("width", [1280, 390])
def test_a_photo_is_answered_beside_what_the_networks_see(
    visit: Any, width: int, tmp_path: Path
) -> None:
    page = fashion_tab(visit, width=width)
    before = page.locator(".fashion .seen img").get_attribute("src")
    upload = page.locator(".fashion .upload input[type=file]").first
    upload.set_input_files(trousers(tmp_path / "trousers.png"))
    says(page, TASK, f"All {len(shipped(TASK))} say trousers.")
    assert answers(page, TASK) == dict.fromkeys(shipped(TASK), "trousers")
    assert page.locator(".fashion .seen img").get_attribute("src") != before
    page.wait_for_function(
        "() => [...document.querySelectorAll('.fashion .card .heat')]"
        ".every(map => getComputedStyle(map).backgroundImage.includes('data:image/png'))"
    )
    assert not_wider_than_the_window(page)


def test_a_sample_that_the_networks_dispute_is_answered(visit: Any) -> None:
    page = fashion_tab(visit, "ja", locale="ja-JP")
    page.locator(".fashion .samples button").last.click()
    page.wait_for_selector(".fashion .card")
    assert answers(page, TASK).keys() <= LOSSES.keys()
    assert len(set(answers(page, TASK).values())) > 1
    page.locator(".fashion .choices").get_by_label("シャツ", exact=True).check()
    page.wait_for_selector(".fashion .truth")
