"""What axe finds on the pages (names, labels, contrast, headings, keyboard): nothing, in both themes and languages."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from support.pages import open_tab

EN = ("Show a pet", "Explore the losses", "Mistakes", "Your own loss", "Report card")
JA = ("ペットを見せる", "損失関数を探る", "よくある間違い", "自作の損失", "成績表")
VISITS = [("en-US", 1280, False, EN), ("ja-JP", 390, True, JA), ("en-US", 390, False, EN)]


def violations(page: Any) -> list[str]:
    page.wait_for_timeout(400)  # colours fade in
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize(
    ("locale", "width", "dark", "tabs"), VISITS, ids=["wide", "phone dark ja", "phone"]
)
def test_axe_finds_nothing(
    visit: Any, locale: str, width: int, dark: bool, tabs: tuple[str, ...]
) -> None:
    page = visit(path="ja" if locale == "ja-JP" else "", locale=locale, width=width, dark=dark).page
    pets, explorer, mistakes, own, report = tabs
    page.locator(".pad-sample").nth(3).click()
    page.wait_for_selector(".digits .card[data-answer]")
    page.locator(".digits .choices input[value='8']").check()
    page.wait_for_selector(".digits .truth.wrong")
    assert violations(page) == []
    open_tab(page, pets)
    page.locator(".samples button").nth(5).click()
    page.wait_for_selector(".pets .unlike")
    assert violations(page) == []
    open_tab(page, explorer)
    page.wait_for_selector(".anatomy table")
    assert violations(page) == []
    page.get_by_role("tab", name=mistakes).click()
    page.locator(".mistakes-run").click()
    page.wait_for_selector(".outcome .said", timeout=60_000)
    assert violations(page) == []
    page.get_by_role("tab", name=own).click()
    page.locator("#own-loss textarea, #own-loss input[type=text]").first.fill("p_y")
    page.wait_for_selector(".findings .bad")
    assert violations(page) == []
    page.locator("#own-loss textarea, #own-loss input[type=text]").first.fill("z.x")
    page.wait_for_selector(".refused mark")
    assert violations(page) == []
    open_tab(page, report)
    page.wait_for_selector(".report section")
    assert violations(page) == []


def test_the_keyboard_alone_is_enough(visit: Any) -> None:
    """From the top of the page, by Tab, Enter, Space and arrows: a sample digit, the true class, a
    pet, a logit."""
    page = visit().page

    def reach(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab never comes to {selector}")

    def open_by_key(tab: str) -> None:
        page.get_by_role("tab", selected=True).first.focus()
        for _ in range(4):
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
    open_by_key("Show a pet")
    reach(".samples button")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelector('.pets .verdict')?.innerText.includes('All 8 say cat.')"
    )
    open_by_key("Explore the losses")
    reach("#classes input[type=range]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelectorAll('.anatomy .softmax .cell').length === 4")
