"""The tools of MCP, called with what no program should send: a sentence each, and on it goes."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from support.attacks import meanwhile, post

GOOD = {"loss": "focal", "logits": [2, 0.5, -1], "target": 0}
LONG = "A" * 200_000
HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("loss_value", {}),
    ("loss_value", GOOD | {"loss": None}),
    ("loss_value", GOOD | {"loss": "__import__('os').system('id')"}),
    ("loss_value", GOOD | {"loss": LONG}),
    ("loss_value", GOOD | {"logits": "file:///etc/passwd"}),
    ("loss_value", GOOD | {"logits": {"path": "/etc/passwd"}}),
    ("loss_value", GOOD | {"logits": [1e308, 1e308]}),
    ("loss_value", GOOD | {"logits": [[1], [2]]}),
    ("loss_value", GOOD | {"target": -(10**30)}),
    ("loss_value", GOOD | {"unknown": 1}),
    ("predict_digit", {"drawing": "/etc/passwd"}),
    ("predict_digit", {"drawing": "http://127.0.0.1:9/digit.png"}),
    ("predict_digit", {"drawing": {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}}),
    ("predict_digit", {"drawing": [[["a", "b"]]]}),
    ("predict_digit", {"drawing": 10**400}),
    ("predict_pet", {"photo": f"data:image/png;base64,{LONG}"}),
    ("predict_pet", {"photo": None}),
    ("train", {"losses": ["focal"] * 100}),
    ("train", {"losses": ["own"], "formula": "().__class__"}),
    ("train", {"losses": ["focal"], "examples": 1e9}),
    ("train", {"losses": ["focal"], "task": "../../etc"}),
    ("choose_loss", {"start": "whole\x00"}),
    ("no_such_tool", {}),
    ("", {}),
]
BODIES = {
    "no JSON": "{",
    "no call": "[]",
    "a wrong version": json.dumps({"jsonrpc": "9", "method": "tools/call", "id": 1}),
    "a method that there is not": json.dumps({"jsonrpc": "2.0", "method": "eval", "id": 1}),
    "nested deeply": "[" * 5000 + "]" * 5000,
    "many values": "[" + "1," * 100_000 + "1]",
}
HEADERS = {"accept": "application/json, text/event-stream"}


async def _told(url: str) -> tuple[list[tuple[bool, str]], Any]:
    """Of each hostile call whether it was refused, and what it was told; and of a good one."""
    mcp = pytest.importorskip("mcp")
    http = pytest.importorskip("mcp.client.streamable_http")
    async with (
        http.streamable_http_client(url) as (read, write, _),
        mcp.ClientSession(read, write) as session,
    ):
        await session.initialize()
        told = []
        for name, values in HOSTILE:
            said = await session.call_tool(name, values)
            told.append((said.isError, " ".join(each.text for each in said.content)))
        return told, await session.call_tool("loss_value", GOOD)


def test_hostile_values_and_bodies_get_a_sentence_each_and_the_next_call_its_answer(
    mcp_url: str,
) -> None:
    url = f"{mcp_url}gradio_api/mcp/"
    with meanwhile(mcp_url) as others:
        for kind, body in BODIES.items():
            answer = httpx.post(url, content=body, headers=HEADERS | {"content-type": "a/json"})
            again = post(url, body)
            assert {answer.status_code, again.status_code} <= {400, 404, 406, 413, 415, 422}, kind
            assert "Traceback" not in answer.text + again.text, kind
        with ThreadPoolExecutor(1) as pool:
            told, good = pool.submit(asyncio.run, _told(url)).result()
    for (name, values), (refused, said) in zip(HOSTILE, told, strict=True):
        what = f"{name} {str(values)[:80]}: {said[:300]}"
        assert refused and said and len(said) < 2000, what
        assert "Traceback" not in said and "root:" not in said, what
    assert not good.isError and "0.0110" in good.content[0].text
    assert others.waited < 5 and others.grown < 300
