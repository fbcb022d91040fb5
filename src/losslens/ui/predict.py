"""The tab on which a visitor draws a digit and every loss answers."""

from typing import Any

import gradio as gr
import torch
from gradio.events import api  # gr.api, which gradio does not export to type checkers
from torch import Tensor

from losslens import inference
from losslens.pictures import PictureError, is_blank
from losslens.tasks import TASKS
from losslens.ui import cards
from losslens.ui.pad import decode, drawing_pad
from losslens.ui.uploads import picture_upload, refusal
from losslens.ui.words import Words

TASK = TASKS["digits"]


def build_digits_tab(words: Words, *, public: bool) -> gr.State:
    """Lay out the tab; returns what holds the digit drawn last, a tensor (1, 28, 28), or None.

    ``public`` shows the tab's job as the endpoint /predict_digit.
    """
    current = gr.State(None)  # the digit tensor (1, 28, 28) that is answered now
    with gr.Row(elem_classes="predict"):
        with gr.Column(scale=1, min_width=300, elem_classes="hand"):
            pad = drawing_pad(words)
            seen = gr.HTML(cards.seen(None, words))
            upload = picture_upload(words)
            gr.Markdown(words["privacy"], elem_classes="small")
        with gr.Column(scale=3, min_width=320):
            with gr.Row(elem_classes="choices"):
                truth = gr.Radio([(words["truth_unknown"], ""), *TASK.labels], value="", label=words["truth"], scale=3)
                view = gr.Radio(
                    [(words["view_softmax"], "softmax"), (words["view_calibrated"], "calibrated")],
                    value="softmax",
                    label=words["view"],
                    info=words["view_info"],
                    scale=2,
                )
            answer = gr.HTML(cards.message(words["blank"]))
            heat = gr.HTML()

    def on_drawing(value: object, truth: str, view: str) -> tuple[Any, str, str]:
        try:
            picture = decode(value)
        except PictureError as error:
            return None, cards.seen(None, words), cards.message(refusal(error, words))
        digit = None if picture is None else TASK.to_tensor(picture)
        return digit, *shown(digit, truth, view)

    def on_upload(picture: Any, truth: str, view: str) -> tuple[Any, str, str]:
        digit = None if picture is None else TASK.to_tensor(picture)
        return digit, *shown(digit, truth, view)

    def shown(digit: Tensor | None, truth: str, view: str) -> tuple[str, str]:
        if digit is None or is_blank(digit):
            return cards.seen(None, words), cards.message(words["blank"])
        prediction = inference.predict(TASK.key, digit)
        html = cards.cards(prediction, TASK.labels, truth or None, view, words, inference.is_stranger(TASK.key, prediction))
        return cards.seen(digit[0].numpy(), words), html

    def explained(digit: Tensor | None) -> str:
        if digit is None or is_blank(digit):
            return ""
        return cards.heatmaps(inference.explain(TASK.key, digit), digit[0].numpy())

    quick: dict[str, Any] = {
        "show_progress": "hidden",
        "trigger_mode": "always_last",
        "concurrency_id": "predict",
        "concurrency_limit": 2,
        "api_visibility": "private",
    }
    outputs = [current, seen, answer]
    drawn = pad.change(on_drawing, [pad, truth, view], outputs, **quick)
    uploaded = upload.change(on_upload, [upload, truth, view], outputs, **quick)
    # The bars do not wait for the reasons, which cost fifty times the compute.
    for answered in (drawn, uploaded):
        answered.success(explained, current, heat, **(quick | {"concurrency_id": "explain"}))
    gr.on([truth.change, view.change], shown, [current, truth, view], [seen, answer], **quick)
    if public:
        api(predict_digit, api_name="predict_digit", concurrency_id="predict")
    return current


def predict_digit(drawing: str) -> dict[str, Any]:
    """Every loss's answer to a drawn digit.

    ``drawing`` is a PNG as a data URL ("data:image/png;base64,..."), dark ink on light paper or the reverse. Returns
    ``answers``, for each loss its label, logits, softmax and calibrated probabilities; ``blank``, whether nothing is drawn;
    ``unlike``, 0..1, how little it looks like any digit (null where nothing was fitted), and ``marked``, whether that is
    above the threshold.
    """
    try:
        picture = decode(drawing)
    except PictureError as error:
        raise gr.Error(str(error), print_exception=False) from None
    digit = torch.zeros(TASK.shape) if picture is None else TASK.to_tensor(picture)
    prediction = inference.predict(TASK.key, digit)
    answers = {
        a.loss: {"label": a.label, "logits": a.logits, "softmax": a.softmax, "calibrated": a.calibrated}
        for a in prediction.given
    }
    marked = inference.is_stranger(TASK.key, prediction)
    return {"answers": answers, "blank": is_blank(digit), "unlike": prediction.unlike, "marked": marked}
