"""Your own loss: a typed formula, drawn beside the eight and checked."""

from html import escape
from typing import Any

import gradio as gr

from losslens.losses import LOSSES
from losslens.losses.formula import FormulaError, parse
from losslens.losses.soundness import check
from losslens.ui.explorer.shape import shape_charts
from losslens.ui.i18n import Words

EXAMPLES = {
    "squared": "sum((p - e) ** 2)",
    "poly1": "-sum(e * logp) + (1 - p_y)",
    "focal": "-(1 - p_y) ** 5 * sum(e * logp)",
    "penalty": "-sum(e * logp) + 0.1 * sum(p * logp)",
    "mae": "sum(abs(p - e))",
}
_OTHERS = (0.0,) * 9  # logits of the other classes, for the curves


def build_own_page(words: Words) -> tuple[gr.Textbox, gr.Button]:
    """The box to type into, the findings and the curves; returns the box, and the button that sends
    it to live training."""
    gr.Markdown(words["explorer.own_intro"])
    box = gr.Textbox(
        EXAMPLES["poly1"], label=words["explorer.own_label"], max_length=400, elem_id="own-loss"
    )
    gr.Markdown(words["explorer.own_help"], elem_classes="small")
    choices = [(words["example_" + key], text) for key, text in EXAMPLES.items()]
    examples = gr.Radio(choices, label=words["explorer.own_examples"], value=EXAMPLES["poly1"])
    send = gr.Button(words["explorer.own_send"], elem_id="own-send")
    result = gr.HTML(own_html(words, EXAMPLES["poly1"]))
    quick: dict[str, Any] = {
        "show_progress": "hidden",
        "trigger_mode": "always_last",
        "api_visibility": "private",
    }
    box.change(lambda text: own_html(words, text), box, result, **quick)
    examples.input(lambda text: text, examples, box, **quick)
    return box, send


def own_html(words: Words, text: str) -> str:
    """Findings and curves of a formula, or where and why it is refused."""
    try:
        loss = parse(text)
        findings = check(loss)
    except FormulaError as error:
        reason = words["formula_" + error.reason].format(detail=error.detail)
        place = words["explorer.formula_at"].format(position=error.position + 1, reason=reason)
        named = error.detail and text.startswith(error.detail, error.position)
        end = error.position + (len(error.detail) if named else 1)
        pointer = f"{escape(text[: error.position])}<mark>{escape(text[error.position : end]) or ' '}</mark>"
        rest = escape(text[end:])
        return f'<div class="refused"><p>{escape(place)}</p><pre>{pointer}{rest}</pre></div>'
    items = "".join(
        f'<li class="{"good" if finding.good else "bad"}">{escape(words["finding_" + finding.kind])}</li>'
        for finding in findings
    )
    note = escape(words["explorer.own_curves"])
    charts = shape_charts(words, [*LOSSES.values(), loss], "own", _OTHERS)
    return f'<div class="own"><ul class="findings">{items}</ul>{charts}<p class="small">{note}</p></div>'
