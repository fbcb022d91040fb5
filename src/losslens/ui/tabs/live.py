"""Live training: a few losses learn side by side while the visitor watches."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
from torch import Tensor

from losslens.inference.predictor import Prediction
from losslens.live.config import LiveConfig, LiveError, Point, Trained
from losslens.live.export import write_files
from losslens.live.queue import STREAMS, Waiting
from losslens.tasks.live_tasks import LIVE_TASKS
from losslens.ui.i18n import Words
from losslens.ui.live.charts import live_charts, results, status
from losslens.ui.live.endpoint import PLACES
from losslens.ui.live.settings import (
    FIRST,
    Controls,
    build_controls,
    build_link,
    build_preset,
    config_of,
    of_link,
)

_EVERY = 0.3  # seconds between two pictures of a run: a browser has to keep up
_PNG = (Path(__file__).parents[1] / "static" / "live_png.js").read_text()
_QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

View = tuple[Any, ...]  # status line, charts, row of downloads, and each of its files


def build_live_tab(
    words: Words,
    page: gr.Blocks,
    tabs: gr.Tabs,
    digit: gr.State,
    pet: gr.State,
    formula: gr.Textbox,
) -> gr.CheckboxGroup:
    """Lay out the tab; returns the choice of losses.

    ``tabs`` of the ``page`` turn to this tab where the page's link carries settings. ``digit``
    holds the digit drawn last, ``pet`` the prediction for the photo shown last, ``formula`` the
    visitor's own loss.
    """
    gr.Markdown(words["live.intro"])
    preset = build_preset(words)
    with gr.Row(elem_classes="live-buttons"):
        start = gr.Button(words["live.start"], variant="primary", min_width=80)
        pause, go_on, stop, reset = (
            gr.Button(words["live_" + name], min_width=80)
            for name in ("pause", "go_on", "stop", "reset")
        )
    line = gr.HTML(status(words["live.ready"]), elem_id="live-status")
    with gr.Row(elem_classes="predict live"):
        with gr.Column(scale=1, min_width=280):
            controls = build_controls(words, preset)
        with gr.Column(scale=3, min_width=320):
            charts = gr.HTML("", elem_id="live-charts")
            downloads, files = _downloads(words)
            build_link(words, page, controls, formula)

    def run(request: gr.Request, *values: Any) -> Iterator[View]:
        *chosen, typed, drawn, shown = values
        named = dict(zip(FIRST, chosen, strict=True))
        try:
            config = config_of(named, typed, _picture(named["task"], drawn, shown))
        except ValueError as error:
            yield _view(status(words["live.bad_setting"].format(problem=error), bad=True), "")
            return
        yield from _watch(config, str(request.session_hash), words)

    view = [line, charts, downloads, *files]
    start.click(
        run, [*controls.values(), formula, digit, pet], view, concurrency_limit=STREAMS, **_QUICK
    )
    for button, act in ((pause, PLACES.pause), (go_on, PLACES.go_on), (stop, PLACES.stop)):
        button.click(_for_visitor(act), concurrency_limit=None, **_QUICK)
    cleared = reset.click(_for_visitor(PLACES.stop), concurrency_limit=None, **_QUICK)
    cleared.then(lambda: _view(status(words["live.ready"]), ""), None, view, **_QUICK)
    _read_link(words, page, controls, [preset, formula, tabs, line])
    losses: gr.CheckboxGroup = controls["losses"]
    return losses


def leave(request: gr.Request) -> None:
    """End the run of a visitor who has closed the page."""
    PLACES.stop(str(request.session_hash))


def _downloads(words: Words) -> tuple[gr.Row, list[gr.DownloadButton]]:
    """What a finished run leaves: its curves as the browser draws them, and the files."""
    with gr.Row(visible=False, elem_classes="live-buttons", elem_id="live-downloads") as row:
        gr.Button(words["live.png"], size="sm", min_width=80).click(
            None, None, None, js=_PNG, **_QUICK
        )
        files = [
            gr.DownloadButton(words["live_" + name], size="sm", min_width=80)
            for name in ("csv", "script", "zip")
        ]
    return row, files


def _view(line: Any, charts: Any, files: list[Path] | None = None) -> View:
    paths = [str(path) for path in files] if files else [None] * 3
    return line, charts, gr.update(visible=bool(files)), *paths


def _for_visitor(act: Any) -> Any:
    def handler(request: gr.Request) -> None:
        act(str(request.session_hash))

    return handler


def _picture(task: str, digit: Tensor | None, pet: Prediction | None) -> list[float]:
    """The visitor's own picture, as the task's network takes it; empty where there is none."""
    given = {"digits": digit, "pets": pet.features if pet and pet.given else None}.get(task)
    values: list[float] = (
        [] if given is None else LIVE_TASKS[task].picture(given).flatten().tolist()
    )
    return values


def _read_link(words: Words, page: gr.Blocks, controls: Controls, others: list[Any]) -> None:
    """Set the controls as the page's link says, when the page is opened; ``others`` are preset,
    formula, tabs and status."""

    def read(request: gr.Request) -> list[Any]:
        asked = of_link(dict(request.query_params))
        if asked is None:
            return [gr.skip()] * (len(controls) + len(others))
        values, typed, changed = asked
        said = words["live.ready"]
        if changed:
            names = words["common.list_comma"].join(words["live_" + name] for name in changed)
            said = f"{words['live.link_changed'].format(names=names)} {said}"
        return [*values.values(), None, typed or gr.skip(), gr.Tabs(selected="live"), status(said)]

    page.load(read, None, [*controls.values(), *others], **_QUICK)


def _watch(config: LiveConfig, visitor: str, words: Words) -> Iterator[View]:
    """What the page shows, as the run goes on."""
    points: list[Point] = []
    yield _view(status(words["live.starting"]), "")
    shown_at = 0.0
    try:
        for news in PLACES.stream(visitor, config):
            if isinstance(news, Trained):
                yield from _ending(config, points, news, words)
                return
            if isinstance(news, Waiting):
                yield _view(status(words["live.waiting"].format(ahead=news.ahead)), gr.skip())
                continue
            if news is not None:
                points.append(news)
            if news is None or time.monotonic() - shown_at < _EVERY:
                yield (gr.skip(),) * 6  # so that a closed page is noticed
                continue
            shown_at = time.monotonic()
            yield _view(
                status(_progress(config, points, words)), live_charts(config, points, words)
            )
    except LiveError as error:
        yield _view(status(words["live.failed"].format(problem=error), bad=True), gr.skip())
        return
    seen, total = (points[-1].seen, points[-1].total) if points else (0, 0)
    yield _view(status(words["live.stopped"].format(seen=seen, total=total)), gr.skip())


def _progress(config: LiveConfig, points: list[Point], words: Words) -> str:
    last = points[-1]
    rate = last.seen / config.batch / max(last.seconds, 0.01)
    left = (last.total - last.seen) * last.seconds / last.seen
    return words["live.progress"].format(
        seen=last.seen, total=last.total, rate=f"{rate:.0f}", left=f"{left:.0f}"
    )


def _ending(
    config: LiveConfig, points: list[Point], trained: Trained, words: Words
) -> Iterator[View]:
    last = points[-1]
    line = status(words["live.done"].format(total=last.total, seconds=f"{last.seconds:.0f}"))
    with TemporaryDirectory() as folder:  # gradio takes copies, which go as uploads do
        files = write_files(Path(folder), config, points, trained.networks)
        yield _view(line, live_charts(config, points, words) + results(config, last, words), files)
