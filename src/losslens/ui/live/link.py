"""The link that carries the settings of a live run."""

from typing import Any

import gradio as gr

from losslens.live.losses import OWN
from losslens.ui.links import Query
from losslens.ui.live.controls import Controls
from losslens.ui.live.names import control_name
from losslens.ui.live.settings import PRESETS, TAB, first, of_link, parameter_names
from losslens.ui.live.status import status
from losslens.ui.page import Page


def link_settings(page: Page, controls: Controls, preset: gr.Radio, line: gr.HTML) -> None:
    """Have a link carry the settings, and show its address; ``line`` says what of a link was not
    possible.

    Of ``controls`` the last two are the formula, and the settings of a run to compare with.
    """

    def restored(query: Query) -> list[Any]:
        against, asked = query.get("against", ""), of_link(query)
        if asked is None:
            return [*first().values(), gr.skip(), against, next(iter(PRESETS)), gr.skip()]
        values, typed, changed = asked
        said = _changed(changed, page) if changed else gr.skip()
        return [*values.values(), typed or gr.skip(), against, None, said]

    needs = {name: ("losses", key) for name, key in parameter_names().items()}
    page.links.add(
        TAB,
        controls,
        usual=first() | {"formula": None},
        needs=needs | {"formula": ("losses", OWN)},
        restored=([*controls.values(), preset, line], restored),
    )
    page.links.show(TAB, _address(page))


def _changed(names: list[str], page: Page) -> str:
    words = page.words
    listed = words["common.list_comma"].join(control_name(name, words) for name in names)
    said = f"{words['live.link_changed'].format(names=listed)} {words['live.ready']}"
    return status("ready", said, words)


def _address(page: Page) -> gr.Textbox:
    return gr.Textbox(
        label=page.words["live.link"],
        interactive=False,
        buttons=["copy"],
        elem_id="live-link",
        max_lines=1,
    )
