"""A visitor plays with points in a plane, in Chromium: boundaries move, points are added and
dragged, and a link brings all of it back."""

from typing import Any

import pytest

from losslens.losses import LOSSES, Loss
from losslens.losses.catalogue import by_family
from losslens.ui.i18n import WORDS
from losslens.ui.playground.settings import FIRST, PRESETS
from support.pages import not_wider_than_the_window, open_tab, violations
from support.visits import in_language, whole_screens

LINK = "?tab=playground&"
COUNT = "() => +document.querySelector('.playground').dataset.{name}"


def opened(page: Any, language: str = "en") -> None:
    """Turn to the playground, and wait until its fields are there."""
    open_tab(page, WORDS[language]["tabs.playground"])
    page.wait_for_selector(".pg-field")


def at_step(page: Any, least: int) -> None:
    page.wait_for_function(f"least => ({COUNT.format(name='step')})() >= least", arg=least)


def points(page: Any) -> list[str]:
    """The points that were edited, as the address has them."""
    text = page.evaluate("new URLSearchParams(location.search).get('edited')") or ""
    return [text[place : place + 5] for place in range(0, len(text), 5)]


@whole_screens
def test_one_click_moves_boundaries_and_says_what_differs(
    visit: Any, language: str, width: int, height: int, dark: bool
) -> None:
    words = WORDS[language]
    page = visit(**in_language(language), width=width, height=height, dark=dark).page
    opened(page, language)
    colours = page.locator(".pg-colours").first
    before = colours.evaluate("canvas => canvas.toDataURL()")
    at_step(page, 40)
    assert colours.evaluate("canvas => canvas.toDataURL()") != before
    shown = page.locator(".pg-field").evaluate_all("all => all.map(each => each.dataset.loss)")
    assert shown == FIRST["losses"]
    bottom = page.locator(".pg-plane").nth(1).evaluate("e => e.getBoundingClientRect().bottom")
    assert bottom <= height and not_wider_than_the_window(page)
    page.locator(".pg-play").click()
    said = page.locator(".pg-said").inner_text()
    assert words.loss("mse") in said and "%" in said and "{" not in said
    assert violations(page) == []


def test_points_are_added_mislabelled_moved_and_erased(visit: Any) -> None:
    page = visit(path=LINK + "points=20&data=clusters&noise=0").page
    page.wait_for_selector(".pg-field")
    page.locator(".pg-play").click()
    box = page.locator(".pg-points").first.bounding_box()

    def press(x: float, y: float) -> None:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    press(0.9, 0.9)
    page.wait_for_function("location.search.includes('edited=')")
    added = points(page)
    assert len(added) == 21 and added[-1][4] == "4"  # told the second class, and of it
    press(0.9, 0.9)
    assert points(page)[-1][4] == "1"  # told the first now: mislabelled
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"], steps=4)
    page.mouse.up()
    moved = points(page)[-1]
    assert moved[4] == "1" and moved[:2] < added[-1][:2] and moved[2:4] > added[-1][2:4]
    page.locator("[name=tool][value=erase]").check(force=True)
    press(0.1, 0.1)
    assert points(page) == added[:-1]


def test_the_keyboard_adds_carries_and_removes_a_point(visit: Any) -> None:
    page = visit(path=LINK + "points=20&data=rings&noise=0").page
    page.wait_for_selector(".pg-field")
    page.locator(".pg-play").press("Enter")
    page.locator(".pg-points").nth(1).focus()
    page.keyboard.press("Enter")  # in the middle, where no ring is
    first = points(page)
    assert len(first) == 21
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    carried = points(page)
    assert carried[:-1] == first[:-1] and carried[-1][:2] > first[-1][:2]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    assert points(page) == first[:-1]


def test_a_link_brings_back_settings_points_and_step(visit: Any) -> None:
    page = visit(path=LINK + "data=three&losses=focal,mae&seed=5&size=4&speed=10").page
    page.wait_for_selector(".pg-field")
    at_step(page, 20)
    page.locator(".pg-play").click()
    page.locator(".pg-points").first.click(position={"x": 12, "y": 12})
    page.locator(".pg-step").click()
    page.wait_for_function("location.search.includes('edited=')")

    def state(page: Any) -> tuple[Any, ...]:
        settings = page.locator("[data-setting]").evaluate_all(
            "all => all.map(each => [each.dataset.setting, each.value, each.checked])"
        )
        return settings, page.locator(".pg-fields").inner_text(), points(page)

    step, before = page.evaluate(COUNT.format(name="step")), state(page)
    assert f"step={step}" in page.url
    page.reload()
    page.wait_for_selector(".pg-field")
    at_step(page, step)
    after = state(page)
    assert after[0] == before[0] and after[2] == before[2]
    assert page.evaluate(COUNT.format(name="step")) == step
    assert page.locator(".pg-play").get_attribute("data-playing") == "false"


def test_presets_and_settings_start_anew(visit: Any) -> None:
    page, words = visit(path=LINK).page, WORDS["en"]
    page.wait_for_selector(".pg-field")
    page.locator("[data-preset=rare]").click()
    page.wait_for_selector(".pg-field[data-loss=logit_adjusted]")
    assert "imbalance=20" in page.url and page.locator(".pg-balanced").first.is_visible()
    at_step(page, 30)
    page.locator(".pg-play").click()
    assert words["playground.browser.measure_balanced"] in page.locator(".pg-said").inner_text()
    assert page.locator("[data-setting=losses]:checked").count() == len(PRESETS["rare"]["losses"])
    page.locator("[data-setting=losses][value=ldam]").uncheck()
    page.wait_for_function("document.querySelectorAll('.pg-field').length === 3")
    assert page.evaluate(COUNT.format(name="step")) == 0
    offered = page.locator("[data-setting=losses]").evaluate_all("all => all.map(e => e.value)")
    assert offered == by_family(LOSSES)


def test_it_rests_where_it_is_not_in_view(visit: Any) -> None:
    page = visit(path=LINK).page
    at_step(page, 6)
    open_tab(page, WORDS["en"]["tabs.choose"])
    page.wait_for_selector(".recommendation")
    frames = COUNT.format(name="frames")
    page.wait_for_function(
        f"""() => new Promise((done) => {{
          const before = ({frames})();
          setTimeout(() => done(({frames})() === before), 300);
        }})"""
    )
    seen = page.evaluate(frames)
    open_tab(page, WORDS["en"]["tabs.playground"])
    page.wait_for_function(f"seen => ({frames})() > seen", arg=seen)


def test_it_waits_for_play_where_less_motion_is_wanted(visit: Any) -> None:
    page = visit().page
    page.emulate_media(reduced_motion="reduce")
    opened(page)
    said = WORDS["en"]["playground.browser.said_start"]
    page.locator(".pg-said", has_text=said).wait_for()
    assert page.evaluate(COUNT.format(name="step")) == 0
    page.locator(".pg-play").click()
    at_step(page, 6)


def test_a_new_loss_learns_there(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its graph is traced when the page asks for it; one that is no graph is said to be left
    out."""
    doubled = Loss(key="gce", label="", fn=lambda z, y: 2 * LOSSES["cross_entropy"].fn(z, y))
    moody = Loss(key="mae", label="", fn=lambda z, y: z.sum(1) if bool(z.sum() > 0) else -z.sum(1))
    monkeypatch.setitem(LOSSES, "gce", doubled)
    monkeypatch.setitem(LOSSES, "mae", moody)
    page = visit(path=LINK + "losses=gce,mae,cross_entropy").page
    page.wait_for_selector(".pg-field[data-loss=gce]")
    at_step(page, 20)
    assert page.locator(".pg-field").count() == 2
    left_out = WORDS["en"]["playground.browser.left_out"].format(loss=WORDS["en"].loss("mae"))
    assert left_out in page.locator(".pg-said").inner_text()
