"""A live run as HTML: its status, curves, the visitor's picture as each network reads it, and the
table at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from losslens.live.config import TWICE, LiveConfig, Point
from losslens.live.results import Comparison, results_of
from losslens.losses.catalogue import colour_of
from losslens.tasks import TASKS
from losslens.ui.charts.line import Axes, Line, Range, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words

_TWICE_COLOUR = "#64748b"
# Accuracies: where all networks are above the one, the chart begins at the other.
_GOOD, _GOOD_FROM = 0.9, 0.8
_HEADROOM = 1.05  # the upper end of a chart, as a multiple of the greatest value


def status(text: str, *, bad: bool = False) -> Markup:
    """One line on how the run stands."""
    return render("live/status.html", text=text, bad=bad)


def live_charts(config: LiveConfig, points: list[Point], words: Words) -> Markup:
    """All curves so far, and what each network makes of the visitor's picture."""
    curves, last, everyone = _Curves(config, points, words), points[-1], range(len(config.losses))
    # Once all are good, the upper end is what tells them apart.
    low = _GOOD_FROM if min(last.accuracy) > _GOOD else 0.0
    title = words["live.accuracy_chart"].format(examples=_held_out(config))
    shared = [
        curves.chart(title, everyone, lambda point: point.accuracy, (low, 1.0)),
        curves.chart(
            words["live.calibration_chart"], everyone, lambda point: point.calibration_error
        ),
    ]
    own = [
        curves.chart(
            words["live.loss_chart"].format(loss=words.loss(key)), [index], lambda point: point.loss
        )
        for index, key in enumerate(config.losses)
    ]
    picture = words.task(config.task, "live_picture" if last.reading else "live_no_picture")
    readings = _readings(config, last, words)
    return render("live/charts.html", picture=picture, readings=readings, shared=shared, own=own)


@dataclass(frozen=True)
class _Curves:
    """The points of a run as curves over the examples seen."""

    config: LiveConfig
    points: list[Point]
    words: Words

    def chart(
        self,
        title: str,
        losses: Sequence[int],
        values: Callable[[Point], list[float]],
        y_range: Range | None = None,
    ) -> Markup:
        """The curves of the losses at these positions, from 0 where no ``y_range`` is given."""
        xs = [float(point.seen) for point in self.points]
        lines = [
            Line(
                self.words.loss(self.config.losses[index]),
                xs,
                [values(point)[index] for point in self.points],
                _colour(self.config.losses[index]),
            )
            for index in losses
        ]
        x_range = (0.0, float(self.points[-1].total))
        return line_chart(
            lines, Axes(title, self.words["live.x"], x_range, y_range or _from_zero(lines))
        )


def _from_zero(lines: list[Line]) -> Range:
    values = [y for line in lines for y in line.ys]
    low, high = min(0.0, *values), max(values) * _HEADROOM
    return low, high if high > low else low + 1


def _colour(key: str) -> str:
    return _TWICE_COLOUR if key == TWICE else colour_of(key)


def _held_out(config: LiveConfig) -> str:
    """How many examples are held out, as it is written."""
    return f"{config.sizes[1]:,}"


def _readings(config: LiveConfig, point: Point, words: Words) -> list[dict[str, object]]:
    """What each network makes of the visitor's picture; empty where there is none."""
    labels = [words.label(config.task, label) for label in TASKS[config.task].labels]
    return [
        {
            "loss": words.loss(key),
            "answer": labels[max(range(len(shares)), key=shares.__getitem__)],
            "sure": f"{max(shares):.0%}",
            "shares": list(zip(labels, shares, strict=True)),
        }
        for key, shares in zip(config.losses, point.reading, strict=bool(point.reading))
    ]


def results_table(config: LiveConfig, last: Point, words: Words) -> Markup:
    """Accuracy with its Wilson interval, calibration error, and the paired tests."""
    results = results_of(config, last)
    return render(
        "live/results.html",
        words=words,
        figures=results.figures,
        percent="{:.1%}".format,
        pairs=[_sentence(pair, words) for pair in results.pairs],
        note=words["live.pairs_note"].format(examples=_held_out(config)),
    )


def _sentence(pair: Comparison, words: Words) -> str:
    first, second, p = words.loss(pair.first), words.loss(pair.second), f"{pair.p_value:.2g}"
    if pair.better is None:
        return words["live.pair_same"].format(first=first, second=second, p=p)
    better, worse = (first, second) if pair.better == pair.first else (second, first)
    return words["live.pair_better"].format(better=better, worse=worse, p=p)
