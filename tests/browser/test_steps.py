"""A visitor goes step by step through losses of the digit that is drawn, in Chromium: by mouse,
keyboard and finger, and in both languages."""

from typing import Any

from losslens.ui.i18n import WORDS
from support.pages import not_wider_than_the_window, open_tab, violations
from support.visits import in_language, wide_and_phone


def step(page: Any, name: str) -> Any:
    """One step on the page."""
    return page.locator(f".steps .step[data-name='{name}']")


def choose(page: Any, words: Any, loss: str) -> None:
    page.locator("#steps-loss input").click()
    page.get_by_role("option", name=words.loss_in_family(loss), exact=True).click()
    page.wait_for_selector(f".steps[data-loss='{loss}'][data-ready]")


@wide_and_phone
def test_numbers_and_terms_light_up_together(
    visit: Any, language: str, width: int, dark: bool
) -> None:
    page, words = visit(**in_language(language), width=width, dark=dark).page, WORDS[language]
    page.wait_for_selector(".digits .card[data-answer]")
    open_tab(page, words["tabs.explorer"])
    open_tab(page, words["explorer.page_steps"])
    page.wait_for_selector(".steps[data-ready]")
    assert words["steps.own"].format(tab=words.task("digits", "tab")) in page.inner_text(".steps")
    # The loss is lit as the page opens, and how it came is written with numbers.
    shown = step(page, "L").locator(".number b").inner_text()
    line = page.locator(".worked:visible").inner_text()
    assert line.endswith(f"= {shown}") and "p" not in line
    # A number, by keyboard: itself, its term wherever it stands, and what it came from.
    page.mouse.move(1, 1)  # else what scrolls beneath the mouse lights up, too
    step(page, "p").locator(".number").first.focus()
    page.keyboard.press("ArrowRight")
    lit = page.locator(".steps .number.lit")
    assert lit.get_attribute("data-name") == "p" and lit.get_attribute("data-k") == "1"
    assert page.locator(".steps .term.lit:not([data-name=p])").count() == 0
    assert page.locator(".steps .term.lit").count() == 3  # its own line, the loss, the gradient
    sources = page.locator(".steps .number.from")
    came = [
        (each.get_attribute("data-name"), each.get_attribute("data-k")) for each in sources.all()
    ]
    assert came == [("a", "1"), ("S", None)]
    numbers = sources.locator("b").all_inner_texts()
    assert [number in page.inner_text(".steps .said") for number in numbers] == [True, True]
    # A term lights up all its numbers: clicked, and by the mouse passing over.
    step(page, "p").locator(".formula .term[data-name=a]").click()
    assert lit.count() == 10 and {each.get_attribute("data-name") for each in lit.all()} == {"a"}
    step(page, "z").locator(".number").nth(4).hover()
    assert lit.count() == 1 and lit.get_attribute("data-k") == "4"
    assert violations(page) == []
    choose(page, words, "mse")  # which has no softmax
    assert step(page, "p").count() == 0 and step(page, "d").locator(".number").count() == 10
    assert not_wider_than_the_window(page)
