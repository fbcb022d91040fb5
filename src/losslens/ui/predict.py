"""The tabs on which a visitor hands over a picture and every loss answers: a drawn digit, a photo of a pet."""

from pathlib import Path
from typing import Any

import gradio as gr
import torch
from gradio.events import api  # gr.api, which gradio does not export to type checkers
from PIL import Image
from torch import Tensor

from losslens import inference
from losslens.inference import Prediction
from losslens.pictures import PictureError
from losslens.tasks import TASKS, Task
from losslens.ui import cards
from losslens.ui.pad import drawing_pad
from losslens.ui.uploads import PHOTO_CHARACTERS, decode, picture_upload, refusal
from losslens.ui.words import Words

DIGITS, PETS = TASKS["digits"], TASKS["pets"]
SAMPLES = [
    str(Path(__file__).parent / "samples" / f"{name}.jpg")
    for name in ("cat", "shepherd", "kitten", "husky", "sheep", "coffee")
]
_QUICK: dict[str, Any] = {
    "show_progress": "hidden",
    "trigger_mode": "always_last",
    "concurrency_id": "predict",
    "concurrency_limit": 2,
    "api_visibility": "private",
}


def build_digits_tab(words: Words, *, public: bool) -> gr.State:
    """Lay out the tab; returns what holds the digit drawn last, a tensor (1, 28, 28), or None.

    ``public`` shows the tab's job as the endpoint /predict_digit.
    """
    current = gr.State(None)  # the digit tensor (1, 28, 28) that is answered now
    with gr.Row(elem_classes="predict digits"):
        with gr.Column(scale=1, min_width=300, elem_classes="hand"):
            pad = drawing_pad(words)
            seen = gr.HTML(cards.seen(None, words))
            upload = picture_upload(words, words["upload"])
            gr.Markdown(words["privacy"], elem_classes="small")
        truth, view, answer, heat = _answers(DIGITS, words)

    def on_drawing(value: object, truth: str, view: str) -> tuple[Any, str, str]:
        try:
            picture = decode(value)
        except PictureError as error:
            return None, cards.seen(None, words), cards.message(refusal(error, words))
        return on_upload(picture, truth, view)

    def on_upload(picture: Image.Image | None, truth: str, view: str) -> tuple[Any, str, str]:
        digit = None if picture is None else DIGITS.to_tensor(picture)
        return digit, *shown(digit, truth, view)

    def shown(digit: Tensor | None, truth: str, view: str) -> tuple[str, str]:
        if digit is None or DIGITS.is_blank(digit):
            return cards.seen(None, words), cards.message(words["blank_digits"])
        return cards.seen(digit[0].numpy(), words), _cards(DIGITS, inference.predict(DIGITS.key, digit), truth, view, words)

    def explained(digit: Tensor | None) -> str:
        if digit is None or DIGITS.is_blank(digit):
            return ""
        return cards.heatmaps(inference.explain(DIGITS.key, digit), digit[0].numpy())

    outputs = [current, seen, answer]
    drawn = pad.change(on_drawing, [pad, truth, view], outputs, **_QUICK)
    uploaded = upload.change(on_upload, [upload, truth, view], outputs, **_QUICK)
    # The bars do not wait for the reasons, which cost fifty times the compute.
    for answered in (drawn, uploaded):
        answered.success(explained, current, heat, **(_QUICK | {"concurrency_id": "explain"}))
    gr.on([truth.change, view.change], shown, [current, truth, view], [seen, answer], **_QUICK)
    if public:
        api(predict_digit, api_name="predict_digit", concurrency_id="predict")
    return current


def build_pets_tab(words: Words, *, public: bool) -> None:
    """Lay out the tab; ``public`` shows its job as the endpoint /predict_pet."""
    current = gr.State(None)  # the prediction that is shown now; the photo itself is not kept
    with gr.Row(elem_classes="predict pets"):
        with gr.Column(scale=1, min_width=300, elem_classes="hand"):
            upload = picture_upload(words, words["upload_pets"], webcam=True, height=300)
            gr.Examples(SAMPLES, upload, label=words["samples_pets"], cache_examples=False, api_visibility="private")
            gr.Markdown(words["privacy_pets"], elem_classes="small")
        truth, view, answer, heat = _answers(PETS, words)

    def on_photo(photo: Image.Image | None, truth: str, view: str) -> tuple[Prediction | None, str, str]:
        if photo is None:
            return None, cards.message(words["blank_pets"]), ""
        prediction = inference.predict(PETS.key, PETS.to_tensor(photo))
        reasons = cards.photo_heatmaps(inference.explain(PETS.key, prediction.features), photo)
        return prediction, shown(prediction, truth, view), reasons

    def shown(prediction: Prediction | None, truth: str, view: str) -> str:
        return _cards(PETS, prediction, truth, view, words) if prediction else cards.message(words["blank_pets"])

    upload.change(on_photo, [upload, truth, view], [current, answer, heat], **_QUICK)
    gr.on([truth.change, view.change], shown, [current, truth, view], answer, **_QUICK)
    if public:
        api(predict_pet, api_name="predict_pet", concurrency_id="predict")


def _answers(task: Task, words: Words) -> tuple[gr.Radio, gr.Radio, gr.HTML, gr.HTML]:
    """The right side: the true class, which probabilities, the cards, and the style sheet of their heatmaps."""
    names = [(cards.label_name(label, words), label) for label in task.labels]
    with gr.Column(scale=3, min_width=320):
        with gr.Row(elem_classes="choices"):
            truth = gr.Radio([(words["truth_unknown"], ""), *names], value="", label=words["truth"], scale=3)
            view = gr.Radio(
                [(words["view_softmax"], "softmax"), (words["view_calibrated"], "calibrated")],
                value="softmax",
                label=words["view"],
                info=words["view_info"],
                scale=2,
            )
        return truth, view, gr.HTML(cards.message(words["blank_" + task.key])), gr.HTML()


def _cards(task: Task, prediction: Prediction, truth: str, view: str, words: Words) -> str:
    return cards.cards(prediction, task, truth or None, view, words, inference.is_stranger(task.key, prediction))


def predict_digit(drawing: str) -> dict[str, Any]:
    """Every loss's answer to a drawn digit.

    ``drawing`` is a picture as a data URL ("data:image/png;base64,..."), dark ink on light paper or the reverse. Returns
    ``answers``, for each loss its label, logits, softmax and calibrated probabilities; ``blank``, whether nothing is drawn;
    ``unlike``, 0..1, how little it looks like any digit (null where nothing was fitted), and ``marked``, whether that is
    above the threshold.
    """
    picture = _decoded(drawing)
    digit = torch.zeros(DIGITS.shape) if picture is None else DIGITS.to_tensor(picture)
    return _plain(DIGITS, inference.predict(DIGITS.key, digit)) | {"blank": DIGITS.is_blank(digit)}


def predict_pet(photo: str) -> dict[str, Any]:
    """Every loss's answer to a photo of a cat or a dog.

    ``photo`` is a PNG, JPEG, WebP, GIF or BMP as a data URL ("data:image/jpeg;base64,..."), up to 20 megapixels. Returns
    ``answers``, for each loss its label ("cat" or "dog"), logits, softmax and calibrated probabilities; ``unlike``, 0..1,
    how little it looks like either (null where nothing was fitted), and ``marked``, whether that is above the threshold.
    """
    picture = _decoded(photo, PHOTO_CHARACTERS)
    if picture is None:
        raise gr.Error("There is no photo: give one as a data URL.", print_exception=False)
    return _plain(PETS, inference.predict(PETS.key, PETS.to_tensor(picture)))


def _decoded(url: str, *most: int) -> Image.Image | None:
    try:
        return decode(url, *most)
    except PictureError as error:
        raise gr.Error(str(error), print_exception=False) from None


def _plain(task: Task, prediction: Prediction) -> dict[str, Any]:
    answers = {
        a.loss: {"label": a.label, "logits": a.logits, "softmax": a.softmax, "calibrated": a.calibrated}
        for a in prediction.given
    }
    return {"answers": answers, "unlike": prediction.unlike, "marked": inference.is_stranger(task.key, prediction)}
