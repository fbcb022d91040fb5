"""A report as one HTML page: findings first, then calibration, then the rest; each part says how it was measured."""

from collections.abc import Callable
from html import escape

import numpy as np

from losslens.evaluation.metrics import Figure
from losslens.report.schema import COVERAGES, LINKS, Measured, Report
from losslens.tasks import TASKS
from losslens.tasks.base import Task
from losslens.ui.charts.line import Line, line_chart, loss_colour
from losslens.ui.components.answers import label_name
from losslens.ui.i18n import Words
from losslens.ui.report.charts import Row, confusion_matrix, dot_chart, reliability_diagram
from losslens.ui.report.findings import findings, percent
from losslens.ui.report.pairs import disputed_section, pairs_section
from losslens.ui.report.robustness import corrupted_section, wrong_labels_section
from losslens.ui.report.section import section, table, table_row

_COLUMNS: dict[str, Callable[[float], str]] = {
    "nll": lambda value: f"{value:.4f}",
    "brier": lambda value: f"{value:.4f}",
    "calibration_error": percent,
    "aurc": lambda value: f"{value * 100:.4f} %",
}


def report_page(report: Report, words: Words) -> str:
    """The whole page."""
    task, tested = TASKS[report.task], report.tested
    subtitle = words["report.subtitle"].format(
        examples=f"{tested.examples:,}", date=report.made[:10]
    )
    found = "".join(f"<li>{escape(sentence)}</li>" for sentence in findings(report, words))
    parts = (
        _calibration(report, words),
        _figures(report, words),
        pairs_section(report, words),
        disputed_section(report, words),
        wrong_labels_section(report, words),
        corrupted_section(report, words),
        _risk(report, words),
        _confusion(report, task, words),
    )
    return (
        f'<article class="report"><header><h2>{escape(words["report_title_" + task.key])}</h2><p>{escape(subtitle)}</p>'
        f'<button type="button" class="print">{escape(words["report.print"])}</button></header>'
        f'<ul class="found">{found}</ul>{"".join(parts)}</article>'
    )


def _calibration(report: Report, words: Words) -> str:
    rows, diagrams = [], []
    for loss, network in report.tested.networks.items():
        before, after = (
            network.figures[link]["calibration_error"] for link in ("softmax", "calibrated")
        )
        name, colour = words.loss(loss), loss_colour(loss)
        rows.append(Row(name, colour, after, before, _interval(after, percent)))
        summary = words["report.reliability_summary"].format(
            before=percent(before.value),
            after=percent(after.value),
            temperature=f"{network.temperature:.2f}",
        )
        diagrams.append(
            reliability_diagram(
                network.reliability["softmax"],
                network.reliability["calibrated"],
                title=name,
                summary=summary,
                axes=words["report.reliability_axes"],
                colour=colour,
            )
        )
    chart = dot_chart(
        rows,
        title=words["report.calibration_chart"],
        x_title=words["report.calibration_axis"],
        log=True,
    )
    body = (
        f'<div class="charts">{chart}</div><h4>{escape(words["report.reliability_heading"])}</h4>'
        f'<p class="small">{escape(words["report.reliability_axes"])}</p><div class="multiples">{"".join(diagrams)}</div>'
    )
    return section("calibration", report.task, "predictions", body, words)


def _interval(figure: Figure, show: Callable[[float], str]) -> str:
    return f"{show(figure.value)} ({show(figure.low)} – {show(figure.high)})"


def _figures(report: Report, words: Words) -> str:
    networks = report.tested.networks
    chart = dot_chart(
        [
            Row(words.loss(loss), loss_colour(loss), each.figures["softmax"]["accuracy"])
            for loss, each in networks.items()
        ],
        title=words["report.accuracy_chart"],
        x_title=words["report.accuracy_axis"],
    )
    seeds = max(
        (over.seeds for each in networks.values() for over in each.seeds["softmax"].values()),
        default=1,
    )
    over = (
        words["report.col_seeds"].format(seeds=seeds) if seeds > 1 else words["report.col_one_seed"]
    )
    head = [
        words["explorer.col_loss"],
        words["report.col_accuracy"],
        over,
        *(words["col_" + name] for name in _COLUMNS),
        words["report.col_time"],
    ]
    rows = [
        table_row(words.loss(loss), _measured(each, words), loss_colour(loss))
        for loss, each in networks.items()
    ]
    body = f'<div class="charts">{chart}</div>{table(head, rows)}'
    return section("figures", report.task, "predictions", body, words)


def _measured(network: Measured, words: Words) -> list[str]:
    accuracy, over = (
        network.figures["softmax"]["accuracy"],
        network.seeds["softmax"].get("accuracy"),
    )
    seeds = escape(words["report.one_seed"])
    if over:
        interval = f"{over.low * 100:.2f} – {over.high * 100:.2f}"
        seeds = f"{over.mean * 100:.2f} ± {over.deviation * 100:.2f} %<small>{interval}</small>"
    cells = [_cell(accuracy, percent), seeds]
    for name, show in _COLUMNS.items():
        cells.append(
            "".join(
                _cell(network.figures[link][name], show, mark)
                for link, mark in zip(LINKS, "○●", strict=True)
            )
        )
    cells.append(
        escape(words["report.minutes"].format(minutes=f"{network.train_seconds / 60:.0f}"))
    )
    return cells


def _cell(figure: Figure, show: Callable[[float], str], mark: str = "") -> str:
    return f"<span>{mark} {show(figure.value)}<small>{show(figure.low)} – {show(figure.high)}</small></span>"


def _risk(report: Report, words: Words) -> str:
    coverage = [100 * part for part in COVERAGES]
    lines = [
        Line(words.loss(loss), coverage, [risk * 100 for risk in each.risk], loss_colour(loss))
        for loss, each in report.tested.networks.items()
    ]
    most = max(max(line.ys) for line in lines)
    tells = [x for line in lines for x, y in zip(line.xs, line.ys, strict=True) if y > most / 50]
    chart = line_chart(
        lines,
        title=words["report.risk_chart"] + ", %",
        x_title=words["report.risk_axis"],
        x_range=(float(np.floor(min(tells, default=0) / 5)) * 5, 100),
        y_range=(0, max(most * 1.1, 0.01)),
    )
    return section("risk", report.task, "predictions", f'<div class="charts">{chart}</div>', words)


def _confusion(report: Report, task: Task, words: Words) -> str:
    labels = [label_name(label, words) for label in task.labels]
    matrices = []
    for loss, network in report.tested.networks.items():
        counts = np.array(network.confusion)
        wrong = counts - np.diag(counts.diagonal())
        truth, answer = divmod(int(wrong.argmax()), len(labels))
        summary = words["confusion_summary" if wrong.any() else "confusion_none"].format(
            errors=wrong.sum(),
            examples=f"{report.tested.examples:,}",
            truth=labels[truth],
            answer=labels[answer],
            count=wrong.max(),
        )
        matrices.append(
            confusion_matrix(
                network.confusion,
                labels,
                title=words.loss(loss),
                summary=summary,
                colour=loss_colour(loss),
            )
        )
    return section(
        "confusion",
        report.task,
        "predictions",
        f'<div class="multiples">{"".join(matrices)}</div>',
        words,
    )
