"""The parts of the report card about each network by itself: figures, risk, errors."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from losslens.evaluation.metrics import RESAMPLES, Figure
from losslens.losses.catalogue import colour_of
from losslens.report.schema import COVERAGES, PROBABILITIES, Measured, Report
from losslens.tasks import TASKS
from losslens.ui.charts.line import Axes, Line, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.charts import Row, dot_chart
from losslens.ui.report.diagrams import confusion_matrix
from losslens.ui.report.section import Part, data_table, percent, report_command, section, span

_Show = Callable[[float], str]

# Figures of the table behind the accuracy, and how each is written.
_COLUMNS: dict[str, _Show] = {
    "nll": lambda value: f"{value:.4f}",
    "brier": lambda value: f"{value:.4f}",
    "calibration_error": percent,
    "aurc": lambda value: f"{value * 100:.4f} %",
}
_MARKS = ("○", "●")  # of PROBABILITIES, in their order
_ANSWERED = 0.9  # of COVERAGES; what the risk comes to there is said
_TELLS = 1 / 50  # of the highest risk: where all curves lie below it, nothing is to be seen


def figures_section(report: Report, words: Words) -> Part:
    """The table of all figures, with the accuracies as a chart above it."""
    networks = report.tested.networks
    chart = dot_chart(
        [
            Row(words.loss(loss), colour_of(loss), each.figures["softmax"]["accuracy"])
            for loss, each in networks.items()
        ],
        title=words["report.figures.chart"],
        x_title=words["report.figures.axis"],
    )
    seeds = max(
        (over.seeds for each in networks.values() for over in each.seeds["softmax"].values()),
        default=1,
    )
    head = [
        words["report.loss"],
        words["report.figures.accuracy"],
        words[f"report.figures.{'seeds' if seeds > 1 else 'no_seeds'}"].format(seeds=seeds),
        *(words[f"report.figures.{name}"] for name in _COLUMNS),
        words["report.figures.time"],
    ]
    rows = [_figures_row(loss, each, words) for loss, each in networks.items()]
    body = render("report/figures.html", chart=chart, head=head, rows=rows)
    shares = [each.figures["softmax"]["accuracy"].value for each in networks.values()]
    return section(
        "figures",
        report.task,
        report_command(report.task, "predictions"),
        body,
        words,
        resamples=f"{RESAMPLES:,}",
        range=span(min(shares), max(shares), words),
    )


def _figures_row(loss: str, network: Measured, words: Words) -> dict[str, object]:
    over = network.seeds["softmax"].get("accuracy")
    minutes = f"{network.train_seconds / 60:.0f}"
    return {
        "name": words.loss(loss),
        "colour": colour_of(loss),
        "accuracy": _shown(network.figures["softmax"]["accuracy"], percent),
        "seeds": f"{over.mean * 100:.2f} ± {over.deviation * 100:.2f} %"
        if over
        else words["report.figures.one_seed"],
        "seeds_interval": f"{over.low * 100:.2f} – {over.high * 100:.2f}" if over else "",
        "cells": [
            [
                _shown(network.figures[kind][name], show, mark)
                for kind, mark in zip(PROBABILITIES, _MARKS, strict=True)
            ]
            for name, show in _COLUMNS.items()
        ],
        "time": words["report.figures.minutes"].format(minutes=minutes),
    }


def _shown(figure: Figure, show: _Show, mark: str = "") -> dict[str, str]:
    return {
        "value": show(figure.value),
        "low": show(figure.low),
        "high": show(figure.high),
        "mark": mark,
    }


def risk_section(report: Report, words: Words) -> Part:
    """How many answers are wrong if only the surest are given."""
    coverage = [100 * part for part in COVERAGES]
    lines = [
        Line(words.loss(loss), coverage, [risk * 100 for risk in each.risk], colour_of(loss))
        for loss, each in report.tested.networks.items()
    ]
    most = max(max(line.ys) for line in lines)
    tells = [
        x for line in lines for x, y in zip(line.xs, line.ys, strict=True) if y > most * _TELLS
    ]
    axes = Axes(
        title=words["report.risk.chart"],
        x_title=words["report.risk.axis"],
        x_range=(float(np.floor(min(tells, default=0) / 5)) * 5, 100),
        y_range=(0, max(most * 1.1, 0.01)),
    )
    head = [words["report.risk.answered"], *(line.label for line in lines)]
    rows = [
        [f"{share:.1f} %", *(f"{line.ys[at]:.3f} %" for line in lines)]
        for at, share in enumerate(coverage)
    ]
    table = data_table(head, rows, words)
    body = render("report/chart.html", chart=line_chart(lines, axes), table=table)
    at_most = COVERAGES.index(_ANSWERED)
    wrong = [each.risk[at_most] for each in report.tested.networks.values()]
    return section(
        "risk",
        report.task,
        report_command(report.task, "predictions"),
        body,
        words,
        answered=f"{_ANSWERED * 100:.0f} %",
        range=span(min(wrong), max(wrong), words),
    )


def confusion_section(report: Report, words: Words) -> Part:
    """Each network's confusion matrix."""
    labels = [words.label(report.task, label) for label in TASKS[report.task].labels]
    matrices = [_matrix(loss, report, labels, words) for loss in report.tested.networks]
    rows = [
        [words.loss(loss), truth, *map(str, row)]
        for loss, network in report.tested.networks.items()
        for truth, row in zip(labels, network.confusion, strict=True)
    ]
    table = data_table(
        [words["report.loss"], words["report.confusion.truth"], *labels], rows, words
    )
    body = render("report/confusion.html", matrices=matrices, table=table)
    counts = np.sum([each.confusion for each in report.tested.networks.values()], axis=0)
    return section(
        "confusion",
        report.task,
        report_command(report.task, "predictions"),
        body,
        words,
        said=_most_often("said", counts, labels, words),
    )


def _matrix(loss: str, report: Report, labels: list[str], words: Words) -> Markup:
    confusion = report.tested.networks[loss].confusion
    examples = f"{report.tested.examples:,}"
    summary = _most_often("summary", np.array(confusion), labels, words, examples=examples)
    return confusion_matrix(
        confusion, labels, title=words.loss(loss), summary=summary, colour=colour_of(loss)
    )


def _most_often(
    text: str, counts: NDArray[np.int64], labels: list[str], words: Words, **values: str
) -> str:
    """Which class is most often taken for which other, by counts of true class (row) and answer."""
    wrong = counts - np.diag(counts.diagonal())
    truth, answer = divmod(int(wrong.argmax()), len(labels))
    return words[f"report.confusion.{text if wrong.any() else 'none'}"].format(
        errors=wrong.sum(),
        truth=labels[truth],
        answer=labels[answer],
        count=wrong.max(),
        **({"examples": f"{counts.sum():,}"} | values),
    )
