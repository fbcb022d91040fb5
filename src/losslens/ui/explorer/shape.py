"""Shape: move the logits of one example and see every loss's value, gradient and curves."""

from html import escape
from typing import Any

import gradio as gr
import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.inference import predictor as inference
from losslens.losses import LOSSES, Loss
from losslens.losses.curves import MAX_CLASSES, anatomy, curves
from losslens.losses.functions import kl_div
from losslens.ui.charts.line import Line, line_chart, loss_colour
from losslens.ui.i18n import Words

_START = [2.0, 1.0, -1.0, *[0.0] * (MAX_CLASSES - 3)]
_REACH = 12.0  # of the sliders
_LATEX: list[dict[str, str | bool]] = [{"left": "$$", "right": "$$", "display": True}]


def build_shape_page(words: Words, drawing: gr.State) -> None:
    """Sliders on the left; values, gradients, curves and facts on the right."""
    gr.Markdown(words["explorer.shape_intro"])
    with gr.Row(elem_classes="predict"):
        with gr.Column(scale=1, min_width=280):
            classes = gr.Slider(
                2, MAX_CLASSES, 3, step=1, label=words["explorer.classes"], elem_id="classes"
            )
            truth = gr.Slider(0, 2, 0, step=1, label=words["explorer.true_class"])
            logits = [
                gr.Slider(
                    -_REACH,
                    _REACH,
                    value,
                    step=0.1,
                    label=words["explorer.logit"].format(index=index),
                    visible=index < 3,
                )
                for index, value in enumerate(_START)
            ]
            take = gr.Button(words["explorer.from_drawing"], size="sm")
        with gr.Column(scale=3, min_width=320):
            table = gr.HTML(values_table(words, _START[:3], 0))
            pick = gr.Dropdown(
                [(words.loss(key), key) for key in LOSSES],
                value="cross_entropy",
                label=words["explorer.pick_loss"],
            )
            facts = gr.Markdown(
                facts_text(words, "cross_entropy"), latex_delimiters=_LATEX, elem_classes="facts"
            )
            charts = gr.HTML(_charts_through(words, "cross_entropy", _START[:3], 0))
            gr.Markdown(words["explorer.weight_note"], elem_classes="small")
            same = gr.HTML(same_table(words, _START[:3], 0))

    def show(count: float, true_class: float, key: str, *values: float) -> tuple[str, str, str]:
        count = min(max(int(count), 2), MAX_CLASSES)
        target = min(max(int(true_class), 0), count - 1)
        chosen = [float(value) for value in values[:count]]
        return (
            values_table(words, chosen, target),
            _charts_through(words, key, chosen, target),
            same_table(words, chosen, target),
        )

    def resize(count: float, true_class: float) -> list[Any]:
        count = int(count)
        limit = gr.Slider(maximum=count - 1, value=min(int(true_class), count - 1))
        return [limit, *(gr.Slider(visible=index < count) for index in range(MAX_CLASSES))]

    def from_drawing(digit: Tensor | None, key: str) -> list[Any]:
        given = [] if digit is None else inference.predict("digits", digit).given
        answer = next((a for a in given if a.loss == key), None)
        if answer is None:
            gr.Info(words["explorer.no_drawing"])
            return [gr.skip()] * (MAX_CLASSES + 2)
        values = [round(min(max(value, -_REACH), _REACH), 1) for value in answer.logits]
        shown = [gr.Slider(value=value, visible=True) for value in values]
        return [MAX_CLASSES, gr.Slider(maximum=MAX_CLASSES - 1, value=int(answer.label)), *shown]

    quick: dict[str, Any] = {
        "show_progress": "hidden",
        "trigger_mode": "always_last",
        "api_visibility": "private",
    }
    inputs: list[gr.Slider | gr.Dropdown] = [classes, truth, pick, *logits]
    gr.on([part.change for part in inputs], show, inputs, [table, charts, same], **quick)
    classes.input(resize, [classes, truth], [truth, *logits], **quick)
    pick.change(lambda key: facts_text(words, key), pick, facts, **quick)
    taken = take.click(from_drawing, [drawing, pick], [classes, truth, *logits], **quick)
    taken.then(
        show, inputs, [table, charts, same], **quick
    )  # once more when all sliders stand where they should


def values_table(words: Words, logits: list[float], target: int) -> str:
    """Softmax, and each loss's value and gradient per logit, as an HTML table."""
    parts = {key: anatomy(loss, logits, target) for key, loss in LOSSES.items()}
    softmax = next(iter(parts.values())).softmax
    head = "".join(
        f'<div class="cell{" true" if index == target else ""}"><b>{share:.3f}</b><i style="height:{share * 40:.1f}px"></i>'
        f"<span>z{index}</span></div>"
        for index, share in enumerate(softmax)
    )
    rows = "".join(
        f"<tr data-loss='{key}'><th>{escape(words.loss(key))}</th><td>{part.value:.4g}</td>"
        f"<td>{gradient_bars(part.gradient, target)}</td></tr>"
        for key, part in parts.items()
    )
    return (
        f'<div class="anatomy"><p>{escape(words["explorer.softmax_of"])}</p><div class="softmax">{head}</div><table><thead><tr>'
        f"<th>{escape(words['explorer.col_loss'])}</th><th>{escape(words['explorer.col_value'])}</th><th>{escape(words['explorer.col_gradient'])}</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def gradient_bars(gradient: list[float], target: int) -> str:
    """One small bar a logit, to the left where the gradient is negative; the longest is 1 or the
    greatest gradient."""
    longest = max(1.0, *(abs(value) for value in gradient))
    bars = "".join(
        f'<span class="pull{" true" if index == target else ""}" title="z{index}: {value:+.4f}">'
        f'<i class="{"up" if value < 0 else "down"}" style="width:{abs(value) / longest * 50:.1f}%"></i></span>'
        for index, value in enumerate(gradient)
    )
    return f'<div class="pulls">{bars}</div>'


def _charts_through(words: Words, key: str, logits: list[float], target: int) -> str:
    """The eight along the true logit, through the visitor's logits, which are marked."""
    others = (*logits[:target], *logits[target + 1 :])
    here = {
        "margin": logits[target] - max(others),
        "true_probability": float(torch.tensor(logits).softmax(dim=0)[target]),
    }
    return shape_charts(words, list(LOSSES.values()), key, others, here)


def shape_charts(
    words: Words,
    losses: list[Loss],
    strong: str,
    others: tuple[float, ...],
    here: dict[str, float] | None = None,
) -> str:
    """Value and gradient weight while the true logit moves past ``others``, against its margin and
    against p_y.

    ``here`` are the margin and the p_y to mark.
    """
    drawn = {loss.key: curves(loss, others) for loss in losses}

    def lines(x: str, y: str) -> list[Line]:
        return [
            Line(
                words["loss_" + loss.key],
                getattr(drawn[loss.key], x),
                getattr(drawn[loss.key], y),
                loss_colour(loss.key),
                loss.key == strong,
            )
            for loss in losses
        ]

    ranges = {"value": (0.0, 8.0), "weight": (-0.5, 2.5)}
    ends = {"margin": (-8.0, 8.0), "true_probability": (0.0, 1.0)}
    titles = {
        "margin": ("margin", words["explorer.x_margin"]),
        "true_probability": ("p", words["explorer.x_p"]),
    }
    figures = [
        line_chart(
            lines(x, y),
            title=words[f"chart_{y}_{titles[x][0]}"],
            x_title=titles[x][1],
            x_range=ends[x],
            y_range=ranges[y],
            marker=here[x] if here else None,
            marker_label=words["explorer.you_are_here"],
        )
        for y in ranges
        for x in ends
    ]
    return f'<div class="charts">{"".join(figures)}</div>'


def same_table(words: Words, logits: list[float], target: int) -> str:
    """Cross-entropy, NLL of the log-softmax and KL divergence with eps 0, side by side."""
    z = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([target])
    versions = {
        "nn.CrossEntropyLoss": F.cross_entropy(z, y),
        "nn.NLLLoss (log_softmax)": F.nll_loss(F.log_softmax(z, dim=1), y),
        "nn.KLDivLoss, eps = 0": kl_div(z, y, eps=0.0).sum(),
    }
    slopes = [torch.autograd.grad(value, z)[0] for value in versions.values()]
    values = [value.item() for value in versions.values()]
    gap = max(
        max(values) - min(values), *(float((slope - slopes[0]).abs().max()) for slope in slopes)
    )
    rows = "".join(
        f"<tr><th>{name}</th><td>{value:.9f}</td><td>{float(slope[0, target]):+.9f}</td></tr>"
        for name, value, slope in zip(versions, values, slopes, strict=True)
    )
    heads = "".join(
        f"<th>{escape(words[key])}</th>" for key in ("col_loss", "col_value", "same_gradient")
    )
    return (
        f'<div class="anatomy same"><h3>{escape(words["explorer.same_title"])}</h3><p>{escape(words["explorer.same_note"])}</p>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p>{escape(words['explorer.same_greatest'])}: <b>{gap:.1g}</b></p></div>"
    )


def facts_text(words: Words, key: str) -> str:
    """Formula, use, paper and code of one loss, in Markdown."""
    fact = LOSSES[key]
    code = words["explorer.facts_code"].format(torch_class=f"`{fact.torch_class}`")
    said = "  \n".join(
        f"**{words['facts_' + part]}**: {words[part + '_' + key]}"
        for part in ("asks", "use", "avoid")
    )
    return (
        f"## {words.loss(key)}\n\n$${fact.latex}$$\n\n{words['explorer.facts_symbols']}\n\n{said}  \n"
        f"**{words['explorer.facts_paper']}**: [{fact.paper}]({fact.url})\n\n{code}:\n```python\n{fact.code}\n```"
    )
