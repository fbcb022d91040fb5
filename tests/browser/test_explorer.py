"""A visitor moves a slider, types a loss and runs a mistake, in both languages, in a real Chromium."""

from typing import Any

import pytest

from losslens.losses import LOSSES
from support.pages import open_tab

TABS = {
    "en-US": ("Explore the losses", "Your own loss", "Mistakes", "Run both"),
    "ja-JP": ("損失関数を探る", "自作の損失", "よくある間違い", "両方を実行"),
}


def explorer(visit: Any, locale: str, width: int = 1280) -> Any:
    page = visit(locale=locale, width=width).page
    if locale == "ja-JP":
        page.wait_for_url("**/ja")
    open_tab(page, TABS[locale][0])
    page.wait_for_selector(".anatomy table")
    assert "__i18n__" not in page.content()
    return page


@pytest.mark.parametrize("locale", TABS)
def test_moving_a_logit_changes_every_loss(visit: Any, locale: str) -> None:
    page = explorer(visit, locale)
    row = page.locator("tr[data-loss=cross_entropy] td").first
    before = row.inner_text()
    slider = page.locator("input[type=range]:visible").nth(2)
    slider.focus()
    for _ in range(15):
        slider.press("ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('tr[data-loss=cross_entropy] td').innerText !== before",
        arg=before,
    )
    page.wait_for_timeout(800)
    assert float(row.inner_text()) > float(before)
    assert page.locator(".charts svg:visible").count() >= 4


@pytest.mark.parametrize("locale", TABS)
def test_a_typed_loss_is_drawn_checked_or_refused_with_its_place(visit: Any, locale: str) -> None:
    page = explorer(visit, locale)
    page.get_by_role("tab", name=TABS[locale][1]).click()
    box = page.locator("#own-loss textarea, #own-loss input[type=text]").first
    box.fill("sum(abs(p - e)) + q")
    page.wait_for_selector(".refused mark")
    assert page.locator(".refused mark").inner_text() == "q"
    assert "19" in page.locator(".refused p").inner_text()
    box.fill("sum(p) // 2")
    page.wait_for_function("() => document.querySelector('.refused mark')?.innerText === '//'")
    box.fill("p_y")
    page.wait_for_selector(".findings .bad")
    box.fill("sum(abs(p - e))")
    page.wait_for_function(
        "() => document.querySelectorAll('.findings .good').length === 4 && !document.querySelector('.findings .bad')"
    )


@pytest.mark.parametrize("locale", TABS)
def test_a_mistake_is_run_and_told(visit: Any, locale: str) -> None:
    page = explorer(visit, locale)
    page.get_by_role("tab", name=TABS[locale][2]).click()
    page.get_by_role("button", name=TABS[locale][3]).click()
    page.wait_for_selector(".outcome .said", timeout=60_000)
    assert page.locator(".outcome svg[role=img]").count() == 2


def test_every_loss_has_its_formula_set_and_its_code_on_the_page(visit: Any) -> None:
    page = explorer(visit, "en-US")
    pick = page.get_by_label("Loss to look at closely")
    for key, loss in LOSSES.items():
        pick.click()
        page.get_by_role("option", name=loss.label, exact=True).click()
        page.wait_for_function(
            "text => document.querySelector('.facts h2')?.innerText === text", arg=loss.label
        )
        page.wait_for_selector(".facts .katex-display .mord")
        assert page.locator(".facts .katex-error").count() == 0
        assert LOSSES[key].code.splitlines()[-1] in page.locator(".facts pre").inner_text()


def test_the_logits_of_the_drawing_can_be_taken(visit: Any) -> None:
    page = visit().page
    page.get_by_role("button", name="Sample digit 3").click()
    page.wait_for_selector(".card[data-answer]")
    page.get_by_role("tab", name="Explore the losses").click()
    page.get_by_role("button", name="Take the logits from my drawing").click()
    page.wait_for_function(
        "() => document.querySelectorAll('.anatomy .softmax .cell').length === 10"
    )
    page.wait_for_function(
        "() => parseFloat(document.querySelector('.anatomy .cell.true b').innerText) > 0.9"
    )


def test_nothing_is_wider_than_a_phone(visit: Any) -> None:
    page = explorer(visit, "en-US", width=390)
    page.locator("#classes input[type=range]").press("End")
    page.wait_for_function(
        "() => document.querySelectorAll('.anatomy .softmax .cell').length === 10"
    )
    assert (
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        <= 0
    )
    assert (
        page.locator(".softmax").evaluate("element => element.scrollWidth - element.clientWidth")
        <= 0
    )


@pytest.mark.parametrize(
    ("locale", "send"), [("en-US", "Train with it live"), ("ja-JP", "この損失でライブ学習")]
)
def test_a_typed_loss_is_sent_to_live_training(visit: Any, locale: str, send: str) -> None:
    page = explorer(visit, locale)
    page.get_by_role("tab", name=TABS[locale][1]).click()
    page.locator("#own-loss textarea, #own-loss input[type=text]").first.fill("sum((p - e) ** 2)")
    page.get_by_role("button", name=send).click()
    page.locator("#live-losses").wait_for(state="visible")
    chosen = page.locator("#live-losses input:checked")
    page.wait_for_function(
        "() => document.querySelector('#live-losses input[name=own]')?.checked ?? false"
    )
    assert chosen.count() == 4
