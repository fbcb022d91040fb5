"""A visitor moves through a training in the feature view, in Chromium: wide, and on a phone in
Japanese."""

from statistics import median
from typing import Any

from losslens.live.config import LiveConfig
from losslens.ui.i18n import WORDS
from support.pages import not_wider_than_the_window, violations
from support.visits import in_language, wide_and_phone
from support.waiting import until

# A view comes again, as when an answer comes late: gradio takes off what no template gave.
_COME_AGAIN = """(view) => {
  delete view.dataset.ready;
  delete view.dataset.moment;
}"""
QUICK = 50  # ms from a move of the slider to the picture


@wide_and_phone
def test_the_slider_goes_through_the_training_with_the_visitors_digit_in_it(
    visit: Any, language: str, width: int, dark: bool
) -> None:
    words, asked = WORDS[language], in_language(language, "?tab=explorer&part=features")
    page = visit(**asked, width=width, dark=dark).page
    view = page.locator(".features")
    page.wait_for_selector(".features[data-moment]")
    assert page.locator(".features canvas").count() == len(LiveConfig.losses)
    drawn = "(canvas) => canvas.toDataURL()"
    slider, first = view.locator("input[type=range]"), view.locator("canvas").first
    last, taken = first.evaluate(drawn), []
    slider.focus()
    for _ in range(9):
        before = view.get_attribute("data-moment")
        page.keyboard.press("ArrowLeft")
        until(lambda before=before: view.get_attribute("data-moment") != before)
        taken.append(float(view.get_attribute("data-ms") or "inf"))
    assert median(taken) <= QUICK, taken
    assert first.evaluate(drawn) != last
    assert slider.get_attribute("aria-valuetext") == view.locator("output").inner_text()
    page.keyboard.press("Home")
    until(lambda: view.get_attribute("data-moment") == "0")
    assert float(view.locator(".features-separation").first.inner_text()) < 0.4
    # The page opens with a digit that is answered: it is the star.
    star = words["features.star"].format(tab=words.task("digits", "tab"))
    assert view.locator(".features-star").inner_text() == star
    view.evaluate(_COME_AGAIN)
    page.wait_for_selector(".features[data-moment]")
    view.get_by_role("button", name=words["features.browser.play"]).click()
    view.evaluate(_COME_AGAIN)
    until(lambda: int(view.get_attribute("data-moment") or 0) >= 2)
    view.get_by_role("button", name=words["features.browser.pause"]).click()
    moment = view.get_attribute("data-moment")
    view.evaluate(_COME_AGAIN)
    page.wait_for_selector(".features[data-moment]")
    assert view.get_attribute("data-moment") == moment
    assert view.get_by_role("button", name=words["features.browser.play"]).is_visible()
    assert violations(page) == [] and not_wider_than_the_window(page)
