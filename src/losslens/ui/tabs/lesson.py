"""The lesson: ten short pages on losses, with code to run on one's own drawing, and ten
challenges."""

import gradio as gr

from losslens.ui.lesson.challenges import build_challenges
from losslens.ui.lesson.pages import build_lesson
from losslens.ui.page import Page


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab; it takes drawing and photo from ``page.answers``."""
    words = page.words
    with gr.Tabs() as parts:
        with gr.Tab(words["lesson.part_pages"], id="pages") as pages:
            page.markdown(words["lesson.intro"], elem_classes="intro")
            build_lesson(page)
        with gr.Tab(words["lesson.part_challenges"], id="challenges") as challenges:
            page.markdown(words["challenges.intro"], elem_classes="intro")
            build_challenges(page)
    page.links.pages["lesson"] = parts, {"pages": pages, "challenges": challenges}
