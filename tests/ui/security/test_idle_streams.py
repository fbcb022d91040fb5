"""A stream on which nothing would come ends; all others are served."""

import json
from typing import Any

import httpx
import pytest

from support.attacks import endpoint_number

VALUES = ["cross_entropy", [1.0, 2.0], 0]


def words_of(app_url: str, session: str) -> list[str]:
    """What a stream says, up to its end, but for heartbeats."""
    address = f"{app_url}gradio_api/queue/data?session_hash={session}"
    lines = httpx.get(address, timeout=10).text.splitlines()
    return [json.loads(line[5:])["msg"] for line in lines if line.startswith("data:")]


def join(app_url: str, session: str) -> None:
    body: dict[str, Any] = {"fn_index": endpoint_number(app_url, "loss_value"), "data": VALUES}
    joined = httpx.post(f"{app_url}gradio_api/queue/join", json=body | {"session_hash": session})
    assert joined.status_code == 200


def test_a_stream_after_the_last_answer_ends_and_the_next_call_is_answered(app_url: str) -> None:
    for _ in range(2):
        join(app_url, "idle-stream")
        assert words_of(app_url, "idle-stream")[-2:] == ["process_completed", "close_stream"]
        assert words_of(app_url, "idle-stream") == ["close_stream"]


def test_a_session_that_never_called_has_no_stream(app_url: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        words_of(app_url, "never-seen")
