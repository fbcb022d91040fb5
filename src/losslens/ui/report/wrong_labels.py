"""What wrong training labels do to each loss, by the study: small networks over seeds."""

from losslens.evaluation.metrics import spread
from losslens.evaluation.verdicts import BASELINE, LEAST_SEEDS
from losslens.losses import LOSSES
from losslens.losses.catalogue import colour_of
from losslens.report.schema import Report
from losslens.study.runs import Runs
from losslens.study.settings import SETTINGS, Setting, settings_of
from losslens.ui.charts.line import Axes, Line, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.over_seeds import OverSeeds, over_seeds, study_command
from losslens.ui.report.section import Part, data_table, section

_FAMILIES = (
    "symmetric",
    "asymmetric",
)  # of the study's settings: wrong at random, or taken for one alike
_MEASURE = "accuracy"
_CLEAN = SETTINGS["clean"]


def after_wrong_labels(runs: Runs, task: str, words: Words) -> dict[Setting, OverSeeds]:
    """What was found in each setting with wrong labels that was run, mildest first."""
    settings = [each for each in settings_of(task) if each.family in _FAMILIES]
    found = {each: over_seeds(runs, task, each.key, _MEASURE, words) for each in settings}
    return {setting: over for setting, over in found.items() if over is not None}


def harshest(found: dict[Setting, OverSeeds]) -> OverSeeds:
    """That with the largest share of labels that are wrong at random, if there is one."""
    return found[max(found, key=lambda each: (each.family == _FAMILIES[0], each.wrong))]


def wrong_labels_section(report: Report, runs: Runs, words: Words) -> Part | None:
    """Accuracy by the share of wrong labels, and verdicts; None where nothing was run."""
    found = after_wrong_labels(runs, report.task, words)
    if not found:
        return None
    body = render(
        "report/wrong_labels.html",
        charts=[
            chart
            for family in _FAMILIES
            for chart in [_chart(runs, report.task, family, words)]
            if chart
        ],
        verdicts=[over.by_name(words) for over in found.values()],
        table=_table(runs, report.task, found, words),
    )
    return section(
        "wrong",
        report.task,
        study_command(report.task, [_CLEAN.key, *(each.key for each in found)]),
        body,
        words,
        said=harshest(found).sentence(words),
        learnt=f"{_CLEAN.examples:,}",
    )


def _chart(runs: Runs, task: str, family: str, words: Words) -> Markup | None:
    settings = [_CLEAN, *(each for each in settings_of(task) if each.family == family)]
    lines = [line for loss in LOSSES for line in [_line(runs, task, loss, settings, words)] if line]
    if not lines:
        return None
    lowest = min(low for line in lines for low, _ in line.spread)
    axes = Axes(
        title=words[f"report.wrong.chart_{family}"],
        x_title=words["report.wrong.axis"],
        x_range=(-2, max(x for line in lines for x in line.xs) + 2),
        y_range=(lowest - lowest % 5, 100),
    )
    return line_chart(lines, axes)


def _line(runs: Runs, task: str, loss: str, settings: list[Setting], words: Words) -> Line | None:
    """A loss's curve through the settings in which it has enough seeds; None where these are
    clean labels alone."""
    values = {each: _percents(runs, task, each, loss) for each in settings}
    there = {each: found for each, found in values.items() if len(found) >= LEAST_SEEDS}
    if not set(there) - {_CLEAN}:
        return None
    return Line(
        words.loss(loss),
        [100 * each.wrong for each in there],
        [spread(found).mean for found in there.values()],
        colour_of(loss),
        strong=loss == BASELINE,
        spread=[(min(found), max(found)) for found in there.values()],
    )


def _percents(runs: Runs, task: str, setting: Setting, loss: str) -> list[float]:
    place = runs.place(task, setting.key)
    return [100 * value for value in place[loss].of(_MEASURE).values()] if loss in place else []


def _table(runs: Runs, task: str, found: dict[Setting, OverSeeds], words: Words) -> Markup:
    losses = [loss for loss in LOSSES if any(loss in over.place for over in found.values())]
    rows = [
        [
            words.loss(loss),
            *(
                " ".join([_level(_percents(runs, task, setting, loss)), over.cell(loss, words)])
                for setting, over in found.items()
            ),
        ]
        for loss in losses
    ]
    head = [words["report.loss"], *(words[f"choose.settings.{each.key}"] for each in found)]
    return data_table(head, rows, words)


def _level(percents: list[float]) -> str:
    if len(percents) < LEAST_SEEDS:
        return ""
    over = spread(percents)
    return f"{over.mean:.1f} ± {over.deviation:.1f} %"
