"""What the tabs of one page share, and the record of a tab."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from losslens.ui.i18n import Words

# Events that answer at once and that no program calls.
QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# The same, where only the latest of many in a row matters.
LATEST: dict[str, Any] = {**QUICK, "trigger_mode": "always_last"}


@dataclass(frozen=True)
class AnswerTab:
    """What other tabs need of the tab on which a task's pictures are answered."""

    answered: gr.State  # the Prediction that is shown now, or None
    truth: gr.Radio
    show_after: Callable[[Any], None]  # show what an event has put into ``answered``


@dataclass(frozen=True)
class OwnLoss:
    """The visitor's own loss in the explorer."""

    formula: gr.Textbox
    send: gr.Button  # to live training


@dataclass
class Page:
    """One page of one language while it is built: each tab leaves here what later ones use."""

    words: Words
    blocks: gr.Blocks
    tabs: gr.Tabs | None = None
    answers: dict[str, AnswerTab] = field(default_factory=dict)  # by task
    own_loss: OwnLoss | None = None

    def select(self, tab: str) -> Callable[[], gr.Tabs]:
        """An event handler, with ``tabs`` as its output, that turns to a tab."""
        return lambda: gr.Tabs(selected=tab)


@dataclass(frozen=True)
class Tab:
    """A tab: its key is its id in links; ``build`` lays it out. Its title is the text
    ``tabs.<key>``."""

    key: str
    build: Callable[[Page, gr.Tab], None]
