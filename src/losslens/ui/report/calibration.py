"""The part of the report card about calibration: how far probabilities are off, before and
after."""

from losslens.evaluation.metrics import BINS, RESAMPLES, Figure
from losslens.losses.catalogue import colour_of
from losslens.report.schema import PROBABILITIES, Measured, Report
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.charts import Row, dot_chart
from losslens.ui.report.diagrams import reliability_diagram
from losslens.ui.report.section import Part, data_table, percent, report_command, section, span


def calibration_section(report: Report, words: Words) -> Part:
    """How far the probabilities are off before and after calibration, for each network."""
    networks = report.tested.networks
    chart = dot_chart(
        [_row(loss, network, words) for loss, network in networks.items()],
        title=words["report.calibration.chart"],
        x_title=words["report.calibration.axis"],
        log=True,
    )
    body = render(
        "report/calibration.html",
        words=words,
        chart=chart,
        advice=advice(report, words),
        table=_table(networks, words),
        diagrams=[_diagram(loss, network, words) for loss, network in networks.items()],
        bins=_bins(networks, words),
    )
    off, left = ([_errors(network)[at].value for network in networks.values()] for at in (0, 1))
    return section(
        "calibration",
        report.task,
        report_command(report.task, "predictions"),
        body,
        words,
        bins=BINS,
        resamples=f"{RESAMPLES:,}",
        range=span(min(off), max(off), words),
        left=percent(max(left)),
    )


def advice(report: Report, words: Words) -> str:
    """For which networks calibration gains nothing that is known; empty where no card tells."""
    intervals = {
        loss: network.temperature_interval for loss, network in report.tested.networks.items()
    }
    known = {loss: interval for loss, interval in intervals.items() if interval}
    if not known:
        return ""
    idle = [loss for loss, (low, high) in known.items() if low <= 1 <= high]
    said = "some" if idle else "none"
    return words[f"report.calibration.advice_{said}"].format(losses=words.names(idle))


def temperature(network: Measured, words: Words) -> str:
    """The fitted temperature, with its interval where the card has one."""
    if network.temperature_interval is None:
        return f"{network.temperature:.2f}"
    low, high = network.temperature_interval
    return words["report.calibration.temperature"].format(
        value=f"{network.temperature:.2f}", low=f"{low:.2f}", high=f"{high:.2f}"
    )


def _row(loss: str, network: Measured, words: Words) -> Row:
    before, after = _errors(network)
    return Row(words.loss(loss), colour_of(loss), after, before, _with_interval(after))


def _errors(network: Measured) -> list[Figure]:
    return [network.figures[kind]["calibration_error"] for kind in PROBABILITIES]


def _with_interval(figure: Figure) -> str:
    return f"{percent(figure.value)} ({percent(figure.low)} – {percent(figure.high)})"


def _diagram(loss: str, network: Measured, words: Words) -> Markup:
    before, after = _errors(network)
    return reliability_diagram(
        *(network.reliability[kind] for kind in PROBABILITIES),
        title=words.loss(loss),
        summary=words["report.calibration.summary"].format(
            before=percent(before.value),
            after=percent(after.value),
            temperature=temperature(network, words),
        ),
        axes=words["report.calibration.diagram_axes"],
        colour=colour_of(loss),
    )


def _table(networks: dict[str, Measured], words: Words) -> Markup:
    columns = ("error", "error_calibrated", "temperature_interval")
    rows = [
        [words.loss(loss), *map(_with_interval, _errors(network)), temperature(network, words)]
        for loss, network in networks.items()
    ]
    head = [words["report.loss"], *(words[f"report.calibration.{each}"] for each in columns)]
    return data_table(head, rows, words)


def _bins(networks: dict[str, Measured], words: Words) -> Markup:
    columns = ("count", "sure", "right", "sure_calibrated", "right_calibrated")
    rows = [
        [
            words.loss(loss),
            f"{before.count:,}",
            *(
                percent(share)
                for each in (before, after)
                for share in (each.confidence, each.accuracy)
            ),
        ]
        for loss, network in networks.items()
        for before, after in zip(
            *(network.reliability[kind] for kind in PROBABILITIES), strict=True
        )
    ]
    head = [words["report.loss"], *(words[f"report.calibration.{each}"] for each in columns)]
    return data_table(head, rows, words)
