"""The named endpoints as a program meets them: their signatures, by name and by place, over MCP,
and what they refuse."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio import processing_utils
from gradio_client import Client

from losslens.study.advice import QUESTIONS
from losslens.tasks import TASKS
from losslens.ui import api as endpoints
from losslens.ui import app as app_module
from losslens.ui.data_urls import WHAT_TO_SEND
from losslens.ui.security.bodies import MOST_BYTES
from support.waiting import awaited

JOBS = {
    "/predict_digit": {"drawing": "str"},
    "/predict_pet": {"photo": "str"},
    "/predict_fashion": {"photo": "str"},
    "/loss_value": {"loss": "str", "logits": "list[float]", "target": "int"},
    "/train": {
        "losses": "list[str]",
        "task": "str",
        "formula": "str",
        "wrong_labels": "float",
        "examples": "int",
        "epochs": "int",
        "learning_rate": "float",
        "optimizer": "str",
        "batch_size": "int",
        "seed": "int",
        "noise": "str",
        "imbalance": "float",
        "seeds": "int",
        "parameters": "str",
    },
    "/choose_loss": dict.fromkeys(QUESTIONS, "str"),
}
FUNCTIONS = {f"/{task.endpoint_name}": endpoints.answer_endpoint(task) for task in TASKS.values()}
FUNCTIONS |= {
    "/loss_value": endpoints.loss_value,
    "/train": endpoints.train,
    "/choose_loss": endpoints.choose_loss,
}
ADDRESS = {"path": "https://example.org/cat.jpg", "meta": {"_type": "gradio.FileData"}}
SEND = re.escape(WHAT_TO_SEND)
FILE = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


def call(app_url: str, name: str, body: object) -> str:
    """What a plain HTTP client is told: the answer's data, or what was refused, as text."""
    content = body if isinstance(body, str) else json.dumps(body)
    posted = httpx.post(
        f"{app_url}gradio_api/call/{name}",
        content=content,
        headers={"Content-Type": "application/json"},
    )
    if "event_id" not in posted.text:
        return f"{posted.status_code} {posted.text}"
    return httpx.get(
        f"{app_url}gradio_api/call/{name}/{posted.json()['event_id']}", timeout=30
    ).text


def test_every_job_has_an_endpoint_with_types_and_a_description(app_url: str) -> None:
    named = Client(app_url, verbose=False).view_api(return_format="dict")["named_endpoints"]
    signatures = {
        name: {
            value["parameter_name"]: value["python_type"]["type"]
            for value in endpoint["parameters"]
        }
        for name, endpoint in named.items()
    }
    assert signatures == JOBS
    for name, endpoint in named.items():
        assert [value["python_type"]["type"] for value in endpoint["returns"]] == ["dict(str, Any)"]
        assert endpoint["description"].startswith(FUNCTIONS[name].__doc__.splitlines()[0])
        assert all(value["python_type"]["description"] for value in endpoint["parameters"])


def test_the_api_pages_own_example_runs(app_url: str) -> None:
    named = httpx.get(f"{app_url}gradio_api/info").json()["named_endpoints"]
    example = {
        value["parameter_name"]: value["example_input"]
        for value in named["/loss_value"]["parameters"]
    }
    assert "event: complete" in call(app_url, "v2/loss_value", example)


def test_values_go_by_place_and_by_name(app_url: str) -> None:
    by_place = call(app_url, "loss_value", {"data": ["focal", [2, 0.5, -1], 0]})
    by_name = call(app_url, "v2/loss_value", {"loss": "focal", "logits": [2, 0.5, -1], "target": 0})
    assert by_place == by_name and "event: complete" in by_place and '"value": 0.0110' in by_place


def test_a_number_that_json_lacks_is_null(app_url: str) -> None:
    answer = call(app_url, "loss_value", {"data": ["1 / (p_y - p_y)", [1, 2], 0]})
    (data,) = json.loads(
        answer.split("data: ")[1], parse_constant=lambda name: pytest.fail(f"{name} is no JSON")
    )
    assert data["value"] is None and data["gradient"] == [None, None]


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("loss_value", {"data": []}, "/loss_value takes 3 values and got 0"),
        ("loss_value", {"data": ["focal"]}, "/loss_value takes 3 values and got 1"),
        ("loss_value", {"data": ["fokal", [1, 2], 0]}, "loss is none of cross_entropy, kl_div"),
        ("loss_value", '{"data": ["focal", [NaN, 2], 0]}', "logits must be a list of numbers"),
        ("loss_value", '{"data": ["focal", [1e999, 2], 0]}', "logits must be a list of numbers"),
        ("loss_value", {"data": {"loss": "focal"}}, "422"),
        ("loss_value", "no JSON", "422"),
        ("v2/loss_value", {"loss": "focal"}, "No value provided for required argument: logits"),
        (
            "v2/loss_value",
            {"loss": "focal", "logits": [1, 2], "target": 0, "x": 1},
            "`x` is not a valid",
        ),
        ("nothing", {"data": []}, "404 .*There is no endpoint /nothing"),
        ("v2/nothing", {}, "404 .*There is no endpoint /nothing"),
        ("predict_digit", {"data": [5]}, SEND),
        ("predict_digit", {"data": [None, "more"]}, "event: complete"),
        ("predict_digit", {"data": ["[[[1, 2, 3]]]"]}, "send a list of strokes"),
        ("predict_digit", {"data": [[[[1, "a"]]]]}, "send a list of strokes"),
        ("predict_digit", {"data": ["[[[1e9, 2]]]"]}, "must lie within"),
        ("predict_digit", {"data": [[[[9, 9]]]]}, '"problem": "This is a dot'),
        ("predict_digit", {"data": ["[]"]}, '"blank": true'),
        ("predict_pet", {"data": ["[[[1, 2]]]"]}, SEND),
        ("predict_pet", {"data": [["a"]]}, SEND),
        ("predict_pet", {"data": ["https://example.org/cat.jpg"]}, SEND),
        ("predict_pet", {"data": ["/etc/passwd"]}, SEND),
        ("predict_pet", {"data": [{"path": "https://example.org/cat.jpg"}]}, SEND),
        ("predict_pet", {"data": [ADDRESS]}, f"not fetched by its address: {SEND}"),
        ("predict_pet", {"data": [{"photo": ADDRESS}]}, f"not fetched by its address: {SEND}"),
        ("predict_pet", {"data": [FILE]}, f"must be uploaded first.*{SEND}"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_call_gets_a_sentence(
    app_url: str,
    name: str,
    body: object,
    said: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(processing_utils, "async_ssrf_protected_get", fetched.append)
    told = call(app_url, name, body)
    assert fetched == []
    assert re.search(said, told), told
    assert "Traceback" not in told and "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_measure_is_refused(app_url: str, chunked: bool) -> None:
    piece = b" " * 1_000_000

    def pieces() -> Iterator[bytes]:
        yield from (piece for _ in range(MOST_BYTES // len(piece) + 1))

    content: Any = pieces() if chunked else b"".join(pieces())
    answer = httpx.post(f"{app_url}gradio_api/call/loss_value", content=content, timeout=30)
    assert answer.status_code == 413 and "larger than" in answer.text


def test_an_mcp_client_finds_and_uses_the_tools(mcp_url: str) -> None:
    mcp = pytest.importorskip("mcp")
    http = pytest.importorskip("mcp.client.streamable_http")

    async def talk(url: str) -> tuple[dict[str, Any], Any, Any, Any]:
        async with (
            http.streamable_http_client(url) as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            good = await session.call_tool(
                "loss_value", {"loss": "focal", "logits": [2, 0.5, -1], "target": 0}
            )
            bad = await session.call_tool(
                "loss_value", {"loss": "fokal", "logits": [2, 0.5, -1], "target": 0}
            )
            run = await session.call_tool(
                "train", {"losses": ["focal", "gce"], "examples": 200, "epochs": 1}
            )
            return tools, good, bad, run

    tools, good, bad, run = awaited(talk(f"{mcp_url}gradio_api/mcp/"))
    assert {f"/{name}" for name in tools} == set(JOBS)
    for name, tool in tools.items():
        described = tool.inputSchema["properties"]
        wanted = inspect.signature(FUNCTIONS[f"/{name}"]).parameters.values()
        assert list(described) == list(JOBS[f"/{name}"])
        assert tool.inputSchema.get("required", []) == [
            value.name for value in wanted if value.default is value.empty
        ]
        assert all(value["description"] for value in described.values()), name
    assert not good.isError and "0.0110" in good.content[0].text
    assert bad.isError and "loss is none of" in bad.content[0].text
    assert not run.isError and "'p_value'" in run.content[0].text


def test_mcp_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"pip install -e"):
        app_module.launch(mcp=True)


def test_the_app_is_launched_as_a_public_service_should_be() -> None:
    options = app_module.launch_options()
    off = ("share", "show_error", "enable_monitoring", "run_history", "ssr_mode", "pwa")
    assert not any(options[name] for name in off) and options["strict_cors"]
    demo = app_module.build()
    assert demo.delete_cache == (60, 600) and not demo.analytics_enabled
    assert demo._queue.max_size is None
    public = [event.api_name for event in demo.fns.values() if event.api_visibility == "public"]
    assert {f"/{name}" for name in public} == set(JOBS) and len(public) == len(JOBS)
