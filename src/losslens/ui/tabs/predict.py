"""The tabs on which a visitor hands over a picture and every loss answers: a drawn digit, a photo of a pet."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image, ImageOps
from torch import Tensor

from losslens.images.reading import PictureError, read_picture
from losslens.inference import predictor as inference
from losslens.inference.predictor import Prediction
from losslens.tasks import TASKS
from losslens.tasks.base import Task
from losslens.ui.components import answers as cards
from losslens.ui.components.drawing_pad import drawing_pad
from losslens.ui.components.picture_upload import decode, jpeg_url, picture_upload, refusal
from losslens.ui.i18n import Words

DIGITS, PETS = TASKS["digits"], TASKS["pets"]
SAMPLES = [
    str(Path(__file__).parents[2] / "data" / "samples" / f"{name}.jpg")
    for name in ("cat", "shepherd", "kitten", "husky", "sheep", "coffee")
]
_QUICK: dict[str, Any] = {
    "show_progress": "hidden",
    "trigger_mode": "always_last",
    "concurrency_id": "predict",
    "concurrency_limit": 2,
    "api_visibility": "private",
}


@dataclass(frozen=True)
class DigitsTab:
    """What other tabs need of the tab for digits."""

    drawing: gr.State  # the digit that is answered now, a tensor (1, 28, 28), or None
    truth: gr.Radio
    answer_after: Callable[[Any], None]  # answer what an event has put into ``drawing``


def build_digits_tab(words: Words) -> DigitsTab:
    """Lay out the tab."""
    current = gr.State(None)  # the digit tensor (1, 28, 28) that is answered now
    with gr.Row(elem_classes="predict digits"):
        with gr.Column(scale=1, min_width=300, elem_classes="hand"):
            pad = drawing_pad(words)
            seen = gr.HTML(cards.seen(None, words))
            upload = picture_upload(words, words["tasks.digits.upload"])
            gr.Markdown(words["tasks.digits.privacy"], elem_classes="small")
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
            return cards.seen(None, words), cards.message(words["tasks.digits.blank"])
        return cards.seen(digit[0].numpy(), words), _cards(
            DIGITS, inference.predict(DIGITS.key, digit), truth, view, words
        )

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

    def answer_after(event: Any) -> None:
        answered = event.then(shown, [current, truth, view], [seen, answer], **_QUICK)
        answered.success(explained, current, heat, **(_QUICK | {"concurrency_id": "explain"}))

    return DigitsTab(current, truth, answer_after)


def build_pets_tab(words: Words) -> gr.State:
    """Lay out the tab; returns what holds the prediction for the photo shown last, or None."""
    current = gr.State(None)  # the prediction that is shown now; the photo itself is not kept
    with gr.Row(elem_classes="predict pets"):
        with gr.Column(scale=1, min_width=300, elem_classes="hand"):
            upload = picture_upload(words, words["tasks.pets.upload"], webcam=True, height=300)
            _samples(words, upload)
            gr.Markdown(
                f"{words['tasks.pets.samples_hint']} {words['tasks.pets.privacy']}",
                elem_classes="small",
            )
        truth, view, answer, heat = _answers(PETS, words)

    def on_photo(
        photo: Image.Image | None, truth: str, view: str
    ) -> tuple[Prediction | None, str, str]:
        if photo is None:
            return None, cards.message(words["tasks.pets.blank"]), ""
        prediction = inference.predict(PETS.key, PETS.to_tensor(photo))
        reasons = cards.photo_heatmaps(inference.explain(PETS.key, prediction.features), photo)
        return prediction, shown(prediction, truth, view), reasons

    def shown(prediction: Prediction | None, truth: str, view: str) -> str:
        return (
            _cards(PETS, prediction, truth, view, words)
            if prediction
            else cards.message(words["tasks.pets.blank"])
        )

    upload.change(on_photo, [upload, truth, view], [current, answer, heat], **_QUICK)
    gr.on([truth.change, view.change], shown, [current, truth, view], answer, **_QUICK)
    return current


def _samples(words: Words, upload: gr.Image) -> None:
    """Photos to click. (Those of ``gr.Examples`` have no name for who cannot see them.)"""
    with gr.Row(elem_classes="samples"):
        for path in SAMPLES:
            # As a data URL: a file's copy in gradio's folder would be deleted with the visitors'
            # photos.
            small = {"path": "", "url": jpeg_url(ImageOps.contain(read_picture(path), (200, 200)))}
            button = gr.Button(
                words["sample_" + Path(path).stem], icon=small, size="sm", min_width=80
            )  # type: ignore[arg-type]  # a FileData will do
            button.click(partial(read_picture, path), None, upload, **_QUICK)


def _answers(task: Task, words: Words) -> tuple[gr.Radio, gr.Radio, gr.HTML, gr.HTML]:
    """The right side: the true class, which probabilities, the cards, and the style sheet of their
    heatmaps."""
    names = [(cards.label_name(label, words), label) for label in task.labels]
    with gr.Column(scale=3, min_width=320):
        with gr.Row(elem_classes="choices"):
            truth = gr.Radio(
                [(words["predict.truth_unknown"], ""), *names],
                value="",
                label=words["predict.truth"],
                scale=3,
            )
            view = gr.Radio(
                [
                    (words["predict.view_softmax"], "softmax"),
                    (words["predict.view_calibrated"], "calibrated"),
                ],
                value="softmax",
                label=words["predict.view"],
                info=words["predict.view_info"],
                scale=2,
            )
        return truth, view, gr.HTML(cards.message(words["blank_" + task.key])), gr.HTML()


def _cards(task: Task, prediction: Prediction, truth: str, view: str, words: Words) -> str:
    return cards.cards(
        prediction, task, truth or None, view, words, inference.is_flagged(task.key, prediction)
    )
