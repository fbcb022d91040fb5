"""A live run as its visitor sees it: one view after the other, from Start to the files."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from losslens.inference.predictor import Prediction
from losslens.live.config import (
    Held,
    LiveConfig,
    LiveError,
    NoGpuError,
    Point,
    Trained,
    by_run,
    live_tasks,
)
from losslens.live.export import write_files
from losslens.live.process import LiveRun
from losslens.live.queue import QUEUE, Start, TrainingQueue, Waiting
from losslens.live.results import results_of
from losslens.ui.i18n import Words
from losslens.ui.live.charts import live_charts
from losslens.ui.live.compared import Kept, compared_html, query_of, settings_of, with_kept
from losslens.ui.live.conclusions import sentences
from losslens.ui.live.large import LARGE, enlarged, start_for
from losslens.ui.live.memorised import memorised_html
from losslens.ui.live.results import conclusions_html, results_table
from losslens.ui.live.settings import config_of, first
from losslens.ui.live.status import Announcer, State, status

FILES = ("csv", "script", "notebook", "zip")  # in the order of ``write_files``
_EVERY = 0.3  # seconds between two pictures of a run: a browser has to keep up

# Status, what is read out, charts, row of downloads, each of its files, and the runs of the page.
View = tuple[Any, ...]


@dataclass(frozen=True)
class Runner:
    """The runs of the visitors of one page."""

    words: Words
    tasks: tuple[str, ...]  # whose pictures come from the page
    latest: dict[str, "_Run"] = field(default_factory=dict)  # by visitor

    def run(self, request: gr.Request, *values: Any) -> Iterator[View]:
        """What the page shows from Start on; ``values`` are those of the controls, the formula, the
        settings of a run to compare with or "", the page's runs by their settings, and the
        prediction of each of the tasks."""
        yield from self._run(request, values, large=False)

    def run_large(self, request: gr.Request, *values: Any) -> Iterator[View]:
        """The same of a large run."""
        yield from self._run(request, values, large=True)

    def _run(self, request: gr.Request, values: tuple[Any, ...], *, large: bool) -> Iterator[View]:
        names = list(first())
        chosen = dict(zip(names, values, strict=False))
        typed, against, kept, *shown = values[len(names) :]
        try:
            config = config_of(chosen, typed, self._picture(chosen["task"], shown))
        except ValueError as error:
            said = self.words["live.bad_setting"].format(problem=error)
            yield view(status("error", said, self.words), said, "")
            return
        against = str(against or "")
        visitor = str(request.session_hash)
        query = query_of(chosen, typed)
        if large:
            run = _Run(self.words, enlarged(config), query, LARGE, start_for(request))
            yield from self._shown(visitor, run)
            return
        if against and against not in kept:
            before = self._earlier(against, shown)
            yield from self._shown(visitor, before)
            kept = before.kept
            if against not in kept:
                return  # it was stopped, or broke off
        run = _Run(self.words, config, query, kept=kept, beside=kept.get(against))
        yield from self._shown(visitor, run)

    def _earlier(self, against: str, shown: list[Prediction | None]) -> "_Run":
        """The run that a link compares with, which this page has not seen."""
        values, formula = settings_of(against)
        config = config_of(values, formula, self._picture(values["task"], shown))
        return _Run(self.words, config, against, of_two=True)

    def _shown(self, visitor: str, run: "_Run") -> Iterator[View]:
        self.latest[visitor] = run
        try:
            for each in run.views(visitor):
                if self.latest.get(visitor) is not run:
                    return  # the visitor has started another, which shows itself
                yield each
        finally:
            if self.latest.get(visitor) is run:
                del self.latest[visitor]

    def _picture(self, task: str, shown: list[Prediction | None]) -> list[float]:
        predictions: Mapping[str, Prediction | None] = dict(zip(self.tasks, shown, strict=True))
        return _picture(task, predictions.get(task))


@dataclass(eq=False)
class _Run:
    """One run of a visitor."""

    words: Words
    config: LiveConfig
    query: str  # its settings, as a link says them
    queue: TrainingQueue = field(default_factory=lambda: QUEUE)
    start: Start = LiveRun
    kept: Mapping[str, Kept] = field(default_factory=dict)  # finished runs of this page
    beside: Kept | None = None  # shown next to this one
    of_two: bool = False  # whether another follows that this one is compared with
    points: list[Point] = field(default_factory=list)
    paused: bool = False
    announcer: Announcer = field(default_factory=Announcer)

    def views(self, visitor: str) -> Iterator[View]:
        """What is shown of it."""
        line = self._starting
        yield view(self._status("starting", line), line, live_charts(self.config, [], self.words))
        shown_at = 0.0
        try:
            for news in self.queue.stream(visitor, self.config, self.start):
                if isinstance(news, Trained):
                    yield from self._ending(news)
                    return
                if isinstance(news, Waiting):
                    line = self.words["live.waiting"].format(ahead=news.ahead)
                    yield view(self._status("waiting", line), line)
                elif isinstance(news, Held):
                    self.paused = news.paused
                    yield view(self._progress(), self._held())
                elif news is None or not self._is_due(news, shown_at):
                    yield view()  # so that a closed page is noticed
                else:
                    shown_at = time.monotonic()
                    yield self._picture_of_now()
        except LiveError as error:
            said = self._problem(error)
            yield view(self._status("error", said), said)
            return
        line = self.words["live.stopped"].format(seen=f"{self._seen:,}", total=f"{self._total:,}")
        yield view(self._status("stopped", line), line)

    def _is_due(self, point: Point, shown_at: float) -> bool:
        self.points.append(point)
        return time.monotonic() - shown_at >= _EVERY

    def _picture_of_now(self) -> View:
        done = self._seen / self._total
        said = self.announcer.at(done, self.words["live.said_progress"].format(done=f"{done:.0%}"))
        return view(self._progress(), said, live_charts(self.config, self.points, self.words))

    @property
    def _seen(self) -> int:
        """Examples, of all seeds."""
        if not self.points:
            return 0
        last = self.points[-1]
        return last.run * last.total + last.seen

    @property
    def _total(self) -> int:
        return self.points[-1].total * self.config.seeds if self.points else 0

    @property
    def _seconds(self) -> float:
        return sum(run[-1].seconds for run in by_run(self.points))

    def _status(self, state: State, line: str, done: float | None = None) -> str:
        line = self.words["live.compared.first"].format(line=line) if self.of_two else line
        return status(state, line, self.words, done)

    @property
    def _starting(self) -> str:
        return self.words["live.large_starting" if self.config.large else "live.starting"]

    def _problem(self, error: LiveError) -> str:
        if isinstance(error, NoGpuError):
            return self.words["live.gpu_spent" if error.spent else "live.gpu_none"]
        return self.words["live.failed"].format(problem=error)

    def _held(self) -> str:
        return self.words["live.said_paused" if self.paused else "live.said_resumed"]

    def _progress(self) -> str:
        if not self.points:
            line = self._held() if self.paused else self._starting
            return self._status("paused" if self.paused else "starting", line)
        seconds = max(self._seconds, 0.01)
        line = self.words["live.paused" if self.paused else "live.progress"].format(
            seen=f"{self._seen:,}",
            total=f"{self._total:,}",
            rate=f"{self._seen / self.config.batch / seconds:.0f}",
            left=f"{(self._total - self._seen) * seconds / self._seen:.0f}",
        )
        state: State = "large" if self.config.large else "paused" if self.paused else "running"
        return self._status(state, line, self._seen / self._total)

    def _ending(self, trained: Trained) -> Iterator[View]:
        config, words, points = self.config, self.words, self.points
        results = results_of(config, points)
        counts = {"total": f"{self._total:,}", "seconds": f"{self._seconds:.0f}"}
        line = words["live.done"].format(**counts)
        run = Kept(
            self.query,
            conclusions_html(config, results, words),
            live_charts(config, points, words),
        )
        self.kept = with_kept(self.kept, run)
        if self.of_two:
            yield view(kept=self.kept)
            return
        side_by_side = self.beside and compared_html(run, self.beside, words)
        shown = side_by_side or run.conclusions + run.charts
        shown += memorised_html(config, by_run(points)[0][-1], words)
        shown += results_table(config, results, words)
        said = " ".join([line, *sentences(config, results, words)[:1]])
        with TemporaryDirectory() as folder:  # gradio takes copies, which go as uploads do
            files = write_files(Path(folder), config, points, trained.networks)
            yield view(self._status("done", line, 1.0), said, shown, files, self.kept)


def view(
    line: Any = None,
    said: str | None = None,
    charts: Any = None,
    files: list[Path] | None = None,
    kept: Mapping[str, Kept] | None = None,
) -> View:
    """A view of a run; what is None stays as it is, and files are there at the end alone."""
    row = gr.skip() if line is None else gr.update(visible=bool(files))
    paths: list[Any] = [str(path) for path in files] if files else [None] * len(FILES)
    if line is None:
        paths = [gr.skip()] * len(FILES)
    first, *rest = [gr.skip() if each is None else each for each in (kept, line, said, charts)]
    return *rest, row, *paths, first


def _picture(task: str, prediction: Prediction | None) -> list[float]:
    """The picture that the visitor had answered, as the network of live training takes it, value by
    value; empty where there is none."""
    if prediction is None or not prediction.given:
        return []
    values: list[float] = live_tasks()[task].to_input(prediction.features).flatten().tolist()
    return values
