"""A live run as curves, and the visitor's picture as each network reads it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from losslens.live.config import LiveConfig, Point, by_run
from losslens.live.losses import TWICE
from losslens.live.material import material
from losslens.losses.catalogue import colour_of
from losslens.tasks import TASKS
from losslens.ui.charts.line import Axes, Line, Range, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.live.names import loss_name

_TWICE_COLOUR = "#64748b"
# Accuracies: where all networks are above the one, the chart begins at the other.
_GOOD, _GOOD_FROM = 0.9, 0.8
_HEADROOM = 1.05  # the upper end of a chart, as a multiple of the greatest value
_SHARES: Range = (0.0, 1.0)

Values = Callable[[Point], list[float]]


def live_charts(config: LiveConfig, points: list[Point], words: Words) -> Markup:
    """All curves so far, and what each network makes of the visitor's picture; before the first
    point the axes, with what will be drawn."""
    curves, everyone = _Curves(config, points, words), range(len(config.losses))
    calibration = curves.chart(
        words["live.calibration_chart"], everyone, lambda point: point.calibration_error
    )
    if not points:
        accuracy = curves.chart(_accuracy_title(config, words), everyone, _accuracy, _SHARES)
        return _rendered(words, shared=[accuracy, calibration], waits=words["live.waits"])
    low = _GOOD_FROM if min(points[-1].accuracy) > _GOOD else 0.0
    accuracy = curves.chart(_accuracy_title(config, words), everyone, _accuracy, (low, 1.0))
    own = [
        curves.chart(
            words["live.loss_chart"].format(loss=loss_name(config, key, words)),
            [index],
            lambda point: point.loss,
        )
        for index, key in enumerate(config.losses)
    ]
    first = by_run(points)[0]
    shared = [accuracy, *_memory(config, curves, words), calibration, *_picture(curves, words)]
    readings = _readings(config, first[-1], words)
    picture = words.task(config.task, "live_picture" if readings else "live_no_picture")
    return _rendered(words, picture=picture, readings=readings, shared=shared, own=own)


def empty_charts(words: Words) -> Markup:
    """The axes before any run, whose settings are not known yet."""
    x_range = (0.0, float(LiveConfig.examples * LiveConfig.epochs))
    titles = (words["live.accuracy_chart_empty"], words["live.calibration_chart_empty"])
    charts = [line_chart([], Axes(each, words["live.x"], x_range, _SHARES)) for each in titles]
    return _rendered(words, shared=charts)


def _rendered(words: Words, **parts: object) -> Markup:
    empty = {"readings": [], "picture": "", "own": [], "waits": ""}
    return render("live/charts.html", **empty | {"own_title": words["live.own_charts"]} | parts)


def _accuracy(point: Point) -> list[float]:
    return point.accuracy


def _accuracy_title(config: LiveConfig, words: Words) -> str:
    return words["live.accuracy_chart"].format(examples=f"{config.sizes[1]:,}")


def _memory(config: LiveConfig, curves: "_Curves", words: Words) -> list[Markup]:
    """Where labels are wrong: how many of those each network repeats, and of the right ones."""
    if not curves.points[-1].memorised:
        return []
    everyone = range(len(config.losses))
    titles = words["live.memorised_chart"], words["live.kept_right_chart"]
    return [
        curves.chart(titles[0], everyone, lambda point: point.memorised, _SHARES),
        curves.chart(titles[1], everyone, lambda point: point.kept_right, _SHARES),
    ]


def _picture(curves: "_Curves", words: Words) -> list[Markup]:
    """The visitor's picture in time: the share of the class that the networks together end on."""
    config, points = curves.config, by_run(curves.points)[0]
    if not points[-1].reading:
        return []
    sums = [sum(shares) for shares in zip(*points[-1].reading, strict=True)]
    answer = max(range(len(sums)), key=sums.__getitem__)
    label = words.label(config.task, TASKS[config.task].labels[answer])
    title = words["live.picture_chart"].format(label=label)
    of_first = _Curves(config, points, words)
    return [
        of_first.chart(
            title,
            range(len(config.losses)),
            lambda point: [shares[answer] for shares in point.reading],
            _SHARES,
        )
    ]


@dataclass(frozen=True)
class _Curves:
    """The points of a run as curves over the examples seen, one for each loss and seed."""

    config: LiveConfig
    points: list[Point]
    words: Words

    def chart(
        self,
        title: str,
        losses: Sequence[int],
        values: Values,
        y_range: Range | None = None,
    ) -> Markup:
        """The curves of the losses at these positions, from 0 where no ``y_range`` is given."""
        lines = [line for index in losses for line in self._lines(index, values)]
        axes = Axes(
            title,
            self.words["live.x"],
            (0.0, self._total),
            y_range or _from_zero(lines),
            beyond=self.words["live.beyond"],
            data=self.words["common.data"] if self.points else "",
        )
        return line_chart(lines, axes)

    def _lines(self, loss: int, values: Values) -> list[Line]:
        key = self.config.losses[loss]
        name, colour = loss_name(self.config, key, self.words), _colour(key)
        runs = by_run(self.points) if self.points else [[]]
        return [
            Line(
                name,
                [float(point.seen) for point in run],
                [values(point)[loss] for point in run],
                colour,
            )
            for run in runs
        ]

    @property
    def _total(self) -> float:
        if self.points:
            return float(max(point.total for point in self.points))
        return float(len(material(self.config).dataset) * self.config.epochs)


def _from_zero(lines: list[Line]) -> Range:
    values = [y for line in lines for y in line.ys] or [1.0]
    low, high = min(0.0, *values), max(values) * _HEADROOM
    return low, high if high > low else low + 1


def _colour(key: str) -> str:
    return _TWICE_COLOUR if key == TWICE else colour_of(key)


def _readings(config: LiveConfig, point: Point, words: Words) -> list[dict[str, object]]:
    """What each network makes of the visitor's picture; empty where there is none."""
    labels = [words.label(config.task, label) for label in TASKS[config.task].labels]
    return [
        {
            "loss": loss_name(config, key, words),
            "answer": labels[max(range(len(shares)), key=shares.__getitem__)],
            "sure": f"{max(shares):.0%}",
            "shares": list(zip(labels, shares, strict=True)),
        }
        for key, shares in zip(config.losses, point.reading, strict=bool(point.reading))
    ]
