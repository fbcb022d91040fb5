"""The parts of the report card about each network by itself: calibration, figures, risk, errors."""

from collections.abc import Callable

import numpy as np

from losslens.evaluation.metrics import BINS, RESAMPLES, Figure
from losslens.losses.catalogue import colour_of
from losslens.report.schema import COVERAGES, PROBABILITIES, Measured, Report
from losslens.tasks import TASKS
from losslens.ui.charts.line import Axes, Line, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.charts import Row, confusion_matrix, dot_chart, reliability_diagram
from losslens.ui.report.section import percent, section

_Show = Callable[[float], str]

# Figures of the table behind the accuracy, and how each is written.
_COLUMNS: dict[str, _Show] = {
    "nll": lambda value: f"{value:.4f}",
    "brier": lambda value: f"{value:.4f}",
    "calibration_error": percent,
    "aurc": lambda value: f"{value * 100:.4f} %",
}
_MARKS = ("○", "●")  # of PROBABILITIES, in their order
_TELLS = 1 / 50  # of the highest risk: where all curves lie below it, nothing is to be seen


def calibration_section(report: Report, words: Words) -> Markup:
    """How far the probabilities are off before and after calibration, for each network."""
    networks = report.tested.networks
    chart = dot_chart(
        [_calibration_row(loss, network, words) for loss, network in networks.items()],
        title=words["report.calibration.chart"],
        x_title=words["report.calibration.axis"],
        log=True,
    )
    diagrams = [_diagram(loss, network, words) for loss, network in networks.items()]
    body = render("report/calibration.html", words=words, chart=chart, diagrams=diagrams)
    numbers = {"bins": BINS, "resamples": f"{RESAMPLES:,}"}
    return section("calibration", report.task, "predictions", body, words, **numbers)


def _calibration_row(loss: str, network: Measured, words: Words) -> Row:
    before, after = _calibration_errors(network)
    text = f"{percent(after.value)} ({percent(after.low)} – {percent(after.high)})"
    return Row(words.loss(loss), colour_of(loss), after, before, text)


def _calibration_errors(network: Measured) -> list[Figure]:
    return [network.figures[kind]["calibration_error"] for kind in PROBABILITIES]


def _diagram(loss: str, network: Measured, words: Words) -> Markup:
    before, after = _calibration_errors(network)
    return reliability_diagram(
        *(network.reliability[kind] for kind in PROBABILITIES),
        title=words.loss(loss),
        summary=words["report.calibration.summary"].format(
            before=percent(before.value),
            after=percent(after.value),
            temperature=f"{network.temperature:.2f}",
        ),
        axes=words["report.calibration.diagram_axes"],
        colour=colour_of(loss),
    )


def figures_section(report: Report, words: Words) -> Markup:
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
    resamples = f"{RESAMPLES:,}"
    return section("figures", report.task, "predictions", body, words, resamples=resamples)


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


def risk_section(report: Report, words: Words) -> Markup:
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
    body = render("report/chart.html", chart=line_chart(lines, axes))
    return section("risk", report.task, "predictions", body, words)


def confusion_section(report: Report, words: Words) -> Markup:
    """Each network's confusion matrix."""
    matrices = [_matrix(loss, report, words) for loss in report.tested.networks]
    body = render("report/confusion.html", matrices=matrices)
    return section("confusion", report.task, "predictions", body, words)


def _matrix(loss: str, report: Report, words: Words) -> Markup:
    confusion = report.tested.networks[loss].confusion
    labels = [words.label(report.task, label) for label in TASKS[report.task].labels]
    counts = np.array(confusion)
    wrong = counts - np.diag(counts.diagonal())
    truth, answer = divmod(int(wrong.argmax()), len(labels))
    summary = words[f"report.confusion.{'summary' if wrong.any() else 'none'}"].format(
        errors=wrong.sum(),
        examples=f"{report.tested.examples:,}",
        truth=labels[truth],
        answer=labels[answer],
        count=wrong.max(),
    )
    return confusion_matrix(
        confusion, labels, title=words.loss(loss), summary=summary, colour=colour_of(loss)
    )
