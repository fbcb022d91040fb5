"""A live run as HTML: curves, the visitor's digit as each network reads it, and the table at the end."""

from collections.abc import Callable
from html import escape

import numpy as np

from losslens.evaluation.metrics import accuracy
from losslens.evaluation.significance import compare
from losslens.live.config import TWICE, LiveConfig, Point
from losslens.tasks import TASKS
from losslens.ui.charts.line import Line, line_chart, loss_colour
from losslens.ui.components.answers import label_name
from losslens.ui.i18n import Words

_TWICE_COLOUR = "#64748b"
_GOOD, _GOOD_FROM = (
    0.9,
    0.8,
)  # accuracies: where all networks are above the one, the chart begins at the other


def status(text: str, *, bad: bool = False) -> str:
    """One line on how the run stands."""
    return f'<p class="live-status{" bad" if bad else ""}" aria-live="polite">{escape(text)}</p>'


def live_charts(config: LiveConfig, points: list[Point], words: Words) -> str:
    """All curves so far, and what each network makes of the visitor's digit."""
    everyone = range(len(config.losses))
    # Once all are good, the upper end is what tells them apart.
    low = _GOOD_FROM if min(points[-1].accuracy) > _GOOD else 0.0
    shared = [
        _chart(
            config,
            points,
            words,
            everyone,
            words["live.accuracy_chart"],
            lambda p, i: p.accuracy[i],
            (low, 1.0),
        ),
        _chart(
            config,
            points,
            words,
            everyone,
            words["live.calibration_chart"],
            lambda p, i: p.calibration_error[i],
            None,
        ),
    ]
    own = [
        _chart(
            config,
            points,
            words,
            [index],
            words["live.loss_chart"].format(loss=_name(key, words)),
            _loss,
            None,
        )
        for index, key in enumerate(config.losses)
    ]
    return (
        f'{_reading(config, points[-1], words)}<div class="charts">{"".join(shared)}</div>'
        f'<div class="charts small-charts">{"".join(own)}</div>'
    )


def _loss(point: Point, index: int) -> float:
    return point.loss[index]


def _name(key: str, words: Words) -> str:
    return words.loss(key)


def _colour(key: str) -> str:
    return _TWICE_COLOUR if key == TWICE else loss_colour(key)


def _chart(
    config: LiveConfig,
    points: list[Point],
    words: Words,
    which: list[int] | range,
    title: str,
    value: Callable[[Point, int], float],
    y_range: tuple[float, float] | None,
) -> str:
    xs = [float(point.seen) for point in points]
    lines = [
        Line(
            _name(config.losses[i], words),
            xs,
            [value(p, i) for p in points],
            _colour(config.losses[i]),
        )
        for i in which
    ]
    values = [y for line in lines for y in line.ys]
    low, high = y_range or (min(0.0, *values), max(values) * 1.05)
    total = float(points[-1].total)
    return line_chart(
        lines,
        title=title,
        x_title=words["live.x"],
        x_range=(0.0, total),
        y_range=(low, high if high > low else low + 1),
    )


def _reading(config: LiveConfig, point: Point, words: Words) -> str:
    if not point.reading:
        return f'<p class="small">{escape(words["live_no_picture_" + config.task])}</p>'
    labels = [label_name(label, words) for label in TASKS[config.task].labels]
    cells = []
    for key, probs in zip(config.losses, point.reading, strict=True):
        best = max(range(len(probs)), key=probs.__getitem__)
        bars = "".join(
            f'<i style="height:{share * 100:.0f}%" title="{escape(label)}: {share:.3f}"></i>'
            for label, share in zip(labels, probs, strict=True)
        )
        answer = escape(labels[best])
        cells.append(
            f'<div class="reading"><b>{answer}</b><div class="columns" role="img" aria-label="{probs[best]:.0%} {answer}">'
            f"{bars}</div><span>{escape(_name(key, words))} {probs[best]:.0%}</span></div>"
        )
    return f'<div class="readings"><h2>{escape(words["live_picture_" + config.task])}</h2>{"".join(cells)}</div>'


def results(config: LiveConfig, last: Point, words: Words) -> str:
    """Accuracy with its Wilson interval, calibration error, and the paired tests."""
    rows = []
    for index, key in enumerate(config.losses):
        share = accuracy(np.asarray(last.right[index], dtype=float))
        rows.append(
            f'<tr data-loss="{key}"><th>{escape(_name(key, words))}</th><td>{share.value:.1%} '
            f"({share.low:.1%} – {share.high:.1%})</td><td>{last.calibration_error[index]:.1%}</td>"
            f"<td>{config.learning_rates[index]:g}</td></tr>"
        )
    pairs = "".join(f"<li>{escape(text)}</li>" for text in _pairs(config, last, words))
    tests = (
        f"<h2>{escape(words['live.pairs'])}</h2><ul>{pairs}</ul><p>{escape(words['live.pairs_note'])}</p>"
        if pairs
        else ""
    )
    return (
        f'<div class="anatomy results"><h2>{escape(words["live.table"])}</h2><table><thead><tr>'
        f"<th>{escape(words['explorer.col_loss'])}</th><th>{escape(words['live.col_accuracy'])}</th>"
        f"<th>{escape(words['live.col_calibration'])}</th><th>{escape(words['live.col_rate'])}</th></tr></thead><tbody>{''.join(rows)}</tbody></table>{tests}</div>"
    )


def _pairs(config: LiveConfig, last: Point, words: Words) -> list[str]:
    names = [_name(key, words) for key in config.losses]
    sentences = []
    for pair in compare(last.right):
        first, second, p = names[pair.first], names[pair.second], f"{pair.p_value:.2g}"
        if pair.tie:
            sentences.append(words["live.pair_tie"].format(first=first, second=second, p=p))
        else:
            better, worse = (
                (first, second) if pair.only_first > pair.only_second else (second, first)
            )
            sentences.append(words["live.pair_real"].format(better=better, worse=worse, p=p))
    return sentences
