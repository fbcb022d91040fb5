"""The playground: small networks learn points in a plane, each under a loss of its own, in the
visitor's browser."""

import json
from pathlib import Path

import gradio as gr

from losslens.losses.catalogue import by_family
from losslens.ui.glossary import Explainer
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.page import Page
from losslens.ui.playground import settings
from losslens.ui.playground.graphs import playground_graphs

_STATIC = Path(__file__).parents[1] / "static"
# One scope for all: each uses what those before it define. The first know nothing of the page.
_ENGINE = ("graph", "network", "data", "run", "said", "field", "points", "settings")
_PAGE = ("page", "controls")


def script(*names: str) -> str:
    """The playground's scripts, in this order, as one."""
    paths = [_STATIC / f"playground_{name}.js" for name in names]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


ENGINE = script(*_ENGINE)


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab; its scripts keep its link."""
    gr.HTML(
        value="",
        html_template=playground_html(page.words, page.explain),
        js_on_load=ENGINE + script(*_PAGE),
        server_functions=[playground_graphs],
        elem_id="playground",
    )


def playground_html(words: Words, explain: Explainer) -> Markup:
    """Controls and places for the fields; the browser fills them."""
    setup = settings.setup(words)
    return render(
        "playground/playground.html",
        words=words,
        explain=explain,
        setup=json.dumps(setup, ensure_ascii=False),
        settings=settings,
        losses=[(key, setup["losses"][key]) for key in by_family(setup["losses"])],
    )
