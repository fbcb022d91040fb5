"""The loss explorer: one tab, six pages, exact and computed live."""

import gradio as gr

from losslens.ui.explorer.asked import build_asked_page
from losslens.ui.explorer.features import build_features_page
from losslens.ui.explorer.own_loss import build_own_loss_page
from losslens.ui.explorer.pitfalls import build_pitfalls_page
from losslens.ui.explorer.shape import build_shape_page
from losslens.ui.explorer.steps import build_steps_page
from losslens.ui.page import Page


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab; it takes drawings from ``page.answers`` and leaves ``page.own_loss``. What a
    page of it shows is computed when it is first looked at."""
    words = page.words
    with gr.Tabs() as inner:
        with gr.Tab(words["explorer.page_shape"], id="shape") as shape:
            build_shape_page(page, tab)
        with gr.Tab(words["explorer.page_steps"], id="steps") as steps:
            build_steps_page(page, tab, steps)
        with gr.Tab(words["explorer.page_features"], id="features") as features:
            build_features_page(page, tab, features)
        with gr.Tab(words["explorer.page_asked"], id="asked") as asked:
            build_asked_page(page, asked)
        with gr.Tab(words["explorer.page_pitfalls"], id="pitfalls") as pitfalls:
            build_pitfalls_page(page)
        with gr.Tab(words["explorer.page_own"], id="own") as own:
            build_own_loss_page(page, own)
    every = (shape, steps, features, asked, pitfalls, own)
    pages = {str(each.id): each for each in every}
    page.links.pages["explorer"] = inner, pages
