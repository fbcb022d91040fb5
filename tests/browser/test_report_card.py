"""A visitor opens the report card, reads it, prints it and opens a disputed digit, in a real Chromium."""

from typing import Any

import pytest

from losslens.losses import LOSSES
from losslens.report import schema as report
from losslens.tasks import TASKS
from support.pages import open_tab

NAMES = {
    "en-US": ("Report card", "cats and dogs", "How was this measured?", "tie"),
    "ja-JP": ("成績表", "犬と猫", "どう測ったか", "引き分け"),
}


def opened(visit: Any, locale: str = "en-US", width: int = 1280) -> Any:
    page = visit(locale=locale, width=width).page
    if locale == "ja-JP":
        page.wait_for_url("**/ja")
    open_tab(page, NAMES[locale][0])
    page.wait_for_selector(".report section")
    return page


@pytest.mark.parametrize("locale", NAMES)
def test_every_part_is_there_says_how_it_was_measured_and_can_be_read_aloud(
    visit: Any, locale: str
) -> None:
    page = opened(visit, locale)
    _, pets, how, tie = NAMES[locale]
    assert page.locator(".report section").count() == 8
    for part in page.locator(".report section .measured").all():
        assert how in part.inner_text() and part.locator("code").inner_text().startswith(
            "losslens report digits --only "
        )
    assert page.locator(".report .measured").count() == 8
    figures = page.locator(".report figure > svg")
    assert (
        figures.count() == 1 + 8 + 1 + 1 + 1 + 8
    )  # calibration, reliability, accuracy, wrong labels, risk, confusion
    for figure in figures.all():
        assert (
            figure.get_attribute("role") == "img" and len(figure.get_attribute("aria-label")) > 20
        )
    assert tie in page.locator(".report .pairs").inner_text()
    assert "__i18n__" not in page.content()

    page.get_by_label(pets, exact=True).check()
    page.wait_for_function("document.querySelector('.report code')?.innerText.includes('pets')")
    assert page.locator(".report .disputed button").count() == 0
    assert (
        page.locator(".report img").count() == page.locator(".report .kinds img").count() == 30
    )  # of a free photo


def test_a_disputed_digit_opens_on_the_first_tab_and_is_answered_as_it_was_in_the_test(
    visit: Any,
) -> None:
    page = opened(visit)
    disputed, labels = report.load("digits").tested.disputed[2], TASKS["digits"].labels
    page.locator(".report .disputed button").nth(2).click()
    page.wait_for_selector(".digits .card[data-answer]")
    page.wait_for_selector(".digits .card .truth")
    answers = {
        card.get_attribute("data-loss"): card.get_attribute("data-answer")
        for card in page.locator(".card").all()
    }
    assert answers == {
        loss: labels[each] for loss, each in zip(LOSSES, disputed.answers, strict=True)
    }
    assert page.get_by_role("radio", name=labels[disputed.truth], exact=True).first.is_checked()
    inked = "document.querySelector('.pad canvas').getContext('2d').getImageData(0, 0, 280, 280).data.some((v) => v < 50)"
    page.wait_for_function(inked)
    assert page.locator(".pad-hint").is_hidden()
    page.get_by_role("button", name="Clear").click()
    page.wait_for_selector(".answer .blank")


def test_it_prints_without_the_rest_of_the_page_and_fits_a_phone(visit: Any) -> None:
    page = opened(visit, width=390)
    assert (
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        <= 0
    )
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
