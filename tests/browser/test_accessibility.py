"""What axe finds on the pages (names, contrast, headings, ...): nothing, in both themes and
languages; and the keyboard alone is enough."""

from typing import Any

import pytest

from losslens.losses.catalogue import card_losses
from losslens.ui.i18n import WORDS
from support.pages import open_tab, says, violations

VISITS = [("en", 1280, False), ("ja", 390, True), ("en", 390, False)]
LOCALES = {"en": "en-US", "ja": "ja-JP"}


@pytest.mark.parametrize(
    ("language", "width", "dark"), VISITS, ids=["wide", "phone dark ja", "phone"]
)
def test_axe_finds_nothing(visit: Any, language: str, width: int, dark: bool) -> None:
    path, words = "ja" if language == "ja" else "", WORDS[language]
    page = visit(path=path, locale=LOCALES[language], width=width, dark=dark).page
    page.locator(".pad-sample").nth(3).click()
    page.wait_for_selector(".digits .card[data-answer]")
    page.locator(".digits .choices input[value='8']").check()
    page.wait_for_selector(".digits .truth.wrong")
    assert violations(page) == []
    open_tab(page, words.task("pets", "tab"))
    page.locator(".samples button").nth(5).click()
    page.wait_for_selector(".pets .flagged")
    assert violations(page) == []
    open_tab(page, words["tabs.explorer"])
    page.wait_for_selector(".anatomy table")
    assert violations(page) == []
    open_tab(page, words["explorer.page_pitfalls"])
    page.locator(".pitfall-run").click()
    page.wait_for_selector(".outcome .said", timeout=60_000)
    assert violations(page) == []
    open_tab(page, words["explorer.page_own"])
    box = page.locator("#own-loss textarea, #own-loss input[type=text]").first
    for formula, shown in (("p_y", ".findings .bad"), ("z.x", ".refused mark")):
        box.fill(formula)
        page.wait_for_selector(shown)
        assert violations(page) == []
    open_tab(page, words["tabs.report"])
    page.wait_for_selector(".report section")
    assert violations(page) == []


def test_the_keyboard_alone_is_enough(visit: Any) -> None:
    """From the top of the page, by Tab, Enter, Space and arrows: a sample digit, the true class, a
    pet, a logit."""
    page, words = visit().page, WORDS["en"]

    def reach(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab never comes to {selector}")

    def open_by_key(tab: str) -> None:
        page.get_by_role("tab", selected=True).first.focus()
        for _ in range(page.get_by_role("tab").count()):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText.trim()") == tab:
                return page.keyboard.press("Enter")
        pytest.fail(f"Tab never comes to {tab}")

    reach(".pad-sample[aria-label='Sample digit 3']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".digits .card[data-answer='3']")
    reach(".digits .choices input[value='3']")
    page.keyboard.press("Space")
    page.wait_for_selector(".digits .truth.right")
    open_by_key(words.task("pets", "tab"))
    reach(".samples button")
    page.keyboard.press("Enter")
    agreed = words.task("pets", "all_agree")
    says(page, "pets", agreed.format(total=len(card_losses()), answer="cat"))
    open_by_key(words["tabs.explorer"])
    reach("#classes input[type=range]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelectorAll('.anatomy .softmax .cell').length === 4")
