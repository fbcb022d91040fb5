"""The controls with which a run is compared with an earlier one of the same page, or of a link."""

from typing import Any

import gradio as gr

from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.live.compared import described
from losslens.ui.page import QUICK, UNSEEN


def build_comparison(words: Words) -> list[Any]:
    """The settings of the run to compare with, "" for none, and the finished runs of the page; and
    a line that says so, with a way to leave it."""
    against = gr.HTML("", html_template=UNSEEN)
    kept = gr.State({})
    with gr.Row(elem_id="live-against", visible=False) as chosen:
        said = gr.HTML()
        leave = gr.Button(words["live.compared.leave"], size="sm", min_width=80)
    leave.click(lambda: "", None, against, **QUICK)

    def show(query: str) -> tuple[Any, Markup]:
        return gr.Row(visible=bool(query)), _against(query, words) if query else Markup()

    against.change(show, against, [chosen, said], **QUICK)
    return [against, kept]


def build_choice(words: Words, against: gr.HTML, kept: gr.State) -> None:
    """The button that has the run that is done compared with the next.

    The controls stay as they are: with one setting changed, Start trains from the same first
    weights.
    """
    again = gr.Button(words["live.compared.again"], size="sm", elem_id="live-compare")
    again.click(lambda runs: next(reversed(runs), ""), kept, against, **QUICK)


def _against(query: str, words: Words) -> Markup:
    text = words["live.compared.against"].format(settings=described(query, words))
    return render("live/against.html", text=text, hint=words["live.compared.hint"])
