"""What stands in the head of each page: its icon, and what other sites show of a link to it."""

import io
import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from PIL import Image

from losslens.ui.i18n import WORDS
from losslens.ui.language_switch import language_of, route
from losslens.ui.page_head import PICTURE, TITLE, Compressed, PageHead
from losslens.ui.security.headers import Headers


@pytest.fixture(scope="module")
def heads(app_url: str) -> dict[str, str]:
    """The head of each language's page."""
    pages = {language: httpx.get(f"{app_url}{route(language)}").text for language in WORDS}
    return {language: page.split("</head>")[0] for language, page in pages.items()}


@pytest.mark.parametrize("language", WORDS)
def test_a_link_to_a_page_shows_its_title_sentence_and_picture(
    heads: dict[str, str], language: str, app_url: str
) -> None:
    told = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', heads[language]))
    assert told["og:title"] == TITLE
    assert told["og:description"] == told["description"] == WORDS[language]["common.tagline"]
    assert told["og:url"] == f"{app_url}{route(language)}"
    assert told["twitter:card"] == "summary_large_image"
    assert not re.search("(?i)gradio|githubusercontent", "".join(told.values()))
    assert len(re.findall('property="og:image"', heads[language])) == 1
    served = httpx.get(told["og:image"])
    with Image.open(io.BytesIO(served.content)) as picture:
        assert picture.size == (1200, 630)
    assert PICTURE.stat().st_size < 200_000


@pytest.mark.parametrize("language", WORDS)
def test_a_page_is_sent_compressed_where_the_browser_takes_it(app_url: str, language: str) -> None:
    url = f"{app_url}{route(language)}"
    plain = httpx.get(url, headers={"accept-encoding": "identity"})
    packed = httpx.get(url, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3
    assert packed.text == plain.text


@pytest.mark.parametrize("language", WORDS)
def test_the_icon_is_the_logo(heads: dict[str, str], language: str, app_url: str) -> None:
    (icon,) = re.findall(r'<link rel="icon" type="image/svg\+xml" href="([^"]+)"', heads[language])
    served = httpx.get(f"{app_url}{icon}")
    assert served.headers["content-type"].startswith("image/svg+xml")
    assert served.text.startswith("<svg")


def test_the_language_of_a_path() -> None:
    assert [language_of(path) for path in ("/", "/ja", "/ja/", "/space/ja", "/space/", "/xx")] == [
        "en",
        "ja",
        "ja",
        "ja",
        "en",
        "en",
    ]


@pytest.mark.parametrize("language", WORDS)
def test_a_page_below_a_folder_is_a_page(language: str) -> None:
    """As a proxy serves it that leaves the folder in the path."""
    served = FastAPI()
    path = f"/{route(language)}"
    served.get(path)(lambda: HTMLResponse("<html><head></head>" + "<p>text</p>" * 100))
    for each in (PageHead, Compressed, Headers):
        served.add_middleware(each)
    with TestClient(served, base_url="https://lab-7.local", root_path="/lens") as client:
        answer = client.get(f"/lens{path}?embed=1")
    assert answer.headers["content-encoding"] == "gzip"
    assert "frame-ancestors" not in answer.headers["content-security-policy"]
    assert f'content="https://lab-7.local/lens{path}"' in answer.text
