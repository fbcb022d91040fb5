"""A visitor moves a slider, types a loss and runs a pitfall, in both languages, in Chromium."""

from collections.abc import Callable
from typing import Any

import pytest

from losslens.losses import LOSSES
from losslens.losses.analysis import MAX_CLASSES
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from support.pages import not_wider_than_the_window, open_tab

LANGUAGES = {"en-US": "en", "ja-JP": "ja"}
CELLS = "count => document.querySelectorAll('.anatomy .softmax .cell').length === count"


@pytest.fixture(scope="module")
def explorer(visit_once: Any) -> Callable[..., tuple[Any, Any]]:
    """Turns to the tab, on one page a language and width for all tests: it, and its words."""
    pages: dict[tuple[str, int], Any] = {}

    def turn(locale: str = "en-US", width: int = 1280) -> tuple[Any, Any]:
        words = WORDS[LANGUAGES[locale]]
        if (locale, width) not in pages:
            page = pages[locale, width] = visit_once(locale=locale, width=width).page
            if locale == "ja-JP":
                page.wait_for_url("**/ja")
        page = pages[locale, width]
        open_tab(page, words["tabs.explorer"])
        open_tab(page, words["explorer.page_shape"])
        page.wait_for_selector(".anatomy table")
        assert "__i18n__" not in page.content()
        return page, words

    return turn


def formula_box(page: Any, words: Any) -> Any:
    page.get_by_role("tab", name=words["explorer.page_own"]).click()
    return page.locator("#own-loss textarea, #own-loss input[type=text]").first


@pytest.mark.parametrize("locale", LANGUAGES)
def test_moving_a_logit_changes_every_loss(explorer: Any, locale: str) -> None:
    page, _ = explorer(locale)
    before = page.locator("tr[data-loss] td:nth-child(2)").all_inner_texts()
    assert len(before) == len(LOSSES)
    slider = page.locator("input[type=range]:visible").nth(2)
    slider.focus()
    for _ in range(15):
        slider.press("ArrowLeft")
    page.wait_for_function(
        """before => [...document.querySelectorAll("tr[data-loss] td:nth-child(2)")]
          .every((cell, index) => cell.innerText !== before[index])""",
        arg=before,
    )
    page.wait_for_function(
        """before => parseFloat(document.querySelector(
            "tr[data-loss=cross_entropy] td").innerText) > before""",
        arg=float(before[list(LOSSES).index("cross_entropy")]),
    )
    assert page.locator(".charts svg:visible").count() >= 4


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_typed_loss_is_drawn_checked_or_refused_with_its_place(
    explorer: Any, locale: str
) -> None:
    page, words = explorer(locale)
    box = formula_box(page, words)
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
        """() => document.querySelector(".findings .good")
          && !document.querySelector(".findings .bad")"""
    )


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_distribution_is_moved_and_every_loss_asks_for_another(
    explorer: Any, locale: str
) -> None:
    page, words = explorer(locale)
    page.get_by_role("tab", name=words["explorer.page_asked"]).click()
    page.wait_for_selector(".asked tr[data-loss]:visible")
    assert page.locator(".asked tr[data-loss]").count() == len(LOSSES)
    assert "0.60 · 0.30 · 0.10" in page.locator(".asked p").inner_text()
    page.locator("input[type=range]:visible").first.press("End")
    page.wait_for_function(
        "() => document.querySelector('.asked p b').innerText.startsWith('0.71')"
    )
    page.locator("#asked-counts input").check()
    page.wait_for_function(
        """() => document.querySelector(".asked tr[data-loss=logit_adjusted] b").innerText
          === "0.33\""""
    )


def test_an_error_message_leads_to_its_pitfall(explorer: Any) -> None:
    page, words = explorer()
    page.get_by_role("tab", name=words["explorer.page_pitfalls"]).click()
    page.locator("#pitfall-search").locator("textarea, input").fill("Target 3 is out of bounds")
    page.locator(".story").get_by_text("Target 10 is out of bounds").wait_for()


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_pitfall_is_run_and_told(explorer: Any, locale: str) -> None:
    page, words = explorer(locale)
    page.get_by_role("tab", name=words["explorer.page_pitfalls"]).click()
    page.get_by_role("button", name=words["explorer.run"]).click()
    page.wait_for_selector(".outcome .said", timeout=60_000)
    assert page.locator(".outcome svg[role=img]").count() == 2


def test_every_loss_has_its_formula_set_and_its_code_on_the_page(explorer: Any) -> None:
    page, words = explorer()
    pick = page.get_by_label(words["explorer.pick_loss"])
    for loss in LOSSES.values():
        pick.click()
        page.get_by_role("option", name=words.loss_in_family(loss.key), exact=True).click()
        page.wait_for_function(
            "text => document.querySelector('.facts h2')?.innerText === text", arg=loss.label
        )
        page.wait_for_selector(".facts .katex-display .mord")
        assert page.locator(".facts .katex-error").count() == 0
        assert loss.code.splitlines()[-1] in page.locator(".facts pre").inner_text()


def test_the_logits_of_the_drawing_can_be_taken(visit: Any) -> None:
    page, words = visit().page, WORDS["en"]
    page.get_by_role("button", name=f"{words.task('digits', 'sample')} 3").click()
    page.wait_for_selector(".card[data-answer='3']")
    open_tab(page, words["tabs.explorer"])
    page.get_by_role("button", name=words["explorer.from_drawing"]).click()
    page.wait_for_function(CELLS, arg=len(TASKS["digits"].labels))
    page.wait_for_function(
        """() => parseFloat(document.querySelector(
            ".anatomy .cell.true b").innerText) > 0.9"""
    )


def test_without_a_drawing_it_says_where_to_draw(explorer: Any) -> None:
    page, words = explorer()
    open_tab(page, words.task("digits", "tab"))
    page.get_by_role("button", name=words["predict.clear"]).click()
    page.wait_for_selector(".digits .blank")
    open_tab(page, words["tabs.explorer"])
    page.get_by_role("button", name=words["explorer.from_drawing"]).click()
    told = words["explorer.no_drawing"].format(tab=words.task("digits", "tab"))
    page.locator(".toast-body").get_by_text(told).wait_for()


def test_nothing_is_wider_than_a_phone(explorer: Any) -> None:
    page, _ = explorer(width=390)
    page.locator("#classes input[type=range]").press("End")
    page.wait_for_function(CELLS, arg=MAX_CLASSES)
    assert not_wider_than_the_window(page)
    assert not_wider_than_the_window(page, ".softmax")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_typed_loss_is_sent_to_live_training(explorer: Any, locale: str) -> None:
    page, words = explorer(locale)
    formula_box(page, words).fill("sum((p - e) ** 2)")
    page.get_by_role("button", name=words["explorer.own_send"]).click()
    page.locator("#live-losses").wait_for(state="visible")
    page.wait_for_function(
        "() => document.querySelector('#live-losses input[name=own]')?.checked ?? false"
    )
    assert page.locator("#live-losses input:checked").count() == 4
