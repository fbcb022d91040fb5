"""A visitor draws with the mouse, in a real Chromium, and reads the cards."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from losslens.losses import LOSSES

ONE = [[(140, 50), (138, 120), (136, 230)]]
FOUR = [[(170, 40), (90, 160), (205, 160)], [(168, 105), (160, 240)]]


def draw(page: Any, strokes: list[list[tuple[int, int]]]) -> None:
    box = page.locator(".pad canvas").bounding_box()
    scale = box["width"] / 280
    for stroke in strokes:
        for index, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=6)
            if index == 0:
                page.mouse.down()
        page.mouse.up()


def answers(page: Any) -> dict[str, str]:
    cards = page.locator(".card[data-answer]")
    return {
        card.get_attribute("data-loss"): card.get_attribute("data-answer") for card in cards.all()
    }


def wait_for(page: Any, text: str) -> None:
    page.wait_for_function(
        "text => document.querySelector('.answer')?.innerText.includes(text)", arg=text
    )


@pytest.mark.parametrize(("strokes", "digit"), [(ONE, "1"), (FOUR, "4")], ids=["1", "4"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_drawn_digit_is_read_by_all_eight(
    visit: Any, strokes: Any, digit: str, width: int
) -> None:
    page = visit(width=width).page
    draw(page, strokes)
    wait_for(page, f"All 8 read {digit}.")
    assert answers(page) == dict.fromkeys(LOSSES, digit)
    assert page.locator(".card .bar").count() == 80
    assert page.locator(".unlike").count() == 0
    sideways = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways <= 0


def test_it_answers_while_the_stroke_goes_on(visit: Any) -> None:
    page = visit().page
    box = page.locator(".pad canvas").bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 138, box["y"] + 140, steps=10)
    page.wait_for_timeout(150)
    page.mouse.move(box["x"] + 136, box["y"] + 240, steps=10)
    page.wait_for_selector(".card[data-answer]")
    page.mouse.up()


def test_truth_and_calibrated_view_change_the_cards(visit: Any) -> None:
    page = visit().page
    draw(page, FOUR)
    wait_for(page, "All 8 read 4.")
    mse = page.locator(".card[data-loss=mse] .sure b")
    softmax = float(mse.inner_text().rstrip("%"))
    assert softmax <= 25
    page.get_by_label("calibrated", exact=True).check()
    page.wait_for_function(
        "before => parseFloat(document.querySelector('.card[data-loss=mse] .sure b').innerText) > before + 20",
        arg=softmax,
    )
    page.get_by_role("radio", name="4", exact=True).check()
    wait_for(page, "All were right.")
    assert page.locator(".card .truth.right").count() == 8
    page.get_by_role("radio", name="9", exact=True).check()
    wait_for(page, "None was right.")


def test_clear_undo_and_samples(visit: Any) -> None:
    page = visit().page
    page.get_by_role("button", name="Sample digit 3").click()
    wait_for(page, "read 3")
    page.get_by_role("button", name="Clear").click()
    page.wait_for_selector(".answer .blank")
    draw(page, FOUR)
    wait_for(page, "All 8 read 4.")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector(".answer .blank")


def test_a_scribble_is_marked(visit: Any) -> None:
    page = visit().page
    zigzag = [
        [(40 + 20 * step, 60 if step % 2 else 220) for step in range(11)],
        [(40, 140), (240, 150)],
    ]
    draw(page, zigzag)
    page.wait_for_selector(".unlike")


def test_uploads_good_and_bad(visit: Any, tmp_path: Path, mini: Any) -> None:
    opened = visit()
    page = opened.page
    seven = mini.images[mini.target == 7][0, 0].numpy()
    Image.fromarray(seven).resize((300, 300)).save(tmp_path / "light on dark.png")
    page.set_input_files(".upload input[type=file]", tmp_path / "light on dark.png")
    wait_for(page, "read 7")
    bad = tmp_path / "not a picture.png"
    bad.write_text("hello")
    page.locator(".upload button[aria-label='Remove Image']").first.click()
    page.set_input_files(".upload input[type=file]", bad)
    page.wait_for_selector(".toast-body")
    assert "no picture I can read" in page.locator(".toast-body").first.inner_text()
    draw(page, ONE)
    wait_for(page, "All 8 read 1.")
    opened.errors.clear()  # the browser logs the preview that could not be shown


def test_japanese_by_the_browsers_language_and_by_the_link(visit: Any) -> None:
    page = visit(locale="ja-JP").page
    page.wait_for_url(re.compile(r"/ja$"))
    page.wait_for_selector("text=ここに数字を描いてください")
    page.get_by_role(
        "button", name="見本の数字 4"
    ).click()  # one request, while a stroke makes many
    wait_for(page, "8 個すべてが 4 と読みました")
    # Leaving while the heatmaps are still on their way would abort their request, which gradio logs
    # as an error.
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.card .heat')).backgroundImage !== 'none'"
    )
    page.wait_for_timeout(500)
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("text=Draw a digit here")
    page.wait_for_timeout(1000)  # and what a page asks for as it starts
    page.reload()
    page.wait_for_selector("text=Draw a digit here")


def test_the_pad_sends_a_png_of_its_own_size(visit: Any) -> None:
    page = visit().page
    draw(page, ONE)
    page.wait_for_selector(".card[data-answer]")
    url = page.evaluate("document.querySelector('.pad canvas').toDataURL('image/png').length")
    assert 500 < url < 40_000
    shot = Image.open(io.BytesIO(page.locator(".pad canvas").screenshot()))
    assert shot.convert("L").getextrema()[0] < 60
