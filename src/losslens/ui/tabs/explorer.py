"""The loss explorer: one tab, three pages, exact and computed live."""

import gradio as gr

from losslens.ui.explorer.own_loss import build_own_page
from losslens.ui.explorer.pitfalls import build_mistakes_page
from losslens.ui.explorer.shape import build_shape_page
from losslens.ui.i18n import Words


def build_explorer_tab(words: Words, drawing: gr.State) -> tuple[gr.Textbox, gr.Button]:
    """Lay out the tab; returns the box with the visitor's own formula, and the button that sends it
    to live training.

    ``drawing`` holds the digit drawn last.
    """
    with gr.Tabs():
        with gr.Tab(words["explorer.page_shape"], id="shape"):
            build_shape_page(words, drawing)
        with gr.Tab(words["explorer.page_mistakes"], id="mistakes"):
            build_mistakes_page(words)
        with gr.Tab(words["explorer.page_own"], id="own"):
            return build_own_page(words)
