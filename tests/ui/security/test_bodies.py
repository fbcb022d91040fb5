"""What a request may send: refused in a sentence before it is parsed, while others are served."""

import json

import httpx
import pytest

from losslens.images.pen import MOST_POINTS
from losslens.ui.security.bodies import Limit, TooMuch, check_structure, limit_of
from losslens.ui.security.routes import is_open
from support.attacks import meanwhile, post

JOIN, CALL = "/gradio_api/queue/join", "/gradio_api/call/"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"[" + b"[]," * 300_000 + b"1]", 413, "values"),
        (b"[" * 5000 + b"]" * 5000, 400, "deep"),
        (b'{"data": [' + b'{"a": ' * 3000 + b"1" + b"}" * 3000 + b"]}", 400, "deep"),
        (b"[" + b"1," * 500_000 + b"1]", 413, "values"),
    ],
    ids=["lists", "nested lists", "nested objects", "numbers"],
)
@pytest.mark.parametrize("route", ["queue/join", "call/predict_digit", "call/v2/predict_pet"])
def test_a_body_of_many_values_is_refused_and_nobody_waits(
    app_url: str, route: str, body: bytes, status: int, said: str
) -> None:
    with meanwhile(app_url) as others:
        answer = post(f"{app_url}gradio_api/{route}", body)
    assert answer.status_code == status and said in answer.json()["detail"]
    assert others.waited < 2 and others.grown < 100


def test_a_body_of_27_megabytes_of_small_lists_is_refused_and_nobody_waits(app_url: str) -> None:
    body = b'{"data": [' + b"[[]]," * 5_400_000 + b"1]}"
    with meanwhile(app_url) as others:
        answer = post(f"{app_url}gradio_api/queue/join", body)
    assert answer.status_code == 413
    assert others.waited < 2 and others.grown < 400  # three times the body


@pytest.mark.parametrize("route", ["call/loss_value", "call/train", "cancel", "reset"])
def test_where_little_is_needed_little_may_be_sent(app_url: str, route: str) -> None:
    answer = post(f"{app_url}gradio_api/{route}", b'{"data": ["' + b"a" * 30_000 + b'"]}')
    assert answer.status_code == 413 and "larger than" in answer.json()["detail"]


def test_what_is_no_json_is_refused_in_a_sentence_without_saying_it_back(app_url: str) -> None:
    for body in (b"\xff\xfe", b"{", b'{"data": 5}', b"[1]", b'{"data": [' + b"9" * 5000 + b"]}"):
        answer = post(f"{app_url}gradio_api/call/loss_value", body)
        assert answer.status_code in (400, 422), body
        assert isinstance(answer.json()["detail"], str) and "9999" not in answer.text


def test_strokes_of_as_many_points_as_allowed_are_taken() -> None:
    strokes = [[[float(each), 1.5] for each in range(MOST_POINTS)]]
    for data in (strokes, json.dumps(strokes)):
        check_structure(json.dumps({"data": [data]}).encode(), limit_of(JOIN))


def test_brackets_in_base64_and_text_do_not_count_and_the_limits_are_exact() -> None:
    check_structure(b'{"data": ["data:image/png;base64,' + b"A/+=" * 100_000 + b'"]}', Limit(10))
    check_structure(b"[1,2,3]", Limit(10, values=3))
    with pytest.raises(TooMuch, match="more than 2 values"):
        check_structure(b"[1,2,3]", Limit(10, values=2))
    check_structure(b"[[[]]]", Limit(10, depth=3))
    with pytest.raises(TooMuch, match="more than 2 deep"):
        check_structure(b"[[[]]]", Limit(10, depth=2))


def test_a_route_that_is_not_known_may_be_sent_next_to_nothing() -> None:
    assert limit_of("/gradio_api/else").bytes < limit_of(f"{CALL}train").bytes
    assert limit_of(f"{CALL}train").bytes < limit_of(f"{CALL}predict_pet").bytes
    assert is_open("POST", f"{CALL}train")


def test_a_form_that_is_larger_than_a_file_may_be_is_refused(app_url: str) -> None:
    def pieces():  # type: ignore[no-untyped-def]
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        for _ in range(25):
            yield b"a" * 1_000_000
        yield b"\r\n--x--\r\n"

    with meanwhile(app_url) as others:
        answer = httpx.post(
            f"{app_url}gradio_api/upload",
            content=pieces(),
            headers={"Content-Type": "multipart/form-data; boundary=x"},
            timeout=60,
        )
    assert answer.status_code == 413 and others.waited < 2
