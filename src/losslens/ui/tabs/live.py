"""The tab of live training: a few losses learn side by side while the visitor watches."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from losslens.live.config import MAX_LOSSES, MAX_SEEDS, live_tasks
from losslens.live.queue import QUEUE, STREAMS
from losslens.tasks.base import LIVE_EXAMPLES
from losslens.ui import zero_gpu
from losslens.ui.i18n import Words
from losslens.ui.live.charts import empty_charts
from losslens.ui.live.comparison import build_choice, build_comparison
from losslens.ui.live.controls import Controls, build_controls, build_preset
from losslens.ui.live.large import LARGE
from losslens.ui.live.large_worker import MOST_SECONDS
from losslens.ui.live.link import link_settings
from losslens.ui.live.runner import FILES, Runner
from losslens.ui.live.settings import with_own
from losslens.ui.live.status import status
from losslens.ui.page import QUICK, Page

_STATIC = Path(__file__).parents[1] / "static"
_PNG = "() => losslensPicture(document.querySelector('#live-charts .curves'), 'curves')"
_SCRIPT = (_STATIC / "live.js").read_text(encoding="utf-8")
_SPOKEN = 'element.setAttribute("aria-live", "polite")'


def _stop(visitor: str) -> None:
    for queue in (QUEUE, LARGE):
        queue.stop(visitor)


_ACTIONS = {"pause": QUEUE.pause, "go_on": QUEUE.go_on, "stop": _stop}


_LARGE_RUN = {
    "examples": f"{LIVE_EXAMPLES:,}",
    "seeds": MAX_SEEDS,
    "seconds": MOST_SECONDS,
}


@dataclass(frozen=True)
class _Panel:
    """What the tab is made of."""

    buttons: dict[str, gr.Button]
    status: gr.HTML
    results: list[Any]  # what is read out, charts, row of downloads, and each of its files
    controls: Controls
    formula: gr.Textbox
    compared: list[Any]  # the settings of the run to compare with, and the finished runs

    @property
    def view(self) -> list[Any]:
        """What shows a run."""
        return [self.status, *self.results]


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab. It takes the visitor's pictures from ``page.answers`` and the visitor's own
    loss from ``page.own_loss``, where they are there."""
    panel = _layout(page)
    runner = Runner(page.words, tuple(key for key in live_tasks() if key in page.answers))
    shown = [page.answers[task].answered for task in runner.tasks]
    for name, run in {"start": runner.run, "large": runner.run_large}.items():
        if name not in panel.buttons:
            continue
        panel.buttons[name].click(
            run,
            [*panel.controls.values(), panel.formula, *panel.compared, *shown],
            [*panel.view, panel.compared[1]],
            concurrency_limit=STREAMS,
            # Else Start is ignored for as long as a run that is done is being cleared away.
            trigger_mode="multiple",
            **QUICK,
        )
    for name, act in _ACTIONS.items():
        panel.buttons[name].click(_for_visitor(act), concurrency_limit=None, **QUICK)
    if page.own_loss is not None:
        losses = panel.controls["losses"]
        chosen = page.own_loss.send.click(with_own, losses, losses, **QUICK)
        chosen.then(page.select(str(tab.id)), None, page.tabs, **QUICK)


def leave(request: gr.Request) -> None:
    """End the run of a visitor who has closed the page."""
    _stop(str(request.session_hash))


def _layout(page: Page) -> _Panel:
    words, own = page.words, page.own_loss
    page.markdown(words["live.intro"].format(most=MAX_LOSSES), elem_classes="intro")
    preset = build_preset(words)
    with gr.Column(elem_id="live-run"):
        with gr.Row(elem_classes="live-buttons"):
            buttons = {name: _button(name, words) for name in ("start", *_ACTIONS)}
        if zero_gpu.IS_HERE:
            with gr.Row(elem_id="live-large-run"):
                buttons["large"] = _button("large", words)
                gr.Markdown(words["live.about_large"].format(**_LARGE_RUN))
        line = gr.HTML(
            status("ready", words["live.ready"], words), js_on_load=_SCRIPT, elem_id="live-status"
        )
        said = gr.HTML("", js_on_load=_SPOKEN, elem_id="live-said")
        compared = build_comparison(words)
    with gr.Row(elem_classes="predict live"):
        with gr.Column(scale=1, min_width=280):
            controls = build_controls(words, preset)
        with gr.Column(scale=3, min_width=320):
            charts = gr.HTML(empty_charts(words), elem_id="live-charts")
            results = [said, charts, *_downloads(words, compared)]
            formula = own.formula if own is not None else gr.Textbox("", visible=False)
            link_settings(
                page, controls | {"formula": formula, "against": compared[0]}, preset, line
            )
    return _Panel(buttons, line, results, controls, formula, compared)


def _button(name: str, words: Words) -> gr.Button:
    """A button that live.css shows in the states in which it does something."""
    return gr.Button(
        words[f"live.{name}"],
        variant="primary" if name in ("start", "go_on") else "secondary",
        min_width=80,
        elem_id=f"live-{name.replace('_', '-')}",
    )


def _downloads(words: Words, compared: list[Any]) -> list[Any]:
    """The row of what a finished run leaves, and the buttons of its files; beside them its curves
    as the browser draws them, and the next run's comparison with it."""
    with gr.Row(visible=False, elem_classes="live-buttons", elem_id="live-downloads") as row:
        build_choice(words, *compared)
        png = gr.Button(words["live.png"], size="sm", min_width=80)
        png.click(None, None, None, js=_PNG, **QUICK)
        files = [
            gr.DownloadButton(words[f"live.{name}"], size="sm", min_width=80) for name in FILES
        ]
    return [row, *files]


def _for_visitor(act: Callable[[str], None]) -> Callable[[gr.Request], None]:
    def handler(request: gr.Request) -> None:
        act(str(request.session_hash))

    return handler
