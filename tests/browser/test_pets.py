"""A visitor hands over a photo, in a real Chromium, and reads the cards."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from losslens.losses import LOSSES
from losslens.ui.tabs.predict import SAMPLES
from support.pages import open_tab


def pets_tab(visit: Any, name: str = "Show a pet", **options: Any) -> Any:
    page = visit(**options).page
    open_tab(page, name)
    page.wait_for_selector(".pets .upload input[type=file]", state="attached")
    return page


def answers(page: Any) -> dict[str, str]:
    cards = page.locator(".pets .card[data-answer]")
    return {
        card.get_attribute("data-loss"): card.get_attribute("data-answer") for card in cards.all()
    }


def upload(page: Any, path: str | Path) -> None:
    page.locator(".pets .upload input[type=file]").first.set_input_files(str(path))


@pytest.mark.parametrize("width", [1280, 390])
def test_an_uploaded_photo_is_answered_by_all_eight_with_reasons(visit: Any, width: int) -> None:
    page = pets_tab(visit, width=width)
    upload(page, SAMPLES[0])
    page.wait_for_function(
        "document.querySelector('.pets .verdict')?.innerText.includes('All 8 say cat.')"
    )
    assert answers(page) == dict.fromkeys(LOSSES, "cat")
    assert page.locator(".pets .unlike").count() == 0
    for heat in page.locator(".pets .card .heat").all():
        assert "data:image/png" in heat.evaluate(
            "element => getComputedStyle(element).backgroundImage"
        )
    page.locator(".pets .choices").get_by_label("dog").check()
    page.wait_for_function(
        "document.querySelector('.pets .right-line')?.innerText.includes('None was right')"
    )
    assert page.locator(".pets .truth.wrong").count() == 8
    sideways = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways <= 0


def test_a_dropped_photo_is_answered(visit: Any) -> None:
    page = pets_tab(visit)
    data = base64.b64encode(Path(SAMPLES[1]).read_bytes()).decode()
    page.locator(".pets .upload button").first.evaluate(
        """(box, data) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const dropped = new DataTransfer();
          dropped.items.add(new File([bytes], "dog.jpg", { type: "image/jpeg" }));
          box.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }""",
        data,
    )
    page.wait_for_function(
        "document.querySelector('.pets .verdict')?.innerText.includes('All 8 say dog.')"
    )


def test_a_pasted_picture_is_answered(visit: Any) -> None:
    page = pets_tab(visit)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with Image.open(SAMPLES[0]) as photo:
        stream = io.BytesIO()
        photo.save(stream, "PNG")
    page.evaluate(
        """async (data) => {
          const picture = await (await fetch("data:image/png;base64," + data)).blob();
          await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        base64.b64encode(stream.getvalue()).decode(),
    )
    page.locator(".pets .upload button[aria-label='Paste from clipboard']").click()
    page.wait_for_function(
        "document.querySelector('.pets .verdict')?.innerText.includes('All 8 say cat.')"
    )


def test_a_photo_is_taken_with_the_camera(visit: Any) -> None:
    page = pets_tab(visit)
    page.locator(".pets .upload button[aria-label='Capture from camera']").click()
    page.get_by_text("Click to Access Webcam").click()
    # A click before the camera's first frame takes no photo.
    page.wait_for_function(
        "document.querySelector('.pets .upload video')?.readyState === HTMLMediaElement.HAVE_ENOUGH_DATA"
    )
    page.locator(".pets .upload button[aria-label='capture photo']").click()
    page.wait_for_selector(".pets .unlike")  # Chromium's test picture is no pet
    assert len(answers(page)) == len(LOSSES)


def test_a_sample_of_neither_is_marked(visit: Any) -> None:
    page = pets_tab(visit)
    for image in page.locator(".samples img").all():
        assert image.get_attribute("src").startswith(
            "data:"
        )  # no file that would be deleted with uploads
        assert image.evaluate("image => image.naturalWidth") > 60
    page.get_by_role("button", name="coffee").click()
    page.wait_for_selector(".pets .unlike")


def test_the_page_speaks_japanese(visit: Any) -> None:
    page = pets_tab(visit, "ペットを見せる", path="ja", locale="ja-JP")
    upload(page, SAMPLES[1])
    page.wait_for_function("document.querySelector('.pets .verdict')?.innerText.includes('犬')")


def test_a_file_that_is_no_photo_gets_a_sentence(visit: Any, tmp_path: Path) -> None:
    page = pets_tab(visit)
    (tmp_path / "photo.jpg").write_bytes(b"\0\0\0\x18ftypheic")
    upload(page, tmp_path / "photo.jpg")
    page.get_by_text("This file is no picture I can read").first.wait_for()
    upload(page, SAMPLES[1])
    page.wait_for_function(
        "document.querySelector('.pets .verdict')?.innerText.includes('All 8 say dog.')"
    )
