"""The loss explorer: one tab, four pages, exact and computed live."""

import gradio as gr

from losslens.ui.explorer.asked import build_asked_page
from losslens.ui.explorer.own_loss import build_own_loss_page
from losslens.ui.explorer.pitfalls import build_pitfalls_page
from losslens.ui.explorer.shape import build_shape_page
from losslens.ui.page import Page


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab; it takes drawings from ``page.answers`` and leaves ``page.own_loss``."""
    words = page.words
    with gr.Tabs():
        with gr.Tab(words["explorer.page_shape"], id="shape"):
            build_shape_page(page)
        with gr.Tab(words["explorer.page_asked"], id="asked"):
            build_asked_page(page)
        with gr.Tab(words["explorer.page_pitfalls"], id="pitfalls"):
            build_pitfalls_page(page)
        with gr.Tab(words["explorer.page_own"], id="own"):
            build_own_loss_page(page)
