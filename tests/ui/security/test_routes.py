"""The routes that are open, and that no other is."""

import httpx
import pytest

from losslens.ui.i18n import WORDS
from losslens.ui.security.routes import is_open

OPEN = [
    ("GET", "/"),
    ("GET", "/ja"),
    ("GET", "/config"),
    ("GET", "/assets/index.js"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/heartbeat/abc123"),
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/call/train/0123abcd"),
    ("GET", "/gradio_api/call/v2/train/0123abcd"),
    ("GET", "/gradio_api/file=/tmp/gradio/x/run.csv"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/call/train"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/gradio_api/component_server"),
    ("GET", "/preview.png"),
    ("POST", "/gradio_api/mcp/"),
    ("DELETE", "/gradio_api/mcp/"),
]
CLOSED = [
    ("GET", "/gradio_api/deep_link"),
    ("GET", "/gradio_api/openapi.json"),
    ("GET", "/gradio_api/file=http://192.0.2.1/x"),
    ("GET", "/gradio_api/file=HTTPS://example.org/x"),
    ("GET", "/gradio_api/file/https://example.org/x"),
    ("GET", "/gradio_api/proxy=https://example.hf.space/x"),
    ("GET", "/monitoring"),
    ("GET", "/monitoring/summary"),
    ("GET", "/gradio_api/vibe-code"),
    ("GET", "/gradio_api/stream/a/b/c/playlist.m3u8"),
    ("GET", "/gradio_api/custom_component/a/client/b/c.js"),
    ("GET", "/gradio_api/dev/reload"),
    ("GET", "/gradio_api/token"),
    ("GET", "/gradio_api/runs"),
    ("GET", "/pwa_icon"),
    ("GET", "/gradio_api/heartbeat/" + "a" * 200),
    ("POST", "/gradio_api/run/loss_value"),
    ("POST", "/gradio_api/api/loss_value"),
    ("POST", "/gradio_api/process_recording"),
    ("POST", "/gradio_api/vibe-edit/"),
    ("POST", "/gradio_api/stream/a"),
    ("POST", "/login"),
    ("POST", "/"),
    ("PUT", "/gradio_api/queue/join"),
    ("TRACE", "/"),
]


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_what_page_api_and_mcp_use_is_open(method: str, path: str) -> None:
    assert is_open(method, path)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_all_else_is_closed(method: str, path: str) -> None:
    assert not is_open(method, path)


def test_a_closed_route_is_answered_with_a_sentence_and_does_nothing(app_url: str) -> None:
    for method, path in CLOSED:
        answer = httpx.request(method, f"{app_url}{path[1:]}")
        assert answer.status_code == 404, path
        assert method == "HEAD" or "nothing here" in answer.json()["detail"]


def test_the_name_of_a_page_in_a_query_changes_nothing(app_url: str) -> None:
    """Gradio looks it up, and ends in a traceback where there is none."""
    for path in ("?page=6&tab=live", "ja?page=", "?page=ja"):
        answer = httpx.get(f"{app_url}{path}")
        assert answer.status_code == 200, path
        assert (WORDS["ja"]["tabs.report"] in answer.text) is path.startswith("ja"), path
