"""A visitor draws with the mouse, in a real Chromium, and reads the cards."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from losslens.images.reading import PictureError
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.ui.components.picture_upload import refusal
from losslens.ui.components.samples import PREFIX
from losslens.ui.i18n import WORDS
from support.pages import (
    answers,
    draw,
    not_wider_than_the_window,
    says,
    settled,
    times_seen,
    violations,
)
from support.waiting import until

TASK = "digits"
LABELS = TASKS[TASK].labels
ONE = [[(140, 50), (138, 120), (136, 230)]]
FOUR = [[(170, 40), (90, 160), (205, 160)], [(168, 105), (160, 240)]]


def all_read(label: str) -> str:
    return WORDS["en"].task(TASK, "all_agree").format(total=len(card_losses()), answer=label)


@pytest.mark.parametrize(("strokes", "digit"), [(ONE, "1"), (FOUR, "4")], ids=["1", "4"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_drawn_digit_is_read_by_every_network(
    visit: Any, strokes: Any, digit: str, width: int
) -> None:
    page = visit(width=width).page
    draw(page, strokes)
    says(page, TASK, all_read(digit))
    assert answers(page, TASK) == dict.fromkeys(card_losses(), digit)
    assert page.locator(".card .bar").count() == len(card_losses()) * len(LABELS)
    assert page.locator(".flagged").count() == 0
    assert not_wider_than_the_window(page)


def test_the_visitors_picture_stays_where_the_sample_is_answered_late(
    visit: Any, tmp_path: Path
) -> None:
    page, held = visit().page, []
    own = next(each for each in TASKS[TASK].samples() if each.key == "8")
    own.picture.save(tmp_path / "8.png")

    def hold_the_sample(route: Any) -> None:
        if PREFIX in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/queue/join*", hold_the_sample)
    page.reload()
    until(lambda: page.evaluate("true") and held)
    page.locator(".digits .upload input[type=file]").set_input_files(tmp_path / "8.png")
    says(page, TASK, all_read("8"))
    held[0].continue_()
    settled(page)
    assert answers(page, TASK) == dict.fromkeys(card_losses(), "8")
    draw(page, ONE)  # what comes later is answered
    says(page, TASK, all_read("1"))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_digits_of_a_number_are_there_to_choose(visit: Any, width: int) -> None:
    page, words = visit(width=width).page, WORDS["en"]
    seven = [(150, 80), (230, 80), (180, 220)]
    draw(page, [[(70, 60), (70, 220)], seven])
    total = len(card_losses())
    said = words.task(TASK, "several_agree").format(total=total, answer="17")
    page.locator(".several-said").get_by_text(said).wait_for()
    says(page, TASK, all_read("1"))
    settled(page)  # no answer to an earlier piece of the stroke is still to come
    assert not_wider_than_the_window(page)
    second = page.get_by_role("button", name=words.task(TASK, "part").format(place=2, answer="7"))
    second.focus()
    page.keyboard.press("Enter")
    says(page, TASK, all_read("7"))
    assert second.get_attribute("aria-pressed") == "true"
    assert second.evaluate("each => each === document.activeElement")
    assert answers(page, TASK) == dict.fromkeys(card_losses(), "7")
    page.locator(".several button").first.click()
    says(page, TASK, all_read("1"))
    settled(page)
    assert violations(page) == []
    page.get_by_role("button", name=words["predict.undo"]).click()
    page.locator(".several").wait_for(state="detached")
    says(page, TASK, all_read("1"))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_wrong_with_a_photo_is_said(visit: Any, tmp_path: Path, language: str) -> None:
    page = visit(path="" if language == "en" else language).page
    Image.new("L", (300, 300), 180).save(tmp_path / "paper.png")
    page.set_input_files(".upload input[type=file]", tmp_path / "paper.png")
    says(page, TASK, WORDS[language].task(TASK, "blank_empty"))


def test_it_answers_while_the_stroke_goes_on(visit: Any) -> None:
    page = visit().page
    page.get_by_role("button", name=WORDS["en"]["predict.clear"]).click()
    page.wait_for_selector(".answer .blank")  # what the page opened with is gone
    box = page.locator(".pad canvas").bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 40)
    page.mouse.down()
    down = iter(range(45, 250, 2))

    def answered_further_on() -> int:
        page.mouse.move(box["x"] + 138, box["y"] + next(down))
        return page.locator(".card[data-answer]").count()

    assert until(answered_further_on) == len(card_losses())
    page.mouse.up()


def test_truth_and_calibrated_view_change_the_cards(visit: Any) -> None:
    page, words = visit().page, WORDS["en"]
    draw(page, FOUR)
    says(page, TASK, all_read("4"))
    softmax = float(page.locator(".card[data-loss=mse] .sure b").inner_text().rstrip("%"))
    assert softmax <= 25
    page.get_by_label(words["predict.view_calibrated"], exact=True).check()
    page.wait_for_function(
        """before => parseFloat(document.querySelector(
            ".card[data-loss=mse] .sure b").innerText) > before + 20""",
        arg=softmax,
    )
    page.get_by_role("radio", name="4", exact=True).check()
    says(page, TASK, words["predict.right_all"])
    assert page.locator(".card .truth.right").count() == len(card_losses())
    page.get_by_role("radio", name="9", exact=True).check()
    says(page, TASK, words["predict.right_none"])


def test_clear_undo_and_samples(visit: Any) -> None:
    page, words = visit().page, WORDS["en"]
    assert page.locator(".pad-sample").count() == len(LABELS) + 2
    page.get_by_role("button", name=f"{words.task(TASK, 'sample')} 3").click()
    says(page, TASK, "read 3")
    page.locator(".pad-sample.divides").first.click()
    page.wait_for_function(
        """() => new Set([...document.querySelectorAll(".digits .card")]
          .map((card) => card.dataset.answer)).size > 1"""
    )
    page.get_by_role("button", name=words["predict.clear"]).click()
    page.wait_for_selector(".answer .blank")
    draw(page, FOUR)
    says(page, TASK, all_read("4"))
    page.get_by_role("button", name=words["predict.undo"]).click()
    page.get_by_role("button", name=words["predict.undo"]).click()
    page.wait_for_selector(".answer .blank")


def test_a_scribble_is_flagged(visit: Any) -> None:
    page = visit().page
    zigzag = [
        [(40 + 20 * step, 60 if step % 2 else 220) for step in range(11)],
        [(40, 140), (240, 150)],
    ]
    draw(page, zigzag)
    page.wait_for_selector(".flagged")
    assert page.locator(".digits .choices").is_hidden()


def test_uploads_good_and_bad(visit: Any, tmp_path: Path, mini: Any) -> None:
    opened = visit()
    page = opened.page
    seven = mini.images[mini.target == 7][0, 0].numpy()
    Image.fromarray(seven).resize((300, 300)).save(tmp_path / "light on dark.png")
    page.set_input_files(".upload input[type=file]", tmp_path / "light on dark.png")
    says(page, TASK, "read 7")
    bad = tmp_path / "not a picture.png"
    bad.write_text("hello")
    page.locator(".upload button[aria-label='Remove Image']").first.click()
    page.set_input_files(".upload input[type=file]", bad)
    says(page, TASK, "no picture I can read")
    assert until(lambda: page.locator(".card, .toast-body").count() == 0)
    assert times_seen(page, "no picture I can read") == 1
    draw(page, ONE)
    says(page, TASK, all_read("1"))
    opened.errors.clear()  # the browser logs the preview that could not be shown


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_refused_file_clears_the_answer_of_the_drawing(
    visit: Any, tmp_path: Path, language: str
) -> None:
    opened = visit(path="" if language == "en" else language)
    page = opened.page
    draw(page, FOUR)
    page.wait_for_selector(".card[data-answer]")
    settled(page)
    (tmp_path / "bad.png").write_text("hello")
    page.set_input_files(".upload input[type=file]", tmp_path / "bad.png")
    said = refusal(PictureError("kind", ""), WORDS[language])
    says(page, TASK, said)
    settled(page)
    assert page.locator(".card, .toast-body").count() == 0
    assert times_seen(page, said) == 1
    opened.errors.clear()  # the browser logs the preview that could not be shown


def test_japanese_by_the_browsers_language_and_by_the_link(visit: Any) -> None:
    page, words = visit(locale="ja-JP").page, WORDS["ja"]
    page.wait_for_url(re.compile(r"/ja$"))
    page.get_by_text(words.task(TASK, "pad_over")).wait_for()
    # One request, while a stroke makes many.
    page.get_by_role("button", name=f"{words.task(TASK, 'sample')} 4").click()
    says(page, TASK, words.task(TASK, "all_agree").format(total=len(card_losses()), answer="4"))
    page.wait_for_function(
        """() => getComputedStyle(document.querySelector(".card .heat"))
          .backgroundImage !== "none" """
    )
    # Leaving while a request is on its way would abort it, which gradio logs as an error.
    settled(page)
    page.get_by_role("link", name=WORDS["en"]["language"]).click()
    says(page, TASK, all_read("4"))  # the drawing came along
    settled(page)
    page.reload()
    says(page, TASK, all_read("4"))
    settled(page)


def test_the_pad_sends_a_png_of_its_own_size(visit: Any) -> None:
    page = visit().page
    draw(page, ONE)
    page.wait_for_selector(".card[data-answer]")
    url = page.evaluate("document.querySelector('.pad canvas').toDataURL('image/png').length")
    assert 500 < url < 40_000
    shot = Image.open(io.BytesIO(page.locator(".pad canvas").screenshot()))
    assert shot.convert("L").getextrema()[0] < 60
