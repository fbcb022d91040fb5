"""A visitor opens the report card, reads it, prints it and opens a picture of it, in Chromium."""

from typing import Any

import pytest

from losslens.report import schema
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from support.pages import not_wider_than_the_window, open_tab

LANGUAGES = {"en-US": "en", "ja-JP": "ja"}
FIRST = next(iter(TASKS))
PARTS = {"calibration", "figures", "pairs", "disputed", "wrong", "corrupted", "risk", "confusion"}


def opened(visit: Any, locale: str = "en-US", width: int = 1280) -> Any:
    page = visit(locale=locale, width=width).page
    if locale == "ja-JP":
        page.wait_for_url("**/ja")
    open_tab(page, WORDS[LANGUAGES[locale]]["tabs.report"])
    page.wait_for_selector(".report section")
    return page


def unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('.report .part').forEach(each => each.open = true)")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_part_is_there_says_how_it_was_measured_and_can_be_read_aloud(
    visit: Any, locale: str
) -> None:
    page, words = opened(visit, locale), WORDS[LANGUAGES[locale]]
    keys = page.locator(".report section").evaluate_all("all => all.map(each => each.dataset.part)")
    assert set(keys) >= PARTS
    assert page.locator(".report .part[open]").count() == 0  # the findings come first
    unfold(page)
    for part in page.locator(".report section").all():
        assert len(part.locator(".says").inner_text()) > 10
        measured = part.locator(".measured")
        assert words["report.how"] in measured.inner_text()
        assert measured.locator("code").inner_text().startswith(("losslens ", "python benchmarks/"))
    networks = len(schema.load(FIRST).tested.networks)
    figures = page.locator(".report figure [role=img]")
    # A reliability diagram and a confusion matrix each; calibration, accuracy, differences, risk.
    assert figures.count() >= 2 * networks + 4
    for figure in figures.all():
        assert len(figure.get_attribute("aria-label")) > 20
    assert "__i18n__" not in page.content()


def test_the_contents_open_a_part_and_bring_it_into_view(visit: Any) -> None:
    page = opened(visit)
    page.locator(".report .contents a").last.click()
    part = page.locator(".report .part").last
    assert part.evaluate("each => each.open") and page.locator(".report .part[open]").count() == 1
    top = part.locator("> summary").bounding_box()["y"]
    assert -1 <= top < 800
    assert page.evaluate("document.activeElement.closest('.part')?.open") is True
    page.keyboard.press("Enter")
    assert page.locator(".report .part[open]").count() == 0
    assert "#" not in page.url


@pytest.mark.parametrize("locale", LANGUAGES)
def test_each_task_has_its_own_report(visit: Any, locale: str) -> None:
    page, words = opened(visit, locale), WORDS[LANGUAGES[locale]]
    for key, task in reversed(TASKS.items()):
        page.get_by_label(words.task(key, "report"), exact=True).check()
        page.wait_for_selector(f".report[data-task={key}] section")
        assert page.locator(".report").count() == 1
        clickable = page.locator(".report .disputed button").count()
        assert (clickable > 0) == task.shareable
        corrupted = schema.load(key).corrupted
        assert corrupted is not None
        samples = page.locator(".report .kinds img").count()
        assert samples == corrupted.variants
        # No picture of the test data but those that may be shared.
        assert page.locator(".report img").count() == samples + clickable


def test_a_disputed_picture_opens_on_its_tasks_tab_and_is_answered_as_it_was_in_the_test(
    visit: Any,
) -> None:
    page = opened(visit)
    for key in reversed(TASKS):  # the pages that were looked at before it change nothing
        page.get_by_label(WORDS["en"].task(key, "report"), exact=True).check()
        page.wait_for_selector(f".report[data-task={key}] section")
    tested, labels = schema.load(FIRST).tested, TASKS[FIRST].labels
    disputed = tested.disputed[2]
    page.locator(".report [data-part=disputed] .part > summary").click()
    page.locator(".report .disputed button").nth(2).click()
    page.wait_for_selector(f".{FIRST} .card[data-answer] .truth")
    answers = {
        card.get_attribute("data-loss"): card.get_attribute("data-answer")
        for card in page.locator(f".{FIRST} .card").all()
    }
    assert answers == {
        loss: labels[each] for loss, each in zip(tested.losses, disputed.answers, strict=True)
    }
    truth = page.get_by_role("radio", name=labels[disputed.truth], exact=True)
    assert truth.first.is_checked()
    page.wait_for_function(
        """() => document.querySelector(".pad canvas").getContext("2d")
          .getImageData(0, 0, 280, 280).data.some((value) => value < 50)"""
    )
    assert page.locator(".pad-hint").is_hidden()
    page.wait_for_function(  # it lands at the answer
        """task => {
          const answer = document.querySelector(`.predict.${task} .answer`).getBoundingClientRect();
          return answer.top < innerHeight / 2 && answer.bottom > innerHeight / 4;
        }""",
        arg=FIRST,
    )
    page.get_by_role("button", name="Clear").click()
    page.wait_for_selector(".answer .blank")


def test_it_prints_without_the_rest_of_the_page_and_fits_a_phone(visit: Any) -> None:
    page = opened(visit, width=390)
    assert (
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        <= 0
    )
    unfold(page)
    assert not_wider_than_the_window(page)
    page.evaluate("document.querySelectorAll('.report .part').forEach(each => each.open = false)")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".report .part:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".report .part[open]").count() == 0
    unfold(page)
    page.emulate_media(media="print")
    for hidden in (".head", ".report-controls", ".report .print", "footer"):
        assert page.locator(hidden).first.is_hidden(), hidden
    assert page.locator(".report h2").is_visible()
    assert (
        page.locator(".report figure").first.evaluate(
            "(each) => getComputedStyle(each).breakInside"
        )
        == "avoid"
    )
    assert len(page.pdf()) > 20_000
