"""Whatever a page's events are sent: a sentence, never a traceback, never null."""

import json
import logging

import httpx
import pytest

from losslens.ui import api
from losslens.ui.i18n import WORDS
from support.attacks import asked, at_once

WRONG = [None, [], {}, 5, -1e308, "x" * 500, [[[["a"]]]], {"path": ""}, {"path": "/etc/passwd"}]


def test_a_crash_is_an_apology_and_one_line(
    app_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("a\nsecret\nof two lines")

    monkeypatch.setattr(api, "anatomy", crash)
    with caplog.at_level(logging.ERROR, "losslens"):
        told = asked(app_url, "loss_value", ["focal", [1, 2], 0])
    assert WORDS["en"]["errors.fault"] in told and "secret" not in told
    (line,) = [each.getMessage() for each in caplog.records if each.name == "losslens"]
    assert "ZeroDivisionError" in line and "loss_value" in line and "\n" not in line


def events_of(app_url: str) -> list[tuple[int, int]]:
    """Each event that the page sends to the server: its number, and how many values it takes."""
    config = httpx.get(f"{app_url}config").json()
    return [
        (each["id"], len(each["inputs"]))
        for each in config["dependencies"]
        if each["backend_fn"] and each["api_visibility"] == "private"
    ]


def answered(app_url: str, number: int, values: list[object], session: str) -> list[dict]:
    """The words of the stream after one event of the page, up to its end."""
    body = {"data": values, "fn_index": number, "session_hash": session, "event_data": {"index": 9}}
    posted = httpx.post(f"{app_url}gradio_api/queue/join", json=body, timeout=60)
    if posted.status_code != 200:
        return [{"msg": "refused", "said": posted.json()["detail"]}]
    words: list[dict] = []
    address = f"{app_url}gradio_api/queue/data?session_hash={session}"
    with httpx.stream("GET", address, timeout=60) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                words.append(json.loads(line[5:]))
                if words[-1]["msg"] in ("process_completed", "close_stream", "unexpected_error"):
                    break
    return words


def test_wrong_types_on_every_event_of_the_page_get_a_sentence(
    app_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    # Each event once, with values that go round: all kinds meet all kinds of components.
    events = [each for each in events_of(app_url) if each[1]]
    assert len(events) > 30

    def send(place: int) -> list[dict]:
        number, count = events[place]
        values = [WRONG[(place + each) % len(WRONG)] for each in range(count)]
        return answered(app_url, number, values, f"wrong{place}")

    for start in range(0, len(events), 8):
        batch = range(start, min(start + 8, len(events)))
        for words in at_once(len(batch), lambda place, start=start: send(start + place)):
            last = words[-1]
            if last["msg"] == "process_completed" and not last["success"]:
                assert isinstance(last["output"]["error"], str) and last["output"]["error"]
            else:
                assert last["msg"] in ("process_completed", "refused", "close_stream"), last
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "fn_index": 10**6, "session_hash": "a"},
        {"data": [], "fn_index": 0, "session_hash": "a" * 500},
        {"data": [], "fn_index": "x", "session_hash": "a"},
        {"data": [], "session_hash": ""},
        {},
    ],
    ids=str,
)
def test_an_event_that_there_is_not_gets_a_sentence(app_url: str, body: dict[str, object]) -> None:
    answer = httpx.post(f"{app_url}gradio_api/queue/join", json=body, timeout=60)
    assert answer.status_code in (400, 404, 422), answer.text
    assert isinstance(answer.json()["detail"], str) and len(answer.json()["detail"]) > 20


def test_an_upload_without_a_name_or_a_form_is_no_crash(app_url: str) -> None:
    url = f"{app_url}gradio_api/upload"
    for content, kind in (
        (b"", "multipart/form-data"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n'
            b"a\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ):
        answer = httpx.post(url, content=content, headers={"Content-Type": kind}, timeout=60)
        assert answer.status_code in (200, 400, 422, 500), answer.text
        assert "Traceback" not in answer.text and answer.text not in ("", '{"error":null}')
