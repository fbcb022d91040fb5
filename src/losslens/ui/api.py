"""The jobs of the tabs as named endpoints: for ``gradio_client``, curl and, as tools, for MCP.

Gradio reads the docstrings for its API page and for MCP: a line for each value, after "Args:".
"""

import math
from functools import partial
from typing import Any

import gradio as gr
import torch
from gradio.events import api  # gr.api, which gradio does not export to type checkers
from gradio.utils import get_function_description
from PIL import Image

from losslens.images.reading import PictureError
from losslens.inference import predictor as inference
from losslens.inference.predictor import Missing, Prediction
from losslens.live.queue import STREAMS
from losslens.losses import LOSSES, formula
from losslens.losses.curves import MAX_CLASSES, anatomy
from losslens.tasks import TASKS
from losslens.tasks.base import Task
from losslens.ui.components.picture_upload import PHOTO_CHARACTERS, decode
from losslens.ui.live.endpoint import train
from losslens.ui.request_guard import refused

DIGITS, PETS = TASKS["digits"], TASKS["pets"]


_EXAMPLES: dict[str, Any] = {
    "drawing": "data:image/png;base64,iVBORw0KGgo...",
    "photo": "data:image/jpeg;base64,/9j/4AAQSkZJRg...",
    "loss": "focal",
    "logits": [2.0, 0.5, -1.0],
    "target": 0,
    "losses": ["cross_entropy", "gce"],
}


def add_endpoints(demo: gr.Blocks) -> None:
    """Add the endpoints to the page that is being built; once an app, not once a language."""
    # Predictions wait in the tabs' own queue: without the limit said again, they would take one at
    # a time from it.
    api(predict_digit, api_name="predict_digit", concurrency_id="predict", concurrency_limit=2)
    api(predict_pet, api_name="predict_pet", concurrency_id="predict", concurrency_limit=2)
    api(loss_value, api_name="loss_value")
    api(train, api_name="train", concurrency_limit=STREAMS)
    for event in demo.fns.values():
        if event.api_visibility == "public":
            _document(event)


def _document(event: Any) -> None:
    """Give the API page what ``gr.api`` leaves out: each value's name, its line of the docstring,
    and an example."""
    _, lines, _ = get_function_description(event.fn)
    for value, (name, line) in zip(event.inputs, lines.items(), strict=True):
        value.label = name
        value._api_info = value._api_info | {"additional_description": line}
        value.example_payload = partial(_EXAMPLES.get, name, value.value)
    for value in event.outputs:
        value.label = "answer"


def predict_digit(drawing: str) -> dict[str, Any]:
    """Every loss's answer to a drawn digit.

    It has "answers", by loss: label, logits, softmax and calibrated probabilities of 0 to 9;
    "missing", by loss: why there is no answer; "blank", whether nothing is drawn; "unlike", 0..1,
    how little it looks like any digit (null where nothing was fitted); and "marked", whether that
    is above the threshold.

    Args:
        drawing: a picture as a data URL (data:image/png;base64,...), dark ink on light paper or the reverse
    """
    picture = _decoded(drawing)
    digit = torch.zeros(DIGITS.shape) if picture is None else DIGITS.to_tensor(picture)
    return _plain(DIGITS, inference.predict(DIGITS.key, digit)) | {"blank": DIGITS.is_blank(digit)}


def predict_pet(photo: str) -> dict[str, Any]:
    """Every loss's answer to a photo of a cat or a dog.

    It has "answers", by loss: label, logits, softmax and calibrated probabilities of cat and dog;
    "missing", by loss: why there is no answer; "unlike", 0..1, how little it looks like either
    (null where nothing was fitted); and "marked", whether that is above the threshold.

    Args:
        photo: PNG, JPEG, WebP, GIF or BMP, up to 20 megapixels, as a data URL (data:image/jpeg;base64,...)
    """
    picture = _decoded(photo, PHOTO_CHARACTERS)
    if picture is None:
        raise refused("There is no photo: give one as a data URL.")
    return _plain(PETS, inference.predict(PETS.key, PETS.to_tensor(picture)))


def loss_value(loss: str, logits: list[float], target: int) -> dict[str, Any]:
    """Value, gradient and softmax of one example under one loss.

    It has "value", in the loss's own units; "gradient", for each logit; and "softmax", for each
    class. A number that a typed formula makes infinite or undefined is null.

    Args:
        loss: cross_entropy, kl_div, mse, brier, bce, focal, margin or gce; or a formula, such as -sum(e * logp)
        logits: 2 to 10 numbers from -50 to 50, one for each class
        target: the index of the true class, from 0
    """
    if not isinstance(loss, str):
        raise refused("loss must be text: a name, such as focal, or a formula.")
    if not isinstance(logits, list) or not all(
        _is_number(logit) for logit in logits[: MAX_CLASSES + 1]
    ):
        raise refused("logits must be a list of numbers.")
    if not _is_number(target) or target != math.floor(target):
        raise refused("target must be a whole number.")
    try:
        part = anatomy(LOSSES.get(loss) or formula.parse(loss), logits, int(target))
    except formula.FormulaError as error:
        raise refused(
            f"loss is none of {', '.join(LOSSES)}, so it is read as a formula. {error}"
        ) from None
    except ValueError as error:
        raise refused(str(error)) from None
    gradient = [_finite(slope) for slope in part.gradient]
    return {"value": _finite(part.value), "gradient": gradient, "softmax": part.softmax}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None  # JSON has no infinity


def _decoded(url: str, *most: int) -> Image.Image | None:
    try:
        return decode(url, *most)
    except PictureError as error:
        raise refused(str(error)) from None


def _plain(task: Task, prediction: Prediction) -> dict[str, Any]:
    answers = {
        a.loss: {
            "label": a.label,
            "logits": a.logits,
            "softmax": a.softmax,
            "calibrated": a.calibrated,
        }
        for a in prediction.given
    }
    return {
        "answers": answers,
        "missing": {a.loss: a.problem for a in prediction.answers if isinstance(a, Missing)},
        "unlike": prediction.unlike,
        "marked": inference.is_flagged(task.key, prediction),
    }
