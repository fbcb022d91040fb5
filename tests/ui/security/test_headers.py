"""The headers of every answer, and the Host that a request names."""

import httpx
import pytest

from losslens.ui.security.headers import public_address, security_headers


@pytest.mark.parametrize("path", ["", "ja", "config", "theme.css", "gradio_api/info", "nothing"])
def test_every_answer_tells_the_browser_what_to_refuse(app_url: str, path: str) -> None:
    headers = httpx.get(app_url + path).headers
    policy = headers["content-security-policy"]
    assert "object-src 'none'" in policy and "default-src 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "frame-ancestors 'self'" in policy and headers["x-frame-options"] == "SAMEORIGIN"


def test_a_space_may_be_framed_by_hugging_face_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "user/lens")
    said = security_headers()
    assert "frame-ancestors 'self' https://huggingface.co" in said["content-security-policy"]
    assert "x-frame-options" not in said


@pytest.mark.parametrize(
    ("path", "framed"),
    [
        ("?embed=1", True),
        ("ja?embed=1&tab=live", True),
        ("?embed=0", False),
        ("?embed=1&embed=0", False),
        ("config?embed=1", False),
        ("gradio_api/info?embed=1", False),
    ],
)
def test_a_page_for_frames_alone_may_be_framed_by_any_site(
    app_url: str, path: str, framed: bool
) -> None:
    headers = httpx.get(app_url + path).headers
    policy = headers["content-security-policy"]
    assert ("frame-ancestors" not in policy and "x-frame-options" not in headers) == framed
    assert "object-src 'none'" in policy


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host"])
@pytest.mark.parametrize(
    "value",
    [
        *('a"><script>', "a b", "a/b", "user@host", "a:port", "", "[::1"),
        *("evil.example", "evil.example:7860", "localhost.evil.example", "localhost, evil.example"),
        *("93.184.215.14", "[2606:2800:21f::1]:80"),
    ],
)
def test_a_host_that_is_not_the_apps_is_refused_and_not_said_back(
    app_url: str, name: str, value: str
) -> None:
    for path in ("", "ja", "config", "gradio_api/info"):
        answer = httpx.get(app_url + path, headers={name: value})
        assert answer.status_code == 400 and "GRADIO_ROOT_PATH" in answer.text
        assert "script>" not in answer.text and "evil" not in answer.text


@pytest.mark.parametrize(
    "value", ["localhost:7860", "LAB-7", "lab-7.local.", "192.168.0.7:80", "[::1]:7860", "a.b.lan"]
)
def test_names_of_this_machine_and_of_its_network_are_taken(app_url: str, value: str) -> None:
    assert httpx.get(f"{app_url}config", headers={"Host": value}).status_code == 200


def test_any_host_is_taken_where_the_address_is_known_and_none_is_said_back(
    app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_ROOT_PATH", "https://lens.example.org")
    answer = httpx.get(f"{app_url}health", headers={"Host": "10.evil.example"})
    assert answer.status_code == 200 and "evil" not in answer.text


def test_what_names_the_address_it_was_asked_at_is_kept_by_no_cache(app_url: str) -> None:
    for path in ("", "ja", "config", "config/", "gradio_api/info"):
        assert httpx.get(app_url + path).headers["cache-control"] == "no-store"


def test_the_public_address_is_the_one_given_or_the_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADIO_ROOT_PATH", raising=False)
    monkeypatch.delenv("SPACE_HOST", raising=False)
    assert public_address() == ""
    monkeypatch.setenv("SPACE_HOST", "user-lens.hf.space")
    assert public_address() == "https://user-lens.hf.space"
    monkeypatch.setenv("GRADIO_ROOT_PATH", "https://lens.example.org")
    assert public_address() == "https://lens.example.org"
