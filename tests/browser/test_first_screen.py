"""What a visitor meets first: a picture that is answered already, and all answers in sight."""

from typing import Any

import pytest

from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.ui.app import TABS
from losslens.ui.i18n import WORDS
from support.pages import answers, draw, not_wider_than_the_window, open_tab, says, settled
from support.waiting import until

EN = WORDS["en"]
OPENING = TASKS["digits"].opening()
ONE = [[(140, 50), (138, 120), (136, 230)]]
WIDE = [(1280, 800), (1920, 1080)]
PHONES = [(390, 844), (360, 640)]
FINGER = 44  # pixels


def first_screen(visit: Any, width: int = 1280, height: int = 800, **options: Any) -> Any:
    page = visit(width=width, height=height, **options).page
    page.wait_for_selector(".digits .card[data-answer]")
    settled(page)
    return page


def bottom(page: Any, selector: str) -> float:
    box = page.locator(selector).last.bounding_box()
    return float(box["y"] + box["height"])


def said_truth(page: Any, task: str) -> str:
    return str(page.locator(f".{task} .truths input:checked").get_attribute("value"))


@pytest.mark.parametrize(("width", "height"), [*WIDE, *PHONES])
def test_a_disputed_digit_is_answered_and_all_lines_are_in_sight(
    visit: Any, width: int, height: int
) -> None:
    page = first_screen(visit, width, height)
    given = answers(page, "digits")
    assert list(given) == card_losses() and len(set(given.values())) > 1
    assert said_truth(page, "digits") == OPENING.label
    says(page, "digits", EN["predict.surest_for"].split("{")[0])
    assert bottom(page, ".digits .pad canvas") < height
    assert bottom(page, ".digits .card summary") <= height
    assert page.evaluate("scrollY") == 0 and not_wider_than_the_window(page)


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_on_a_phone_all_tabs_are_in_one_row_and_samples_fit_a_finger(
    visit: Any, width: int, height: int
) -> None:
    page = first_screen(visit, width, height)
    tabs = page.locator(".tab-wrapper").first.get_by_role("tab")
    assert tabs.count() == len(TASKS) + len(TABS)
    assert page.locator(".overflow-menu").first.is_hidden()
    for sample in page.locator(".pad-sample").all():
        box = sample.bounding_box()
        assert min(box["width"], box["height"]) >= FINGER
    tabs.last.click()
    page.locator(".report section").first.wait_for()
    assert page.evaluate("scrollX") == 0 and not_wider_than_the_window(page)


def test_the_first_stroke_replaces_the_sample_wholly(visit: Any) -> None:
    page = first_screen(visit)
    assert page.locator(".pad-over").is_visible()
    draw(page, ONE)
    says(
        page, "digits", EN.task("digits", "all_agree").format(total=len(card_losses()), answer="1")
    )
    settled(page)
    assert said_truth(page, "digits") == "" and page.locator(".digits .truth").count() == 0
    assert page.locator(".pad-over").is_hidden()
    left_of_the_stroke = """() => {
      const pen = document.querySelector(".pad canvas").getContext("2d");
      return pen.getImageData(0, 0, 110, 280).data.every((value) => value === 255);
    }"""
    assert page.evaluate(left_of_the_stroke)


def test_what_is_named_follows_the_sample_and_is_cleared_with_it(visit: Any) -> None:
    page = first_screen(visit)
    page.locator(".pad-sample[data-key='8']").click()
    page.wait_for_selector(".digits .card[data-answer='8'] .truth.right")
    assert said_truth(page, "digits") == "8"
    page.locator(".pad-clear").click()
    page.wait_for_selector(".digits .blank")
    settled(page)
    assert said_truth(page, "digits") == "" and page.locator(".digits .choices").is_hidden()


def test_a_card_stays_open_while_the_visitor_draws_and_two_stand_side_by_side(visit: Any) -> None:
    page = first_screen(visit)
    for loss in ("mse", "gce"):
        card = page.locator(f".digits .card[data-loss={loss}]")
        card.locator("summary").click()
        card.locator(".pin").click()
    draw(page, ONE)
    says(page, "digits", "read 1")
    settled(page)
    boxes = [
        page.locator(f".digits .card[data-loss={loss}] .bars").bounding_box()
        for loss in ("mse", "gce")
    ]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]
    focal = page.locator(".digits .card[data-loss=focal]")
    focal.locator("summary").click()
    focal.locator(".pin").click()  # a third takes the place of the first
    assert page.locator(".digits .card[data-pinned]").count() == 2
    page.locator(".digits .card[data-loss=gce] summary").click()
    page.locator(".digits .card[data-loss=gce]:not([open]):not([data-pinned])").wait_for()


def test_a_screen_reader_hears_the_sentence_once_the_drawing_rests(visit: Any) -> None:
    page = first_screen(visit)
    heard = page.locator(".digits .said[role=status]")
    verdict = page.locator(".digits .verdict").inner_text()
    until(lambda: verdict in heard.inner_text())
    assert page.locator(".digits .answer [aria-live], .digits .answer[aria-live]").count() == 0
    page.evaluate(
        """() => {
          window.heard = [];
          const said = document.querySelector(".digits .said");
          const note = () => window.heard.push(said.textContent);
          new MutationObserver(note).observe(said, { childList: true });
        }"""
    )
    draw(page, ONE)
    until(lambda: "read 1" in heard.inner_text())
    assert len(page.evaluate("window.heard")) <= 2  # at most one pause within the stroke


@pytest.mark.parametrize("task", ["pets", "fashion"])
def test_a_photo_tab_opens_with_a_sample_that_is_answered(visit: Any, task: str) -> None:
    page = first_screen(visit)
    opening = TASKS[task].opening()
    open_tab(page, EN.task(task, "tab"))
    page.wait_for_selector(f".{task} .card[data-answer]")
    assert said_truth(page, task) == opening.label
    page.locator(f".{task} .upload button[aria-label='Remove Image']").click()
    page.wait_for_selector(f".{task} .blank")
    open_tab(page, EN.task("digits", "tab"))
    open_tab(page, EN.task(task, "tab"))
    settled(page)
    assert page.locator(f".{task} .blank").is_visible() and said_truth(page, task) == ""


def test_who_wants_no_motion_gets_none(visit: Any) -> None:
    page = first_screen(visit)
    duration = (
        "parseFloat(getComputedStyle(document.querySelector('.pad-sample')).transitionDuration)"
    )
    assert page.evaluate(duration) > 0.05
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(duration) < 0.001
