"""A link brings any state back, in a fresh browser, on reload and by Back; a tab stands alone in a
frame, and large before a class; answers and charts become pictures."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from PIL import Image

from losslens.ui.i18n import WORDS
from support.pages import answers, draw, not_wider_than_the_window, open_tab, settled, violations
from support.visits import in_language, whole_screens
from support.waiting import until

FIVE = [[(190, 50), (95, 50), (90, 130), (154, 118), (190, 154), (185, 200), (140, 230), (90, 213)]]


def at(page: Any, part: str) -> None:
    """Wait until the address has something in it."""
    page.wait_for_function("part => decodeURIComponent(location.href).includes(part)", arg=part)


def selected(page: Any) -> list[str]:
    """The tabs in view: of the page, and within it."""
    found = page.locator("[role=tab][aria-selected=true]").all()
    return [each.inner_text() for each in found if each.is_visible()]


def after(page: Any, base: str) -> str:
    return str(page.url).removeprefix(base)


@whole_screens
def test_a_link_brings_all_back(
    visit: Any, app_url: str, language: str, width: int, height: int, dark: bool
) -> None:
    look = in_language(language) | {"width": width, "height": height, "dark": dark}
    page, words = visit(**look).page, WORDS[language]
    page.wait_for_selector(".digits .card[data-answer]")
    assert page.url == app_url + look["path"]  # nothing was set
    draw(page, FIVE)
    page.wait_for_selector(".digits .card[data-answer='5']")
    settled(page)
    page.locator(".digits .choices input[value='3']").check()
    page.locator(".digits .card[data-loss=gce] summary").click()
    at(page, "tab=digits&open=gce&truth=3#digits=p")
    settled(page)
    before, drawn = answers(page, "digits"), page.url
    page.reload()
    page.wait_for_selector(".digits .card[data-loss=gce][open] .truth.wrong")
    assert page.url == drawn and answers(page, "digits") == before

    fresh = visit(**look | {"path": after(page, app_url)}).page
    fresh.wait_for_selector(".digits .card[data-loss=gce][open] .truth.wrong")
    assert fresh.url == drawn and answers(fresh, "digits") == before
    open_tab(fresh, words["tabs.explorer"])
    fresh.locator("input[type=range]:visible").nth(2).press("ArrowLeft")
    at(fresh, "tab=explorer&part=shape&z0=1.9")
    open_tab(fresh, words["explorer.page_steps"])
    fresh.locator("#steps .steps").wait_for()
    at(fresh, "tab=explorer&part=steps#digits=p")
    open_tab(fresh, words["tabs.choose"])
    fresh.locator("#choose-rare input[value='100']").check()
    at(fresh, "tab=choose&rare=100")
    fresh.go_back()
    until(lambda: selected(fresh) == [words["tabs.explorer"], words["explorer.page_steps"]])
    fresh.go_back()
    until(lambda: selected(fresh) == [words["tabs.explorer"], words["explorer.page_shape"]])
    at(fresh, "z0=1.9")
    fresh.go_forward()
    fresh.go_forward()
    until(lambda: selected(fresh) == [words["tabs.choose"]])
    assert fresh.locator("#choose-rare input[value='100']").is_checked()
    assert not_wider_than_the_window(fresh) and violations(fresh) == []


def test_every_tab_reads_its_link(visit: Any) -> None:
    """Steps of the drawing that the link has, a sample photo, a loss, a report."""
    page = visit(path="?tab=explorer&part=steps&loss=mse&rate=1#digits=*3").page
    own = WORDS["en"]["steps.own"].format(tab=WORDS["en"].task("digits", "tab"))
    page.locator("#steps", has_text=own).wait_for()
    assert page.locator("#steps-rate input").first.input_value() == "1"

    def turn(address: str) -> None:
        page.evaluate("address => history.replaceState(null, '', address)", address)
        page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")

    turn("?tab=pets&sample=husky&probabilities=calibrated")
    page.wait_for_selector(".pets .card[data-answer=dog]")
    turn("?tab=report&task=fashion")
    page.wait_for_selector(".report[data-task=fashion]:visible")
    turn("?tab=playground&data=spiral&losses=mse,gce&step=30")
    page.wait_for_selector(".playground[data-step='30']")
    assert page.locator(".pg-field").count() == 2
    turn("?tab=live&wrong=40&losses=focal&focal.gamma=3")
    page.locator("#live-focal-gamma input[type=range]").wait_for()
    until(
        lambda: (
            "focal.gamma=3"
            in page.locator("#live-link textarea, #live-link input").first.input_value()
        )
    )
    turn("?tab=explorer&part=own&formula=sum((p-e)**2)")
    box = page.locator("#own-loss textarea, #own-loss input[type=text]").first
    until(lambda: box.input_value() == "sum((p-e)**2)")


FRAMED = {
    "digits": ".digits .card[data-answer]",
    "playground": ".pg-field",
    "explorer": ".charts svg",
}


def overflow(page: Any) -> list[int]:
    """By how many pixels the page is wider and higher than the window."""
    return list(
        page.evaluate(
            """() => { const { scrollWidth, scrollHeight } = document.scrollingElement;
              return [scrollWidth - innerWidth, scrollHeight - innerHeight]; }"""
        )
    )


@pytest.mark.parametrize("language", WORDS)
def test_a_tab_stands_alone_in_a_frame_and_large_before_a_class(visit: Any, language: str) -> None:
    page = visit(**in_language(language, "?embed=1"), width=900, height=500).page
    for tab, shown in FRAMED.items():
        page.evaluate("tab => history.replaceState(null, '', '?embed=1&tab=' + tab)", tab)
        page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
        page.locator(shown).first.wait_for()
        assert not page.locator(".languages, footer").first.is_visible()
        until(lambda: overflow(page) == [0, 0])
        assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 720})
    page.evaluate("history.replaceState(null, '', '?tab=playground')")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    page.locator("[data-look=present]").click()
    at(page, "present=1")
    until(lambda: overflow(page) == [0, 0])
    size = page.locator(".pg-said:visible, .pg-name:visible").first.evaluate(
        "each => each.getBoundingClientRect().height / each.offsetHeight"
    )
    assert violations(page) == [] and size > 1.2
    page.keyboard.press("Escape")
    page.locator(".languages").wait_for()
    assert "present" not in page.url


def test_answers_and_charts_become_pictures(visit: Any, tmp_path: Path) -> None:
    page = visit().page
    page.wait_for_selector(".digits .card[data-answer]")
    buttons = [page.locator(".digits .as-picture")]
    buttons.append(page.locator(".chart .as-picture:visible").first)
    for number, button in enumerate(buttons):
        if number:
            open_tab(page, WORDS["en"]["tabs.explorer"])
        with page.expect_download() as download:
            button.click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        with Image.open(path) as picture:
            colours = picture.convert("RGB").getcolors(1 << 22) or []
            assert picture.width >= 2000 and len(colours) > 50  # no blank


@whole_screens
def test_two_runs_are_compared_by_one_link(
    visit: Any, language: str, width: int, height: int, dark: bool
) -> None:
    run = "losses=cross_entropy&examples=200&epochs=1"
    asked = f"?tab=live&{run}&wrong=40&" + urlencode({"against": run})
    look = in_language(language, asked) | {"width": width, "height": height, "dark": dark}
    page, words = visit(**look).page, WORDS[language]
    page.locator("#live-against .against").wait_for()
    page.locator("#live-start").click()
    page.locator(".compared article").nth(1).wait_for(timeout=120_000)
    runs = page.locator(".compared article")
    assert runs.count() == 2 and runs.locator(".conclusions").count() == 2
    assert "40" in runs.nth(0).locator("> p").inner_text()
    assert page.locator(".compared h3").all_inner_texts() == [
        words["live.compared.this"],
        words["live.compared.other"],
    ]
    assert violations(page) == [] and not_wider_than_the_window(page)
    page.locator("#live-against button").click()
    page.wait_for_function("!location.search.includes('against')")
    page.locator("#live-compare").click()
    at(page, "against=")
    assert "wrong=40" in page.evaluate("new URLSearchParams(location.search).get('against')")
    settled(page)
