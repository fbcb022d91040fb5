"""The drawing pad under mouse, fingers, palm and pen, in a real Chromium."""

from itertools import pairwise
from typing import Any

import pytest

from losslens.losses.catalogue import card_losses
from losslens.ui.i18n import WORDS
from support.pages import answers, draw, not_wider_than_the_window, open_tab, says, settled
from support.waiting import until

TASK = "digits"
EN, JA = WORDS["en"], WORDS["ja"]
FOUR = [[(170, 40), (90, 160), (205, 160)], [(168, 105), (160, 240)]]
# A 5, in shares of the pad's side, as a finger draws it.
FIVE = [
    (0.68, 0.18),
    (0.34, 0.18),
    (0.32, 0.46),
    (0.55, 0.42),
    (0.68, 0.55),
    (0.66, 0.72),
    (0.5, 0.82),
    (0.32, 0.76),
]
FIVE_STEPS = [
    tuple(start[axis] + (end[axis] - start[axis]) * step / 6 for axis in (0, 1))
    for start, end in pairwise(FIVE)
    for step in range(6)
]
PALM = (0.85, 0.92)
Point = tuple[float, ...]


class Fingers:
    """Touches on the pad, as the browser itself gets them from a screen."""

    def __init__(self, page: Any) -> None:
        self.box = page.locator(".pad canvas").bounding_box()
        self.session = page.context.new_cdp_session(page)

    def touch(self, kind: str, points: dict[int, Point]) -> None:
        """Tell Chromium which fingers are down: their ids, and places in shares of the pad."""
        box = self.box
        touches = [
            {"id": key, "x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y}
            for key, (x, y) in points.items()
        ]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def start(self, points: dict[int, Point]) -> None:
        self.touch("touchStart", points)

    def move(self, points: dict[int, Point]) -> None:
        self.touch("touchMove", points)

    def lift(self, points: dict[int, Point] | None = None) -> None:
        self.touch("touchEnd", points or {})


def pointer(page: Any, kind: str, at: Point, **options: Any) -> None:
    """One pointer event on the pad's canvas."""
    page.locator(".pad canvas").evaluate(
        """(canvas, [kind, [x, y], options]) => {
          canvas.setPointerCapture = () => {};  // there is no such pointer
          const box = canvas.getBoundingClientRect();
          const place = { clientX: box.left + box.width * x, clientY: box.top + box.height * y };
          canvas.dispatchEvent(new PointerEvent(kind, { bubbles: true, ...place, ...options }));
        }""",
        [kind, at, {"pointerId": 7, "pointerType": "pen", "button": 0, **options}],
    )


def ink(page: Any) -> int:
    """How many of the pad's pixels are dark."""
    return page.locator(".pad canvas").evaluate(
        """(canvas) => canvas.getContext("2d").getImageData(0, 0, 280, 280).data
          .filter((value, index) => index % 4 === 0 && value < 128).length"""
    )


def picture(page: Any) -> str:
    """All that is on the pad."""
    return page.locator(".pad canvas").evaluate("(canvas) => canvas.toDataURL()")


def shows_hint(page: Any) -> bool:
    return page.locator(".pad-hint").is_visible()


def emptied(page: Any) -> Any:
    """The page, once what it opens with is cleared."""
    page.locator(".pad-clear").click()
    page.wait_for_selector(".answer .blank")
    settled(page)
    return page


@pytest.fixture(scope="module")
def open_page(visit_once: Any) -> Any:
    return visit_once().page


@pytest.fixture
def page(open_page: Any) -> Any:
    """A page with an empty pad, the same for all tests."""
    return emptied(open_page)


def test_a_pinch_or_a_palm_leaves_what_the_page_opens_with(visit: Any) -> None:
    page = visit().page
    page.locator(".pad-over").wait_for()
    opening = picture(page)
    pointer(page, "pointerdown", (0.5, 0.5), pointerType="touch", width=90, height=70)
    pointer(page, "pointerup", (0.5, 0.5), pointerType="touch", width=90, height=70)
    assert picture(page) == opening
    pointer(page, "pointerdown", (0.4, 0.5), pointerType="touch", pointerId=3)
    assert picture(page) != opening
    pointer(page, "pointerdown", (0.6, 0.5), pointerType="touch", pointerId=4)
    for finger in (3, 4):
        pointer(page, "pointerup", (0.5, 0.5), pointerType="touch", pointerId=finger)
    assert picture(page) == opening and page.locator(".pad-over").is_visible()


def test_a_palm_never_draws_beside_the_finger(page: Any) -> None:
    fingers = Fingers(page)
    for step, at in enumerate(FIVE_STEPS):
        palm = {1: PALM} if 8 <= step <= 20 else {}
        if step in (0, 8):
            fingers.start({0: at, **palm})
        elif step == 21:
            fingers.lift({0: at})
        else:
            fingers.move({0: at, **palm})
    fingers.lift()
    says(page, TASK, EN.task(TASK, "all_agree").format(total=len(card_losses()), answer="5"))
    assert page.locator(".flagged").count() == 0
    corner = """(canvas) => canvas.getContext("2d").getImageData(224, 244, 28, 28).data
      .every((value) => value === 255)"""
    assert page.locator(".pad canvas").evaluate(corner)


def test_a_pinch_draws_nothing_and_the_pad_draws_again_after_it(visit: Any) -> None:
    page = emptied(visit().page)
    fingers = Fingers(page)
    fingers.start({0: (0.4, 0.5)})
    fingers.start({0: (0.4, 0.5), 1: (0.6, 0.5)})
    for step in range(1, 11):
        apart = 0.1 + 0.027 * step
        fingers.move({0: (0.5 - apart, 0.5), 1: (0.5 + apart, 0.5)})
    fingers.lift({0: (0.13, 0.5)})
    fingers.move({0: (0.3, 0.3)})
    fingers.lift()
    assert ink(page) == 0 and shows_hint(page)
    scale = page.evaluate("visualViewport.scale")
    assert scale > 1  # it is the browser's: the page is larger now
    pointer(page, "pointerdown", (0.5, 0.5), pointerType="mouse")
    pointer(page, "pointerup", (0.5, 0.5), pointerType="mouse")
    assert ink(page) > 100


def test_two_fingers_are_the_browsers_and_one_is_the_pads(page: Any) -> None:
    way = page.locator(".pad canvas").evaluate("(canvas) => getComputedStyle(canvas).touchAction")
    assert way == "pinch-zoom"


@pytest.mark.parametrize("name", ["clear", "undo"])
@pytest.mark.parametrize("by", ["keyboard", "another pointer"])
def test_clear_and_undo_while_a_stroke_goes_on_end_it(page: Any, name: str, by: str) -> None:
    box = page.locator(".pad canvas").bounding_box()
    x, y = box["x"] + 60, box["y"] + 60
    button = page.get_by_role("button", name=EN[f"predict.{name}"])
    button.focus()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y + 50, steps=5)
    assert ink(page) > 0
    if by == "keyboard":
        button.press("Enter")
    else:
        button.dispatch_event("click")
    page.mouse.move(x + 100, y, steps=5)
    page.mouse.up()
    assert ink(page) == 0 and shows_hint(page)
    page.wait_for_selector(".answer .blank")


@pytest.mark.parametrize("moves", [0, 1, 3])
def test_a_press_without_a_move_is_a_dot(page: Any, moves: int) -> None:
    pointer(page, "pointerdown", (0.5, 0.5))
    for _ in range(moves):  # a pen sends these as its pressure changes
        pointer(page, "pointermove", (0.5, 0.5))
    pointer(page, "pointerup", (0.5, 0.5))
    assert 200 < ink(page) < 450 and not shows_hint(page)
    says(page, TASK, EN.task(TASK, "dot"))
    assert answers(page, TASK) == {}


def test_a_pens_other_end_erases_and_the_hand_that_holds_it_does_not_draw(page: Any) -> None:
    pointer(page, "pointerdown", (0.9, 0.9), pointerType="touch", pointerId=3)  # the hand
    pointer(page, "pointerdown", (0.2, 0.5))
    pointer(page, "pointermove", (0.8, 0.5))
    pointer(page, "pointerup", (0.8, 0.5))
    line = ink(page)
    assert 2500 < line < 4500
    pointer(page, "pointerup", (0.9, 0.9), pointerType="touch", pointerId=3)
    pointer(page, "pointerdown", (0.7, 0.9), pointerType="touch", pointerId=4)  # put down again
    pointer(page, "pointerup", (0.7, 0.9), pointerType="touch", pointerId=4)
    assert ink(page) == line
    pointer(page, "pointerdown", (0.5, 0.5), button=5, buttons=32)
    pointer(page, "pointerup", (0.5, 0.5), button=5)
    assert line - 1200 < ink(page) < line - 400
    page.get_by_role("button", name=EN["predict.undo"]).click()
    assert ink(page) == line


def test_a_touch_as_wide_as_a_palm_never_draws(page: Any) -> None:
    pointer(page, "pointerdown", (0.5, 0.5), pointerType="touch", width=90, height=70)
    pointer(page, "pointermove", (0.9, 0.9), pointerType="touch", width=90, height=70)
    assert ink(page) == 0 and shows_hint(page)


def test_the_brush_has_a_size(page: Any) -> None:
    drawn = []
    for key in ("Home", None, "End"):
        if key:
            page.get_by_label(EN["predict.brush"]).press(key)
        draw(page, [[(140, 50), (140, 230)]])
        drawn.append(ink(page))
        page.get_by_role("button", name=EN["predict.clear"]).click()
        page.get_by_label(EN["predict.brush"]).fill("20")
    assert drawn[0] * 2 < drawn[1] < drawn[2] * 0.7


def test_the_drawing_outlives_language_tab_and_reload_until_it_is_cleared(visit: Any) -> None:
    page = visit().page
    draw(page, FOUR)
    says(page, TASK, EN.task(TASK, "all_agree").format(total=len(card_losses()), answer="4"))
    settled(page)
    drawn = picture(page)
    for tab in (EN["tabs.explorer"], EN.task(TASK, "tab")):
        open_tab(page, tab)
        settled(page)  # the address says so, too
    assert picture(page) == drawn and len(answers(page, TASK)) == len(card_losses())
    page.get_by_role("link", name=JA["language"]).click()
    says(page, TASK, JA.task(TASK, "all_agree").format(total=len(card_losses()), answer="4"))
    assert picture(page) == drawn
    settled(page)
    page.reload()
    says(page, TASK, JA.task(TASK, "all_agree").format(total=len(card_losses()), answer="4"))
    assert picture(page) == drawn
    page.get_by_role("button", name=JA["predict.undo"]).click()  # its strokes are kept, one by one
    assert ink(page) > 0 and picture(page) != drawn
    page.get_by_role("button", name=JA["predict.clear"]).click()
    settled(page)
    page.reload()
    page.locator(".pad-over").wait_for()  # what the page opens with, and nothing of the drawing
    settled(page)
    assert not shows_hint(page) and len(set(answers(page, TASK).values())) > 1


def test_the_pad_is_never_taller_than_the_window(visit: Any) -> None:
    page = visit().page
    for width, height in ((844, 390), (640, 360), (390, 844), (1280, 900), (1024, 300)):
        page.set_viewport_size({"width": width, "height": height})
        until(lambda width=width: not_wider_than_the_window(page))
        box = page.locator(".block.pad, .pad").first.bounding_box()
        canvas = page.locator(".pad canvas").bounding_box()
        assert box["height"] <= height
        assert canvas["height"] == pytest.approx(canvas["width"], abs=1)
        assert canvas["height"] >= 130


SMALL_TWO = [(4, 8), (10, 2), (18, 4), (19, 12), (11, 22), (3, 32), (12, 32), (22, 31)]


@pytest.mark.parametrize("place", [(10, 10), (220, 230)])
def test_a_small_digit_in_a_corner_is_no_blot(page: Any, place: tuple[int, int]) -> None:
    draw(page, [[(x + place[0], y + place[1]) for x, y in SMALL_TWO]])
    says(page, TASK, EN.task(TASK, "all_agree").format(total=len(card_losses()), answer="2"))


@pytest.mark.parametrize("path", ["", "ja"])
def test_a_scribble_gets_a_sentence_in_the_place_of_the_cards(visit: Any, path: str) -> None:
    page = visit(path).page
    draw(page, [[(30 + 12 * step, 60 if step % 2 else 220) for step in range(18)]])
    says(page, TASK, (JA if path else EN).task(TASK, "scribble"))
    assert answers(page, TASK) == {}
    page.get_by_role("button", name=(JA if path else EN)["predict.clear"]).click()
    draw(page, FOUR)
    page.wait_for_selector(".card[data-answer]")


def test_what_the_eraser_takes_from_strokes_is_gone_for_the_networks_too(page: Any) -> None:
    draw(page, [[(140, 40), (140, 240)], [(60, 140), (220, 140)]])
    page.wait_for_selector(".card[data-answer]")
    for left, right in ((0.2, 0.42), (0.58, 0.82)):
        pointer(page, "pointerdown", (left, 0.5), button=5, buttons=32)
        pointer(page, "pointermove", (right, 0.5), buttons=32)
        pointer(page, "pointerup", (right, 0.5), button=5)
    says(page, TASK, EN.task(TASK, "all_agree").format(total=len(card_losses()), answer="1"))


def press(page: Any, keys: str, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press(keys)


def test_a_digit_is_drawn_by_keyboard_alone(visit: Any) -> None:
    page = emptied(visit().page)
    canvas = page.locator(".pad canvas")
    page.keyboard.press("Tab")
    while not canvas.evaluate("(canvas) => canvas === document.activeElement"):
        page.keyboard.press("Tab")
    described = canvas.evaluate(
        "(canvas) => document.getElementById(canvas.getAttribute('aria-describedby')).innerText"
    )
    assert described == EN["predict.pad_keys"]
    shown = "(each) => getComputedStyle(each).opacity"
    assert all(page.locator(each).evaluate(shown) == "1" for each in (".pad-cursor", ".pad-keys"))
    press(page, "ArrowUp", 10)
    press(page, "ArrowLeft", 6)
    assert ink(page) == 0
    press(page, "Space")
    press(page, "ArrowRight", 12)
    page.keyboard.down("ArrowDown")  # both held: aslant
    press(page, "ArrowLeft", 4)
    page.keyboard.up("ArrowDown")
    press(page, "ArrowDown", 14)
    press(page, "Space")
    says(page, TASK, EN.task(TASK, "all_agree").format(total=len(card_losses()), answer="7"))
    drawn = ink(page)
    press(page, "ArrowLeft", 10)
    assert ink(page) == drawn  # the pen is up
    press(page, "Backspace")
    assert ink(page) == 0 and shows_hint(page)


def test_leaving_the_pad_lifts_the_keyboards_pen(page: Any) -> None:
    page.locator(".pad canvas").focus()
    press(page, "Space")
    press(page, "Shift+ArrowDown", 30)
    press(page, "Tab")
    assert not page.locator(".pad-cursor.down").count()
    page.locator(".pad canvas").focus()
    drawn = ink(page)
    press(page, "ArrowRight", 5)
    assert ink(page) == drawn > 0
