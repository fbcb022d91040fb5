"""Every word on a page is of the page's language, Gradio's own too, whatever the browser's."""

import re
from typing import Any

import pytest

from losslens.ui.i18n import FALLBACK, WORDS
from support.pages import settled

UPLOAD = {"": "Drop Image Here", "ja": "画像をここにドロップ"}


def shows(page: Any, path: str) -> None:
    """Wait until gradio's own words are those of the page at ``path``, and it is at rest."""
    page.locator(".digits .upload").get_by_text(UPLOAD[path]).wait_for()
    # Leaving while it still loads would abort its requests, which gradio logs as errors.
    settled(page)


@pytest.mark.parametrize(("path", "locale"), [("ja", "en-US"), ("ja", "fr-FR"), ("", "de-DE")])
def test_gradios_own_words_follow_the_page_and_not_the_browser(
    visit: Any, path: str, locale: str
) -> None:
    page = visit(path=path, locale=locale).page
    shows(page, path)
    assert page.evaluate("document.documentElement.lang") == (path or FALLBACK)
    assert "__i18n__" not in page.content()


def test_a_japanese_browser_that_chose_english_gets_all_of_it_in_english(visit: Any) -> None:
    page = visit(locale="ja-JP").page
    page.wait_for_url(re.compile(r"/ja$"))
    shows(page, "ja")
    page.get_by_role("link", name=WORDS["en"]["language"]).click()
    shows(page, "")
    page.reload()
    shows(page, "")
    page.get_by_role("link", name=WORDS["ja"]["language"]).click()
    shows(page, "ja")


def test_no_english_sentence_stands_on_the_japanese_page(visit: Any) -> None:
    """Four English words in a row, outside code and the titles of papers."""
    page = visit(path="ja", locale="en-US").page
    page.add_style_tag(content="a, pre, code, .katex { display: none !important; }")
    for tab in page.get_by_role("tab").all():
        tab.click()
        settled(page)
        shown = page.locator("main.contain").inner_text()
        assert re.findall(r"(?:\b[A-Za-z]+ ){4,}", shown) == [], tab.inner_text()
