"""A visitor hands over a photo, in a real Chromium, and reads the cards."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from losslens.data.bundled import SAMPLE_PHOTOS
from losslens.images.reading import PictureError
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.ui.components.picture_upload import refusal
from losslens.ui.i18n import WORDS
from support.pages import (
    answers,
    not_wider_than_the_window,
    open_tab,
    says,
    settled,
    take_photo,
    times_seen,
)
from support.waiting import until

TASK = "pets"
CAT, DOG = SAMPLE_PHOTOS[:2]


def all_say(label: str) -> str:
    return WORDS["en"].task(TASK, "all_agree").format(total=len(card_losses()), answer=label)


def pets_tab(visit: Any, language: str = "en", **options: Any) -> Any:
    page = visit(**options).page
    open_tab(page, WORDS[language].task(TASK, "tab"))
    page.wait_for_selector(".pets .card[data-answer]")  # the sample that it opens with
    page.locator(".pets .upload button[aria-label='Remove Image']").first.click()
    page.wait_for_selector(".pets .upload input[type=file]", state="attached")
    settled(page)
    return page


def upload(page: Any, path: Path) -> None:
    page.locator(".pets .upload input[type=file]").first.set_input_files(path)


@pytest.mark.parametrize("width", [1280, 390])
def test_an_uploaded_photo_is_answered_by_every_network_with_its_saliency_map(
    visit: Any, width: int
) -> None:
    page = pets_tab(visit, width=width)
    upload(page, CAT)
    says(page, TASK, all_say("cat"))
    assert answers(page, TASK) == dict.fromkeys(card_losses(), "cat")
    assert page.locator(".pets .flagged").count() == 0
    for saliency_map in page.locator(".pets .card .heat").all():
        shown = saliency_map.evaluate("element => getComputedStyle(element).backgroundImage")
        assert "data:image/png" in shown and "data:image/jpeg" in shown
    page.locator(".pets .choices").get_by_label("dog").check()
    if width > 900:  # a phone has no room for it: each line says so
        says(page, TASK, WORDS["en"]["predict.right_none"])
    assert until(lambda: page.locator(".pets .truth.wrong").count() == len(card_losses()))
    assert not_wider_than_the_window(page)


def test_the_visitors_photo_stays_where_the_sample_comes_late(visit: Any) -> None:
    page, held = visit().page, []
    page.route("**/queue/join*", lambda route: route.continue_() if held else held.append(route))
    open_tab(page, WORDS["en"].task(TASK, "tab"))
    until(lambda: page.evaluate("true") and held)
    upload(page, DOG)
    says(page, TASK, all_say("dog"))
    held[0].continue_()
    settled(page)
    assert answers(page, TASK) == dict.fromkeys(card_losses(), "dog")
    page.locator(".pets .samples button").first.click()  # asked for later, it comes
    says(page, TASK, all_say("cat"))


def test_a_dropped_photo_is_answered(visit: Any) -> None:
    page = pets_tab(visit)
    data = base64.b64encode(DOG.read_bytes()).decode()
    page.locator(".pets .upload button").first.evaluate(
        """(box, data) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const dropped = new DataTransfer();
          dropped.items.add(new File([bytes], "dog.jpg", { type: "image/jpeg" }));
          const options = { dataTransfer: dropped, bubbles: true, cancelable: true };
          box.dispatchEvent(new DragEvent("drop", options));
        }""",
        data,
    )
    says(page, TASK, all_say("dog"))


def test_a_pasted_picture_is_answered(visit: Any) -> None:
    page = pets_tab(visit)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with Image.open(CAT) as photo:
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
    says(page, TASK, all_say("cat"))


def test_a_photo_is_taken_with_the_camera(visit: Any) -> None:
    page = pets_tab(visit)
    take_photo(page, ".pets .upload")
    page.wait_for_selector(".pets .flagged")  # Chromium's test picture is no pet
    assert len(answers(page, TASK)) == len(card_losses())


def test_a_sample_of_neither_is_flagged(visit: Any) -> None:
    page = pets_tab(visit)
    samples = page.locator(".samples img").all()
    assert len(samples) == len(TASKS[TASK].samples())
    for image in samples:
        # No file that would be deleted with uploads.
        assert image.get_attribute("src").startswith("data:")
        assert image.evaluate("image => image.naturalWidth") > 60
    page.get_by_role("button", name="coffee").click()
    page.wait_for_selector(".pets .flagged")


def test_the_page_speaks_japanese(visit: Any) -> None:
    page = pets_tab(visit, "ja", path="ja", locale="ja-JP")
    upload(page, DOG)
    agreed = WORDS["ja"].task(TASK, "all_agree")
    says(page, TASK, agreed.format(total=len(card_losses()), answer=WORDS["ja"].label(TASK, "dog")))


@pytest.mark.parametrize(("language", "path"), [("en", ""), ("ja", "ja")])
def test_a_refused_photo_gets_one_sentence_in_the_pages_language(
    visit: Any, tmp_path: Path, language: str, path: str
) -> None:
    page = pets_tab(visit, language, path=path)
    (tmp_path / "photo.jpg").write_bytes(b"no photo")
    upload(page, tmp_path / "photo.jpg")
    said = refusal(PictureError("kind", ""), WORDS[language])
    says(page, TASK, said)
    assert page.locator(".pets .card, .toast-body").count() == 0
    assert times_seen(page, said) == 1
    upload(page, CAT)
    page.wait_for_selector(".pets .card[data-answer]")
