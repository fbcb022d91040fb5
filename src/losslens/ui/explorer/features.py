"""The feature view: digits in the penultimate layer of a network, as a training under each loss
goes on."""

import base64
import json
from pathlib import Path
from typing import Any

import gradio as gr
from torch import Tensor

from losslens.inference.predictor import Prediction
from losslens.live.config import MAX_LOSSES, LiveConfig
from losslens.live.feature_view import FeatureView, feature_view
from losslens.losses import LOSSES
from losslens.losses.catalogue import by_family, colour_of, mark_of
from losslens.ui.charts.line import Axes, Line, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.page import LATEST, QUICK, Page

_SCRIPT = (Path(__file__).parents[1] / "static" / "features.js").read_text(encoding="utf-8")
_TASK = "digits"


def build_features_page(page: Page, tab: gr.Tab, inner: gr.Tab) -> None:
    """The choice of losses above, the planes below; anew as the page comes into view."""
    words = page.words
    page.markdown(words["features.intro"], elem_classes="intro")
    named = [(words.loss_in_family(key), key) for key in by_family(LOSSES)]
    losses = gr.Dropdown(
        named,
        value=list(LiveConfig.losses),
        label=words["live.losses"].format(most=MAX_LOSSES),
        multiselect=True,
        max_choices=MAX_LOSSES,
        elem_id="features-losses",
    )
    shown = gr.HTML(js_on_load=_SCRIPT, elem_id="features")
    answered = page.answers[_TASK].answered if _TASK in page.answers else gr.State(None)

    def show(chosen: list[str] | None, prediction: Prediction | None) -> Markup:
        digit = prediction.features if prediction is not None and prediction.given else None
        return features_html(chosen or [], digit, words)

    gr.on([tab.select, inner.select], show, [losses, answered], shown, **QUICK)
    losses.change(show, [losses, answered], shown, **LATEST)
    page.links.add("explorer/features", {"losses": losses})


def features_html(chosen: list[str], digit: Tensor | None, words: Words) -> Markup:
    """The planes of some losses, with a visitor's digit (1, 28, 28) as a star where there is one;
    a loss that no network was trained under for this is named."""
    view = feature_view()
    here = [loss for loss in chosen if loss in view.trainings][:MAX_LOSSES]
    lacking = [loss for loss in chosen if loss not in view.trainings]
    data = {
        "seen": view.seen,
        "target": view.target,
        "planes": [_plane(view, loss, digit) for loss in here],
        "words": {name: words[f"features.browser.{name}"] for name in ("play", "pause", "at")},
    }
    return render(
        "explorer/features.html",
        words=words,
        data=json.dumps(data),
        planes=[
            {
                "loss": loss,
                "name": words.loss(loss),
                "colour": colour_of(loss),
                "mark": mark_of(loss),
            }
            for loss in here
        ],
        last=len(view.seen) - 1,
        lacking=words["features.lacking"].format(losses=words.names(lacking)) if lacking else "",
        star=words["features.star" if digit is not None else "features.no_star"].format(
            tab=words.task(_TASK, "tab")
        ),
        said=_said(view, here, words),
        chart=_separation(view, here, words) if here else "",
    )


def _plane(view: FeatureView, loss: str, digit: Tensor | None) -> dict[str, Any]:
    training = view.trainings[loss]
    return {
        "places": base64.b64encode(training.places.tobytes()).decode(),
        "separation": [round(each, 3) for each in training.separation],
        "accuracy": [round(each, 3) for each in training.accuracy],
        "star": training.star(digit) if digit is not None else None,
    }


def _said(view: FeatureView, losses: list[str], words: Words) -> str:
    """Which of the losses ends with its classes farthest apart, and which with them nearest."""
    ends = {loss: view.trainings[loss].separation[-1] for loss in losses}
    if len(ends) < 2:
        return ""
    best, worst = max(ends, key=ends.__getitem__), min(ends, key=ends.__getitem__)
    return words["features.said"].format(
        best=words.loss(best),
        best_value=f"{ends[best]:.2f}",
        worst=words.loss(worst),
        worst_value=f"{ends[worst]:.2f}",
    )


def _separation(view: FeatureView, losses: list[str], words: Words) -> Markup:
    """Class separation over the training, one curve a loss."""
    seen = [float(each) for each in view.seen]
    lines = [
        Line(words.loss(loss), seen, view.trainings[loss].separation, colour_of(loss))
        for loss in losses
    ]
    title, ranges = words["features.chart"], ((0.0, seen[-1]), (0.0, 1.0))
    axes = Axes(title, words["live.x"], *ranges, data=words["common.data"])
    return line_chart(lines, axes)
