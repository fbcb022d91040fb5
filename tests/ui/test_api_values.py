"""What the endpoints answer, value by value, asked as plain functions."""

import base64
import math
import textwrap
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from losslens.images.marks import PROBLEMS
from losslens.inference import predictor
from losslens.losses import LOSSES
from losslens.losses.analysis import MAX_CLASSES, MAX_LOGIT
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.ui.api import answer_endpoint, loss_value
from losslens.ui.app import build
from support.pictures import PAD, encoded, side_by_side
from support.shipped import shipped

predict_digit, predict_pet, predict_fashion = (
    answer_endpoint(TASKS[key]) for key in ("digits", "pets", "fashion")
)


def drawing(*strokes: tuple[int, ...]) -> Image.Image:
    """A picture of the pad's size with these strokes: x, y, x, y and so on."""
    picture = Image.new("L", (PAD, PAD), 255)
    for each in strokes:
        ImageDraw.Draw(picture).line(each, fill=0, width=18)
    return picture


SEVEN = drawing((80, 50, 200, 50, 120, 240))
HASH_SIGN = drawing(
    (100, 30, 100, 250), (180, 30, 180, 250), (30, 100, 250, 100), (30, 180, 250, 180)
)


@pytest.fixture(autouse=True)
def _shipped_networks() -> None:
    predictor.forget()


def data_url(picture: Image.Image) -> str:
    return "data:image/png;base64," + base64.b64encode(encoded(picture)).decode()


def same_answers(told: dict[str, Any], task: str, image: torch.Tensor) -> None:
    expected = predictor.predict(task, image)
    assert told["answers"] == {
        answer.loss: {
            "label": answer.label,
            "logits": answer.logits,
            "softmax": answer.softmax,
            "calibrated": answer.calibrated,
        }
        for answer in expected.given
    }
    assert list(told["answers"]) == shipped(task)
    assert list(told["missing"]) == [loss for loss in card_losses() if loss not in told["answers"]]
    assert told["unlike"] == expected.ood_score
    assert told["marked"] == predictor.is_flagged(task, expected)


def test_a_digit_gets_the_answers_of_all_networks() -> None:
    told = predict_digit(data_url(SEVEN))
    assert set(told) == {"answers", "missing", "unlike", "marked", "unclear", "blank", "digits"}
    assert [each["row"] for each in told["digits"]] == [0]
    assert told["digits"][0]["answers"] == told["answers"]
    same_answers(told, "digits", TASKS["digits"].to_tensor(SEVEN))
    assert {answer["label"] for answer in told["answers"].values()} == {"7"}
    assert told["blank"] is False and told["marked"] is False and told["unlike"] < 0.5
    assert any(answer["softmax"] != answer["calibrated"] for answer in told["answers"].values())


@pytest.mark.parametrize("drawing", ["", None, data_url(drawing())])
def test_an_empty_pad_is_said_to_be_blank_and_answered_as_such(drawing: str | None) -> None:
    told = predict_digit(drawing)
    assert told["blank"] is True
    same_answers(told, "digits", torch.zeros(TASKS["digits"].shape))


def test_each_digit_of_a_number_is_answered() -> None:
    samples = {each.key: each.picture for each in TASKS["digits"].samples()}
    told = predict_digit(data_url(side_by_side([samples[key] for key in "407"], gap=4)))
    read = [{answer["label"] for answer in each["answers"].values()} for each in told["digits"]]
    assert read == [{"4"}, {"0"}, {"7"}]
    assert [each["marked"] for each in told["digits"]] == [False] * 3
    assert told["marked"] is True and told["blank"] is False


def test_why_a_drawing_cannot_be_read_is_told() -> None:
    told = predict_digit(data_url(Image.new("L", (PAD, PAD), 200)))
    assert (told["blank"], told["problem"], told["digits"]) == (
        True,
        PROBLEMS["empty"],
        [],
    )


def test_a_sign_that_is_no_digit_is_flagged() -> None:
    told = predict_digit(data_url(HASH_SIGN))
    assert told["marked"] is True and told["unlike"] > 0.9 and told["blank"] is False


def test_a_photo_gets_the_answers_of_all_networks() -> None:
    photo = Image.new("RGB", (60, 40), "brown")
    told = predict_pet(data_url(photo))
    assert set(told) == {"answers", "missing", "unlike", "marked", "unclear", "blank"}
    assert told["blank"] is False
    same_answers(told, "pets", TASKS["pets"].to_tensor(photo))


def test_a_photo_of_plain_background_is_blank() -> None:
    told = predict_fashion(data_url(Image.new("RGB", (60, 40), "white")))
    assert told["blank"] is True


@pytest.mark.parametrize("photo", ["", None])
def test_no_photo_is_refused(photo: str | None) -> None:
    with pytest.raises(gr.Error, match=r"There is no photo: send the picture itself, as"):
        predict_pet(photo)


@pytest.mark.parametrize("endpoint", [predict_digit, predict_pet])
def test_a_picture_that_cannot_be_read_is_refused_in_a_sentence(endpoint: Any) -> None:
    with pytest.raises(gr.Error, match="not base64"):
        endpoint("data:image/png;base64,@@@")


def test_a_missing_checkpoint_is_named_beside_the_answers(random_models: Path) -> None:
    (random_models / "digits" / "gce.safetensors").unlink()
    told = predict_digit(data_url(SEVEN))
    assert list(told["answers"]) == [loss for loss in card_losses() if loss != "gce"]
    assert list(told["missing"]) == ["gce"]
    problem = told["missing"]["gce"]
    assert problem.startswith("Not measured yet") and "train digits --loss gce" in problem
    assert told["unlike"] is None and told["marked"] is False


def test_a_losss_value_gradient_and_softmax_are_those_of_the_logits() -> None:
    told = loss_value("cross_entropy", [2, 0.5, -1.0], 1)
    total = sum(map(math.exp, (2, 0.5, -1)))
    probs = [math.exp(logit) / total for logit in (2, 0.5, -1)]
    assert set(told) == {"value", "gradient", "softmax"}
    assert told["softmax"] == pytest.approx(probs)
    assert told["value"] == pytest.approx(-math.log(probs[1]))
    assert told["gradient"] == pytest.approx([probs[0], probs[1] - 1, probs[2]])


@pytest.mark.parametrize("target", [0, 2, 2.0])
def test_a_formula_is_taken_where_there_is_no_loss_of_the_name(target: float) -> None:
    logits = [2.0, 0.5, -1.0]
    typed, named = (
        loss_value("-sum(e * logp)", logits, target),
        loss_value("cross_entropy", logits, target),
    )
    assert typed["value"] == pytest.approx(named["value"])
    assert typed["gradient"] == pytest.approx(named["gradient"])


def test_numbers_that_are_not_finite_are_null_and_the_others_stay() -> None:
    told = loss_value("1 / (p_y - p_y)", [1, 2], 0)
    assert told["value"] is None and told["gradient"] == [None, None]
    assert told["softmax"] == pytest.approx([1 / (1 + math.e), math.e / (1 + math.e)])


@pytest.mark.parametrize("logits", [[0.0] * 2, [0.0] * MAX_CLASSES, [MAX_LOGIT, -MAX_LOGIT]])
def test_as_many_and_as_large_logits_as_allowed_are_taken(logits: list[float]) -> None:
    assert loss_value("focal", logits, 1)["softmax"] == pytest.approx(
        torch.tensor(logits).softmax(0).tolist()
    )


@pytest.mark.parametrize("position", range(MAX_CLASSES))
def test_every_logit_must_be_a_number(position: int) -> None:
    logits: list[Any] = [0.0] * MAX_CLASSES
    for wrong in ("1", None, True, math.nan, math.inf):
        logits[position] = wrong
        with pytest.raises(gr.Error, match="logits must be a list of numbers"):
            loss_value("focal", logits, 0)


@pytest.mark.parametrize(
    ("loss", "logits", "target", "said"),
    [
        (None, [1, 2], 0, r"^'loss must be text: a name, such as focal, or a formula\.'$"),
        ("fokal", [1, 2], 0, "loss is none of cross_entropy.* read as a formula"),
        ("focal", (1, 2), 0, "logits must be a list of numbers"),
        ("focal", None, 0, "logits must be a list of numbers"),
        ("focal", [1], 0, "1 logits are given"),
        ("focal", [1] * (MAX_CLASSES + 1), 0, f"{MAX_CLASSES + 1} logits are given"),
        ("p_y" * 200, [1, 2], 0, "at most 300 characters"),
        (["focal"], [1, 2], 0, "loss must be text"),
        ("focal", "12", 0, "logits must be a list of numbers"),
        ("focal", [], 0, "0 logits are given"),
        ("focal", [1] * 100_000, 0, f"100000 logits are given; from 2 to {MAX_CLASSES}"),
        ("focal", [1, 50.1], 0, "from -50 to 50"),
        ("focal", [1, 2], "0", "target must be a whole number"),
        ("focal", [1, 2], None, "target must be a whole number"),
        ("focal", [1, 2], -1, "the true class is -1"),
        ("focal", [1, 2], 1e30, "the true class is 1"),
        ("focal", [1, 2], 0.5, "target must be a whole number"),
        ("focal", [1, 2], -0.5, "target must be a whole number"),
        ("focal", [1, 2], True, "target must be a whole number"),
        ("focal", [1, 2], math.nan, "target must be a whole number"),
        ("focal", [1, 2], math.inf, "target must be a whole number"),
        ("focal", [1, 2], 2, "the true class is 2"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(loss: Any, logits: Any, target: Any, said: str) -> None:
    with pytest.raises(gr.Error, match=said):
        loss_value(loss, logits, target)


@pytest.fixture(scope="module")
def public() -> dict[str, Any]:
    """The endpoints of the page, by name."""
    return {
        event.api_name: event for event in build().fns.values() if event.api_visibility == "public"
    }


def test_the_page_of_the_api_has_an_example_of_every_value_that_runs(
    public: dict[str, Any],
) -> None:
    examples = {
        name: {value.label: value.example_payload() for value in event.inputs}
        for name, event in public.items()
    }
    assert examples["loss_value"] == {"loss": "focal", "logits": [2.0, 0.5, -1.0], "target": 0}
    assert loss_value(**examples["loss_value"])["value"] > 0
    assert examples["predict_digit"]["drawing"].startswith("data:image/png;base64,")
    assert examples["predict_pet"]["photo"].startswith("data:image/jpeg;base64,")
    assert set(examples["train"]["losses"]) < set(LOSSES) and examples["train"]["task"] in TASKS
    for event in public.values():
        assert [value.label for value in event.outputs] == ["answer"]


def test_predictions_wait_in_one_queue_two_at_a_time(public: dict[str, Any]) -> None:
    waiting = [public[task.endpoint_name] for task in TASKS.values()]
    assert {(each.concurrency_id, each.concurrency_limit) for each in waiting} == {("predict", 2)}


@pytest.mark.parametrize("endpoint", [predict_digit, predict_pet])
@pytest.mark.parametrize("text", ["/tmp/seven.png", "https://example.org/seven.png"])
def test_a_path_or_an_address_is_told_what_to_send(endpoint: Any, text: str) -> None:
    with pytest.raises(gr.Error, match="send the picture itself, as a data URL"):
        endpoint(text)


def test_a_digit_is_read_whichever_way_a_client_hands_it_over() -> None:
    bare = data_url(SEVEN).split(",")[1]
    asked = predict_digit(data_url(SEVEN))
    for given in (
        bare,
        "\n".join(textwrap.wrap(bare, 76)),
        f"data:image/png;charset=utf-8;base64,{bare}",
        f"data:application/octet-stream;base64,{bare}",
    ):
        assert predict_digit(given) == asked


def test_a_phone_photo_of_a_digit_is_read_though_it_is_larger_than_a_drawing() -> None:
    photo = SEVEN.convert("RGB").resize((2000, 2000))
    grain = np.random.default_rng(0).integers(0, 12, (2000, 2000, 3), dtype=np.uint8)
    photo = Image.fromarray(np.asarray(photo) // 2 + 60 + grain)
    url = "data:image/jpeg;base64," + base64.b64encode(encoded(photo, "JPEG", quality=90)).decode()
    assert len(url) > 600_000
    assert {answer["label"] for answer in predict_digit(url)["answers"].values()} == {"7"}


def test_a_phones_avif_is_a_cat() -> None:
    file = (Path(__file__).parents[1] / "data" / "cat.avif").read_bytes()
    told = predict_pet("data:image/avif;base64," + base64.b64encode(file).decode())
    assert {answer["label"] for answer in told["answers"].values()} == {"cat"}
