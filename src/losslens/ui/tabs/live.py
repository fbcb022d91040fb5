"""The tab of live training: a few losses learn side by side while the visitor watches."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from losslens.inference.predictor import Prediction
from losslens.live.config import MAX_LOSSES, LiveConfig, LiveError, Point, Trained, live_tasks
from losslens.live.export import write_files
from losslens.live.queue import QUEUE, STREAMS, Waiting
from losslens.ui.i18n import Words
from losslens.ui.live.charts import live_charts, results_table, status
from losslens.ui.live.settings import (
    FIRST,
    Controls,
    build_controls,
    build_link,
    build_preset,
    config_of,
    of_link,
    with_own,
)
from losslens.ui.page import QUICK, Page

_EVERY = 0.3  # seconds between two pictures of a run: a browser has to keep up
_PNG = (Path(__file__).parents[1] / "static" / "live_png.js").read_text(encoding="utf-8")
_ACTIONS = {"pause": QUEUE.pause, "go_on": QUEUE.go_on, "stop": QUEUE.stop, "reset": QUEUE.stop}
_FILES = ("csv", "script", "zip")  # in the order of ``write_files``

View = tuple[Any, ...]  # status line, charts, row of downloads, and each of its files


@dataclass(frozen=True)
class _Panel:
    """What the tab is made of."""

    preset: gr.Radio
    buttons: dict[str, gr.Button]
    status: gr.HTML
    results: list[Any]  # charts, row of downloads, and each of its files
    controls: Controls
    formula: gr.Textbox

    @property
    def view(self) -> list[Any]:
        """What shows a run."""
        return [self.status, *self.results]


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab. It takes the visitor's pictures from ``page.answers`` and the visitor's own
    loss from ``page.own_loss``, where they are there."""
    panel = _layout(page)
    runner = _Runner(page.words, tuple(key for key in live_tasks() if key in page.answers))
    shown = [page.answers[task].answered for task in runner.tasks]
    panel.buttons["start"].click(
        runner.run,
        [*panel.controls.values(), panel.formula, *shown],
        panel.view,
        concurrency_limit=STREAMS,
        **QUICK,
    )
    for name, act in _ACTIONS.items():
        done = panel.buttons[name].click(_for_visitor(act), concurrency_limit=None, **QUICK)
        if name == "reset":
            done.then(runner.nothing_yet, None, panel.view, **QUICK)
    _read_link(page, tab, panel)
    if page.own_loss is not None:
        losses = panel.controls["losses"]
        chosen = page.own_loss.send.click(with_own, losses, losses, **QUICK)
        chosen.then(page.select(str(tab.id)), None, page.tabs, **QUICK)


def leave(request: gr.Request) -> None:
    """End the run of a visitor who has closed the page."""
    QUEUE.stop(str(request.session_hash))


def _layout(page: Page) -> _Panel:
    words, own = page.words, page.own_loss
    gr.Markdown(words["live.intro"].format(most=MAX_LOSSES))
    preset = build_preset(words)
    with gr.Row(elem_classes="live-buttons"):
        buttons = {"start": gr.Button(words["live.start"], variant="primary", min_width=80)}
        buttons |= {name: gr.Button(words[f"live.{name}"], min_width=80) for name in _ACTIONS}
    line = gr.HTML(status(words["live.ready"]), elem_id="live-status")
    with gr.Row(elem_classes="predict live"):
        with gr.Column(scale=1, min_width=280):
            controls = build_controls(words, preset)
        with gr.Column(scale=3, min_width=320):
            results = [gr.HTML("", elem_id="live-charts"), *_downloads(words)]
            formula = own.formula if own is not None else gr.Textbox("", visible=False)
            build_link(page, controls, formula)
    return _Panel(preset, buttons, line, results, controls, formula)


def _downloads(words: Words) -> list[Any]:
    """The row of what a finished run leaves, and the buttons of its files; beside them its curves
    as the browser draws them."""
    with gr.Row(visible=False, elem_classes="live-buttons", elem_id="live-downloads") as row:
        png = gr.Button(words["live.png"], size="sm", min_width=80)
        png.click(None, None, None, js=_PNG, **QUICK)
        files = [
            gr.DownloadButton(words[f"live.{name}"], size="sm", min_width=80) for name in _FILES
        ]
    return [row, *files]


def _for_visitor(act: Callable[[str], None]) -> Callable[[gr.Request], None]:
    def handler(request: gr.Request) -> None:
        act(str(request.session_hash))

    return handler


def _read_link(page: Page, tab: gr.Tab, panel: _Panel) -> None:
    """Set the controls as the page's link says, when the page is opened, and turn to this tab."""
    words = page.words
    outputs = [*panel.controls.values(), panel.preset, panel.formula, page.tabs, panel.status]

    def read(request: gr.Request) -> list[Any]:
        asked = of_link(dict(request.query_params))
        if asked is None:
            return [gr.skip()] * len(outputs)
        values, typed, changed = asked
        said = words["live.ready"]
        if changed:
            names = words["common.list_comma"].join(
                words[f"live.{name}"].format(most=MAX_LOSSES) for name in changed
            )
            said = f"{words['live.link_changed'].format(names=names)} {said}"
        return [*values.values(), None, typed or gr.skip(), gr.Tabs(selected=tab.id), status(said)]

    page.blocks.load(read, None, outputs, **QUICK)


@dataclass(frozen=True)
class _Runner:
    """The runs of the visitors of one page."""

    words: Words
    tasks: tuple[str, ...]  # whose pictures come from the page

    def run(self, request: gr.Request, *values: Any) -> Iterator[View]:
        """What the page shows from Start on; ``values`` are those of the controls, the formula, and
        the prediction of each of the tasks."""
        chosen = dict(zip(FIRST, values, strict=False))
        typed, *shown = values[len(FIRST) :]
        predictions = dict(zip(self.tasks, shown, strict=True))
        try:
            picture = _picture(chosen["task"], predictions.get(chosen["task"]))
            config = config_of(chosen, typed, picture)
        except ValueError as error:
            said = self.words["live.bad_setting"].format(problem=error)
            yield _view(status(said, bad=True), "")
            return
        yield from self._watch(config, str(request.session_hash))

    def nothing_yet(self) -> View:
        """What the page shows before any run."""
        return _view(status(self.words["live.ready"]), "")

    def _watch(self, config: LiveConfig, visitor: str) -> Iterator[View]:
        points: list[Point] = []
        yield _view(self._status("starting"), "")
        shown_at = 0.0
        try:
            for news in QUEUE.stream(visitor, config):
                if isinstance(news, Trained):
                    yield from self._ending(config, points, news)
                    return
                if isinstance(news, Waiting):
                    yield _view(self._status("waiting", ahead=news.ahead))
                    continue
                if news is not None:
                    points.append(news)
                if news is None or time.monotonic() - shown_at < _EVERY:
                    yield _view()  # so that a closed page is noticed
                    continue
                shown_at = time.monotonic()
                yield _view(self._progress(config, news), live_charts(config, points, self.words))
        except LiveError as error:
            said = self.words["live.failed"].format(problem=error)
            yield _view(status(said, bad=True))
            return
        seen, total = (points[-1].seen, points[-1].total) if points else (0, 0)
        yield _view(self._status("stopped", seen=seen, total=total))

    def _status(self, key: str, **values: object) -> str:
        return status(self.words[f"live.{key}"].format(**values))

    def _progress(self, config: LiveConfig, last: Point) -> str:
        rate = last.seen / config.batch / max(last.seconds, 0.01)
        left = (last.total - last.seen) * last.seconds / last.seen
        counts = {"seen": last.seen, "total": last.total}
        return self._status("progress", **counts, rate=f"{rate:.0f}", left=f"{left:.0f}")

    def _ending(self, config: LiveConfig, points: list[Point], trained: Trained) -> Iterator[View]:
        last = points[-1]
        line = self._status("done", total=last.total, seconds=f"{last.seconds:.0f}")
        charts = live_charts(config, points, self.words) + results_table(config, last, self.words)
        with TemporaryDirectory() as folder:  # gradio takes copies, which go as uploads do
            yield _view(line, charts, write_files(Path(folder), config, points, trained.networks))


def _view(line: Any = None, charts: Any = None, files: list[Path] | None = None) -> View:
    """A view of a run; what is None stays as it is, and files are there at the end alone."""
    row = gr.skip() if line is None else gr.update(visible=bool(files))
    paths: list[Any] = [str(path) for path in files] if files else [None] * len(_FILES)
    if line is None:
        paths = [gr.skip()] * len(_FILES)
    kept = [gr.skip() if each is None else each for each in (line, charts)]
    return *kept, row, *paths


def _picture(task: str, prediction: Prediction | None) -> list[float]:
    """The picture that the visitor had answered, as the network of live training takes it, value by
    value; empty where there is none."""
    if prediction is None or not prediction.given:
        return []
    values: list[float] = live_tasks()[task].to_input(prediction.features).flatten().tolist()
    return values
