"""What the tabs of one page share, and the record of a tab."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from losslens.ui.glossary import Explainer
from losslens.ui.i18n import Words
from losslens.ui.links import Links

# Events that answer at once and that no program calls.
QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# The same, where each counts, also while the one before is answered.
EACH: dict[str, Any] = {**QUICK, "trigger_mode": "multiple"}
# The same, where only the latest of many in a row matters. One handler of an event may be such: as
# one that waited begins, gradio sends the whole event again, so two have each other wait for ever.
LATEST: dict[str, Any] = {**QUICK, "trigger_mode": "always_last"}

UNSEEN = "<!-- -->"  # the template of a ``gr.HTML`` that only holds a value


@dataclass(frozen=True)
class AnswerTab:
    """What other tabs need of the tab on which a task's pictures are answered."""

    answered: gr.State  # the Prediction that is shown now, or None
    truth: gr.Radio
    show_after: Callable[[Any], None]  # show what an event has put into ``answered``
    cards: gr.HTML | None = None  # what shows the answers


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
    links: Links = field(default_factory=Links)  # what the address carries
    explain: Explainer = field(init=False)  # marks terms, each once in a tab

    def __post_init__(self) -> None:
        self.begin_tab()

    def begin_tab(self) -> None:
        """Mark terms anew: the next tab is built."""
        self.explain = Explainer(self.words)

    def markdown(self, text: str, **options: Any) -> gr.Markdown:
        """One of the page's own texts, which may have Markdown in it, with its terms marked."""
        return gr.Markdown(self.explain(text), sanitize_html=False, **options)

    def select(self, tab: str) -> Callable[[], gr.Tabs]:
        """An event handler, with ``tabs`` as its output, that turns to a tab."""
        return lambda: gr.Tabs(selected=tab)


@dataclass(frozen=True)
class Tab:
    """A tab: its key is its id in links; ``build`` lays it out. Its title is the text
    ``tabs.<key>``."""

    key: str
    build: Callable[[Page, gr.Tab], None]
