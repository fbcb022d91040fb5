"""A visitor teaches shapes of one's own in Chromium: shows, trains, tries, takes it along."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from losslens.data.bundled import SAMPLE_PHOTOS
from losslens.inference import onnx_export
from losslens.live.config import LiveConfig
from losslens.live.teach.shapes import SHAPES
from losslens.ui.i18n import WORDS
from support.pages import draw, not_wider_than_the_window, open_tab, take_photo, violations
from support.visits import in_language, whole_screens

CIRCLE = [
    [(140, 60), (205, 95), (215, 160), (160, 215), (85, 190), (65, 120), (100, 75), (140, 60)]
]
STROKE = [[(60, 140), (220, 150)]]


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def count(page: Any, place: int, number: int) -> None:
    page.locator(f".teach-shelf[data-place='{place}'][data-count='{number}']").wait_for()


def shares(page: Any) -> list[float]:
    """The greatest of each loss's, in the order of the losses."""
    bars = page.locator(".teach-bar.best i").evaluate_all(
        "all => all.map(each => +each.style.getPropertyValue('--share'))"
    )
    assert len(bars) == len(LiveConfig.losses)
    return bars


@whole_screens
def test_show_train_try(
    visit: Any,
    language: str,
    width: int,
    height: int,
    dark: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is exported, its own test checks: to write ONNX takes as long as all of this.
    monkeypatch.setattr(onnx_export, "find_spec", lambda name: None)
    words = WORDS[language]
    page = visit(**in_language(language), width=width, height=height, dark=dark).page
    open_tab(page, words["tabs.teach"])
    page.locator("#teach-show canvas").wait_for()
    button(page, words["teach.train"]).click()
    missing = words["teach.problem.nothing"].format(least=5)
    page.locator(".teach-note.bad", has_text=missing).wait_for()
    # A drawing of one's own, which is taken away again by keyboard.
    draw(page, STROKE, within="#teach-show")
    button(page, words["teach.add"]).first.click()
    count(page, 0, 1)
    button(page, words["teach.add"]).first.click()  # the pad is empty now
    page.locator(".teach-note.bad", has_text=words["teach.problem.blank"]).wait_for()
    page.locator(".teach-shelf button").press("Enter")
    count(page, 0, 0)
    assert violations(page) == []
    button(page, words["teach.example"]).click()
    count(page, 2, 8)
    names = [words[f"teach.shape_{shape}"] for shape in SHAPES]
    second = page.get_by_label(words["teach.name"].format(number=2), exact=True)
    second.fill(names[0])
    button(page, words["teach.train"]).click()
    same = words["teach.problem.same_names"].format(name=names[0])
    page.locator(".teach-note.bad", has_text=same).wait_for()
    second.fill(names[1])
    draw(page, CIRCLE, within="#teach-try")
    button(page, words["teach.train"]).click()
    all_say = words["teach.all_say"].format(total=len(LiveConfig.losses), answer=names[0])
    page.locator(".teach-verdict", has_text=all_say).wait_for()
    said = page.locator(".teach-results").inner_text()
    assert words["live.conclusions"] in said and "24" in said and "{" not in said
    rows = page.locator(".teach-rows li").evaluate_all("all => all.map(e => e.dataset.loss)")
    assert rows == list(LiveConfig.losses)
    before = shares(page)
    draw(page, [[(80, 80), (200, 200)]], within="#teach-try")  # what it makes of another stroke
    page.wait_for_function(
        """before => +document.querySelector('.teach-bar.best i').style
          .getPropertyValue('--share') !== before""",
        arg=before[0],
    )
    assert violations(page) == [] and not_wider_than_the_window(page)
    if language == "en":
        assert {"answer.py", *networks()} <= set(taken_along(page, words, tmp_path / "t.zip"))


def networks() -> list[str]:
    return [f"networks/{loss}.safetensors" for loss in LiveConfig.losses]


def taken_along(page: Any, words: Any, path: Path) -> list[str]:
    """The files in the zip that is downloaded."""
    button(page, words["teach.save"]).click()
    link = button(page, words["teach.download"])
    link.wait_for()
    with page.expect_download() as started:
        link.click()
    started.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@whole_screens
def test_photos_and_the_camera_are_taught(
    visit: Any, language: str, width: int, height: int, dark: bool, tmp_path: Path
) -> None:
    words = WORDS[language]
    page = visit(**in_language(language), width=width, height=height, dark=dark).page
    open_tab(page, words["tabs.teach"])
    open_tab(page, words["teach.photo"])
    for place, kind in enumerate(("kitten", "coffee")):
        files = page.locator(f".teach-photo .teach-class-{place} input[type=file]")
        files.set_input_files(views(kind, tmp_path))
        count(page, place, 5)
    if language == "en":  # one more from the camera, which shows a test picture
        shown = ".teach-photo .teach-show"
        take_photo(page, shown)
        page.locator(f"{shown} img:visible").first.wait_for()
        page.locator(f"{shown} .teach-class-1 .teach-add").click()
        count(page, 1, 6)
    for place, name in enumerate(("Cat", "Cup")):
        label = words["teach.name"].format(number=place + 1)
        page.get_by_label(label, exact=True).last.fill(name)
    page.locator(".teach-photo .teach-train").click()
    page.locator(".teach-photo .teach-results").wait_for()
    page.locator(".teach-photo input[type=file]").last.set_input_files(views("kitten", tmp_path)[0])
    all_say = words["teach.all_say"].format(total=len(LiveConfig.losses), answer="Cat")
    page.locator(".teach-photo .teach-verdict", has_text=all_say).wait_for()
    assert violations(page) == [] and not_wider_than_the_window(page)


def views(kind: str, folder: Path) -> list[Path]:
    """Five files of a sample photo, each cut in its own way."""
    (sample,) = [each for each in SAMPLE_PHOTOS if each.stem == kind]
    paths = [folder / f"{kind}-{cut}.jpg" for cut in range(5)]
    with Image.open(sample) as photo:
        for cut, path in enumerate(paths):
            edge = 6 * cut
            photo.crop((edge, edge // 2, photo.width - edge // 3, photo.height - edge)).save(path)
    return paths
