"""The events between a page and its address: what is set is written there, and set from there."""

import json
from collections.abc import Mapping
from pathlib import Path

import gradio as gr

from losslens.ui.links import Part
from losslens.ui.page import LATEST, QUICK, UNSEEN, Page

SCRIPT = (Path(__file__).parent / "static" / "links.js").read_text(encoding="utf-8")
# Back and Forward come from the browser as another value of a component without a look.
_BEGIN = """
losslensLink.begin(PAGES, (asked) => {
  if (props.value === asked) trigger("change");
  else props.value = asked;
});
"""


def wire(page: Page, tabs: gr.Tabs, by_key: Mapping[str, gr.Tab]) -> None:
    """Connect the parts of ``page.links`` and the address, once all tabs are laid out."""
    links = page.links
    pages = {tab: [*links.pages[tab][1]] if tab in links.pages else [] for tab in by_key}
    begin = _BEGIN.replace("PAGES", json.dumps(pages))
    place = gr.HTML("", html_template=UNSEEN, js_on_load=begin)
    for part in links.parts:
        _written(page, part)
    keys = list(by_key)
    restored = place.change(
        lambda search: links.restored(search, keys),
        place,
        [tabs, *links.outputs],
        **LATEST,
    )
    # A page opened without a link has nothing to restore: nobody is asked.
    page.blocks.load(None, None, None, js="() => losslensLink.opened()", **QUICK)
    for part in links.parts:
        if part.address:  # a control that is not mounted yet is set, but tells of no change
            inputs = list(part.controls.values())
            restored.then(None, inputs, part.address, js=part.script(), **QUICK)
    restored.then(None, None, None, js="() => losslensLink.done()", **QUICK)


def _written(page: Page, part: Part) -> None:
    """Have the address follow the controls of a part, and what shows it follow the address."""
    inputs = list(part.controls.values())
    if inputs:
        gr.on(part.events, None, inputs, part.address, js=part.script(), **LATEST)
    if part.address:
        at_first = f"() => losslensLink.address({json.dumps(part.key)})"
        page.blocks.load(None, None, part.address, js=at_first, **QUICK)
