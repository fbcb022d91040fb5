"""Probabilities: what each loss asks a network to say where the class is uncertain, and what its
own link makes of that."""

from typing import Any

import gradio as gr

from losslens.losses import LOSSES, Loss
from losslens.losses.analysis import asked
from losslens.losses.catalogue import FAMILIES
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.page import LATEST, Page

_START = (0.6, 0.3, 0.1)
_LEAST = 0.05  # of a slider: each class is possible


def build_asked_page(page: Page, tab: gr.Tab) -> None:
    """Three sliders for the class distribution, and a table of all losses."""
    words = page.words
    page.markdown(words["explorer.asked_intro"], elem_classes="intro")
    with gr.Row():
        sliders = [
            gr.Slider(
                _LEAST, 1, share, step=0.05, label=words["explorer.asked_class"].format(index=index)
            )
            for index, share in enumerate(_START)
        ]
    as_here = gr.Checkbox(False, label=words["explorer.asked_counts"], elem_id="asked-counts")
    table = gr.HTML()
    inputs: list[Any] = [as_here, *sliders]

    def show(*values: Any) -> Markup:
        return asked_table(words, *values)

    gr.on([tab.select, *(each.change for each in inputs)], show, inputs, table, **LATEST)
    named = dict(zip(("first", "second", "third"), sliders, strict=True))
    page.links.add("explorer/asked", {**named, "counts": as_here})


def asked_table(words: Words, as_here: bool, *weights: float) -> Markup:
    """All losses by family: the softmax that each asks for, and the distribution by its own link.

    ``weights`` are the sliders' values, in proportion to the classes' probabilities; ``as_here``
    says that the classes are as common in the training set as they are likely here.
    """
    shares = tuple(
        max(weight, _LEAST) / sum(max(each, _LEAST) for each in weights) for weight in weights
    )
    rows = {
        family: [
            _row(words, loss, shares, as_here) for loss in LOSSES.values() if loss.family == family
        ]
        for family in (*FAMILIES, "")
    }
    return render(
        "explorer/asked.html",
        words=words,
        shares=[f"{share:.2f}" for share in shares],
        families=[
            (words.get(f"families.{family}", ""), found) for family, found in rows.items() if found
        ],
    )


def _row(words: Words, loss: Loss, shares: tuple[float, ...], as_here: bool) -> dict[str, object]:
    asks = asked(loss, shares, not as_here)
    return {
        "key": loss.key,
        "name": words.loss(loss.key),
        "softmax": [(f"{share:.2f}", f"{100 * share:.1f}") for share in asks.softmax],
        "own": " · ".join(f"{share:.2f}" for share in asks.own),
        "link": link_in_words(words, loss),
    }


def link_in_words(words: Words, loss: Loss) -> str:
    """How a loss's scores become probabilities, or why they do not, in a few words; "" where
    nothing is said of it."""
    if loss.link is None:
        return words.about_loss(loss.key, "link")
    link = getattr(loss.link, "func", loss.link)
    return words.get(f"links.{link.__name__}", "")
