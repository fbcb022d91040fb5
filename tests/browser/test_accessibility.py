"""What axe finds on the pages (names, contrast, headings, ...): nothing, in both themes and
languages; and the keyboard alone is enough. Live training, the playground and the choice of a loss
are looked at where they are tested."""

from collections.abc import Iterator
from typing import Any

import pytest

from losslens.losses.catalogue import card_losses
from losslens.ui.glossary import terms
from losslens.ui.i18n import WORDS
from support.pages import draw, open_tab, says, settled, violations
from support.visits import in_language, wide_and_phone


@wide_and_phone
def test_axe_finds_nothing_in_any_state(visit: Any, language: str, width: int, dark: bool) -> None:
    page, words = visit(**in_language(language), width=width, dark=dark).page, WORDS[language]
    found = {}
    for states in (_digits, _photos, _explorer, _report):
        for state in states(page, words):
            if wrong := violations(page):
                found[state] = wrong
    assert found == {}


def _digits(page: Any, words: Any) -> Iterator[str]:
    page.wait_for_selector(".digits .card[data-answer]")
    for loss in ("mse", "bce"):
        page.locator(f".digits .card[data-loss={loss}] summary").click()
        page.locator(f".digits .card[data-loss={loss}] .pin").click()
    page.locator(".digits .choices input[value='8']").check()
    page.wait_for_selector(".digits .truth.wrong")
    page.locator(".digits .card[data-loss=bce] summary").hover()
    yield "a sample, two cards side by side, the mouse on one"
    page.locator(".digits .choices input[value='own']").check()
    page.locator(".digits .card[data-loss=gce] .second").hover(force=True)
    settled(page)
    yield "probabilities by their own links"
    page.get_by_role("button", name=words["predict.clear"], exact=True).click()
    page.wait_for_selector(".digits .blank")
    yield "cleared"
    draw(page, [[(60, 60), (60, 220)], [(140, 60), (140, 220)], [(220, 60), (220, 220)]])
    page.wait_for_selector(".digits .several button")
    yield "a number"
    draw(page, [[(140, 140), (141, 141)]])
    page.get_by_role("button", name=words["predict.clear"], exact=True).click()
    draw(page, [[(140, 140), (141, 141)]])
    page.wait_for_selector(".digits .flagged")
    yield "no digit"


def _photos(page: Any, words: Any) -> Iterator[str]:
    open_tab(page, words.task("pets", "tab"))
    page.wait_for_selector(".pets .card[data-answer]")
    page.locator(".samples button").nth(5).click()
    page.wait_for_selector(".pets .flagged")
    yield "a photo of no pet"
    open_tab(page, words.task("fashion", "tab"))
    page.wait_for_selector(".fashion .card[data-answer]")
    yield "clothes"


def _explorer(page: Any, words: Any) -> Iterator[str]:
    open_tab(page, words["tabs.explorer"])
    page.wait_for_selector(".anatomy table")
    page.locator(".chart .data summary").first.click()
    page.locator(".chart .data td").first.wait_for()
    yield "shape, with a table of its curves"
    open_tab(page, words["explorer.page_asked"])
    page.wait_for_selector(".asked tr[data-loss]:visible")
    yield "probabilities"
    open_tab(page, words["explorer.page_pitfalls"])
    page.locator(".pitfall-run").wait_for()
    yield "a mistake"
    page.locator(".pitfall-run").click()
    page.wait_for_selector(".outcome .said", timeout=60_000)
    yield "a mistake that was run"
    open_tab(page, words["explorer.page_own"])
    box = page.locator("#own-loss textarea, #own-loss input[type=text]").first
    for formula, shown in (("p_y", ".findings .bad"), ("z.x", ".refused mark")):
        box.fill(formula)
        page.wait_for_selector(shown)
        yield formula


def _report(page: Any, words: Any) -> Iterator[str]:
    open_tab(page, words["tabs.report"])
    page.wait_for_selector(".report section")
    yield "the report card"
    page.evaluate(
        "document.querySelectorAll('.report details').forEach((each) => each.open = true)"
    )
    yield "the report card, all of it open"
    page.locator(".glossary summary").click()
    page.locator(".report .gloss").first.focus()
    page.locator(".gloss-popup").wait_for()
    yield "the glossary, and a term explained"


def test_the_keyboard_alone_is_enough(visit: Any) -> None:
    """From the top of the page, by Tab, Enter, Space and arrows: a sample digit, a card, the true
    class, a term, a pet, a logit."""
    page, words = visit().page, WORDS["en"]
    settled(page)

    def reach(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab never comes to {selector}")

    def open_by_key(tab: str) -> None:
        page.get_by_role("tab", selected=True).first.focus()
        for _ in range(page.get_by_role("tab").count()):
            page.keyboard.press("ArrowRight")
            if page.evaluate("document.activeElement.innerText.trim()") == tab:
                return None
        pytest.fail(f"the arrow keys never come to {tab}")

    reach(".pad-sample[aria-label='Sample digit 3']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".digits .card[data-answer='3']")
    settled(page)
    reach(".digits .card[data-loss=mse] summary")
    page.keyboard.press("Enter")
    page.locator(".digits .card[data-loss=mse] .bars").wait_for()
    reach(".digits .card[data-loss=mse] .pin")
    page.keyboard.press("Space")
    page.wait_for_selector(".digits .card[data-loss=mse][data-pinned]")
    assert page.evaluate("document.activeElement.matches('.pin[aria-pressed=true]')")
    reach(".digits .choices .gloss")
    softmax = {term.key: term for term in terms(words)}["softmax"]
    assert softmax.means in page.locator(".gloss-popup").inner_text()
    page.keyboard.press("Escape")
    page.locator(".gloss-popup").wait_for(state="hidden")
    reach(".digits .choices input[value='3']")
    page.wait_for_selector(".digits .truth.right")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".digits .truth.wrong")
    open_by_key(words.task("pets", "tab"))
    assert page.get_by_role("tablist", name="Loss Lens").count() == 1
    reach(".samples button")
    page.keyboard.press("Enter")
    agreed = words.task("pets", "all_agree")
    says(page, "pets", agreed.format(total=len(card_losses()), answer="cat"))
    open_by_key(words["tabs.explorer"])
    reach("#classes input[type=range]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelectorAll('.anatomy .softmax .cell').length === 4")


def test_a_term_is_explained_by_mouse_and_by_tap_and_within_the_window(visit: Any) -> None:
    page = visit(width=390).page
    page.wait_for_selector(".digits .card[data-answer]")
    popup, term = page.locator(".gloss-popup"), page.locator(".digits .gloss:visible").last
    term.click()
    popup.wait_for()
    box = popup.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.locator("h1").click()
    popup.wait_for(state="hidden")
    term.hover()
    popup.wait_for()
    popup.hover()  # may be read with the mouse on it
    page.locator("h1").hover()
    popup.wait_for(state="hidden")
    ids = page.evaluate("[...document.querySelectorAll('.gloss')].map((e) => e.dataset.term)")
    assert ids and all(page.locator(f"#gloss-{each}").count() == 1 for each in ids)
