"""Your own loss: a typed formula, drawn beside the losses of the catalogue and checked."""

import gradio as gr

from losslens.losses import LOSSES
from losslens.losses.analysis import MAX_CLASSES, check
from losslens.losses.catalogue import card_losses
from losslens.losses.formula import FormulaError, parse
from losslens.ui.explorer.shape import shape_charts
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.page import LATEST, OwnLoss, Page

EXAMPLES = {
    "squared": "sum((p - e) ** 2)",
    "poly1": "-sum(e * logp) + (1 - p_y)",
    "focal": "-(1 - p_y) ** 5 * sum(e * logp)",
    "penalty": "-sum(e * logp) + 0.1 * sum(p * logp)",
    "mae": "sum(abs(p - e))",
}
_FIRST = EXAMPLES["poly1"]
_MOST_CHARACTERS = 400  # more than a formula may have, so that a longer one is refused in words
_OTHERS = (0.0,) * (MAX_CLASSES - 1)  # logits of the other classes, for the curves


def build_own_loss_page(page: Page, tab: gr.Tab) -> None:
    """The box to type into, the findings and the curves; it leaves ``page.own_loss``."""
    words = page.words
    page.markdown(words["explorer.own_intro"], elem_classes="intro")
    label = words["explorer.own_label"]
    box = gr.Textbox(_FIRST, label=label, max_length=_MOST_CHARACTERS, elem_id="own-loss")
    gr.Markdown(words["explorer.own_help"], elem_classes="small")
    choices = [(words[f"explorer.example_{key}"], text) for key, text in EXAMPLES.items()]
    examples = gr.Radio(choices, label=words["explorer.own_examples"], value=_FIRST)
    send = gr.Button(words["explorer.own_send"], elem_id="own-send")
    result = gr.HTML()
    show = [tab.select, box.change]
    gr.on(show, lambda text: own_html(words, text), box, result, **LATEST)
    examples.input(lambda text: text, examples, box, **LATEST)
    page.own_loss = OwnLoss(box, send)
    page.links.add("explorer/own", {"formula": box})


def own_html(words: Words, text: str) -> Markup:
    """Findings and curves of a formula, or where and why it is refused."""
    try:
        loss = parse(text)
        findings = check(loss)
    except FormulaError as error:
        return _refused(words, text, error)
    note = words["explorer.own_curves"].format(classes=MAX_CLASSES, others=len(_OTHERS))
    return render(
        "explorer/own_loss.html",
        findings=[(finding.good, words[f"soundness.{finding.kind}"]) for finding in findings],
        charts=shape_charts(
            words, [*(LOSSES[key] for key in card_losses()), loss], loss.key, _OTHERS
        ),
        note=note,
    )


def _refused(words: Words, text: str, error: FormulaError) -> Markup:
    reason = words[f"formula.{error.reason}"].format(detail=error.detail)
    start = error.position
    named = error.detail and text.startswith(error.detail, start)
    end = start + (len(error.detail) if named else 1)
    return render(
        "explorer/refused.html",
        place=words["explorer.formula_at"].format(position=start + 1, reason=reason),
        before=text[:start],
        marked=text[start:end] or " ",
        after=text[end:],
    )
