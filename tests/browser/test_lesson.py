"""A reader goes through the lesson and the challenges, in Chromium: code runs, breaks and is
mended, a prediction is judged, links lead to a page, and the handout has all of them."""

import json
from pathlib import Path
from typing import Any

from losslens.training.lesson_catalogue import LESSON
from losslens.ui.i18n import WORDS
from losslens.ui.lesson.challenge_catalogue import CHALLENGES, Choice
from support.pages import not_wider_than_the_window, open_tab, settled, violations
from support.visits import in_language, wide_and_phone

STORED = "JSON.parse(localStorage.getItem('losslens-challenges'))"


def out(of: str) -> str:
    return f".lesson-out[data-of='{of}'] .lesson-output"


@wide_and_phone
def test_a_reader_runs_mends_and_predicts(
    visit: Any, language: str, width: int, dark: bool
) -> None:
    page, words = visit(**in_language(language), width=width, dark=dark).page, WORDS[language]
    page.wait_for_selector(".digits .card[data-answer]")
    open_tab(page, words["tabs.lesson"])
    page.locator(".lesson-run:visible").click()
    page.wait_for_selector(out("linear:usual"))
    assert "mat1 and mat2" in page.inner_text(out("linear:usual"))
    assert words["lesson.own"].format(tab=words.task("digits", "tab")) in page.inner_text(".lesson")
    page.locator(".lesson-mend:visible").click()
    page.wait_for_selector(f"{out('linear:mended')} .lesson-bars")
    assert violations(page) == [] and not_wider_than_the_window(page)
    # By keyboard: along the dots; the address has the page's number.
    page.locator(".lesson .pager-dots [aria-current]").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".lesson-page:visible").get_attribute("data-key") == "cross_entropy"
    assert "tab=lesson&part=pages&lesson=2" in page.url
    page.locator(".lesson .pager-next").click()
    assert page.locator(".lesson-page:visible").get_attribute("data-key") == "mnist"
    # A prediction, judged by what is computed; it stays in the browser.
    open_tab(page, words["lesson.part_challenges"])
    page.locator(".challenge-reveal:visible").click()
    page.wait_for_selector(".challenge-missing:visible")
    kind = CHALLENGES["pull"].kind
    assert isinstance(kind, Choice)
    (right,) = kind.right()
    page.locator(f".challenge:visible [value={right}]").check()
    page.locator(".challenge-reveal:visible").click()
    page.wait_for_selector(".judged[data-state=right]")
    assert page.evaluate(STORED) == {"pull": "right"}
    assert violations(page) == [] and not_wider_than_the_window(page)


@wide_and_phone
def test_the_lesson_is_saved_as_a_notebook_each_time(
    visit: Any, language: str, width: int, dark: bool, tmp_path: Path
) -> None:
    asked = in_language(language, "?tab=lesson&part=pages")
    page, words = visit(**asked, width=width, dark=dark).page, WORDS[language]
    for _ in range(2):
        with page.expect_download() as started:
            page.locator(".lesson-save").click()
        assert started.value.suggested_filename == "losslens-lesson.ipynb"
        started.value.save_as(tmp_path / "lesson.ipynb")
        book = json.loads((tmp_path / "lesson.ipynb").read_text("utf-8"))
        assert words["lesson.notebook_intro"] in "".join(book["cells"][0]["source"])
        assert len([each for each in book["cells"] if each["cell_type"] == "code"]) == 1 + sum(
            len(each.snippets) for each in LESSON.values()
        )


def test_links_lead_to_a_page_and_the_handout_has_all(visit: Any) -> None:
    page = visit(path="?tab=lesson&part=pages&lesson=3").page
    page.wait_for_selector(".lesson-page[data-key=mnist]:visible")
    page.evaluate("() => { window.print = () => (document.body.dataset.printed = 'yes'); }")
    page.locator(".lesson-print").click()
    page.wait_for_selector("body[data-printed]", state="attached", timeout=90_000)
    count = sum(len(each.snippets) for each in LESSON.values())
    assert page.locator(".lesson-output").count() == count
    page.emulate_media(media="print")
    assert page.locator(".lesson-output:visible").count() == count
    assert page.locator(".lesson-page:visible").count() == len(LESSON)
    assert page.locator(".lesson button:visible").count() == 0
    page.emulate_media(media="screen")
    page.evaluate("localStorage.setItem('losslens-challenges', JSON.stringify({ pull: 'right' }))")
    page.goto(page.url.split("?")[0] + "?tab=lesson&part=challenges&challenge=10")
    settled(page)
    page.wait_for_selector(".challenge[data-key=fool]:visible")
    page.locator(".challenge-reveal:visible").click()
    page.wait_for_selector(".judged[data-state=open]")  # the pad's sample is no own drawing
    assert page.locator(".challenges .pager-dots .done").count() == 1
