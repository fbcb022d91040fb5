"""What a report comes to, in one plain sentence each, computed from its figures and the study's."""

from losslens.report.schema import PROBABILITIES, Report
from losslens.study.runs import Runs
from losslens.ui.i18n import Words
from losslens.ui.report.calibration import advice
from losslens.ui.report.corrupted import on_corrupted
from losslens.ui.report.pairs import against_baseline
from losslens.ui.report.section import percent, span
from losslens.ui.report.wrong_labels import after_wrong_labels, harshest

# Of the worst calibration error: less must be left of it for calibration to have mended it.
_MENDED = 0.2


def findings(report: Report, runs: Runs, words: Words) -> list[str]:
    """The sentences, the most telling first."""
    sentences = [_accuracy(report, words), *_calibration(report, words)]
    wrong = after_wrong_labels(runs, report.task, words)
    over = [harshest(wrong) if wrong else None, on_corrupted(runs, report.task, words)]
    return [*sentences, *(each.sentence(words) for each in over if each)]


def _accuracy(report: Report, words: Words) -> str:
    networks, found = report.tested.networks, against_baseline(report.tested)
    values = [network.figures["softmax"]["accuracy"].value for network in networks.values()]
    said = "alone" if found is None else "seeds" if found.over_seeds else "networks"
    return words[f"report.findings.accuracy_{said}"].format(
        range=span(min(values), max(values), words),
        counted=found.counted(words) if found else "",
        seeds=found.fewest if found else 0,
    )


def _calibration(report: Report, words: Words) -> list[str]:
    before, after = (
        {
            loss: network.figures[kind]["calibration_error"].value
            for loss, network in report.tested.networks.items()
        }
        for kind in PROBABILITIES
    )
    best, worst = min(before, key=before.__getitem__), max(before, key=before.__getitem__)
    differs = words["report.findings.calibration"].format(
        best=words.loss(best),
        worst=words.loss(worst),
        low=percent(before[best]),
        high=percent(before[worst]),
    )
    left = max(after.values())
    if left >= _MENDED * before[worst]:
        return [differs]
    mended = words["report.findings.calibrated"].format(high=percent(left), networks=len(after))
    return [differs, f"{mended}{words['common.sentence_gap']}{advice(report, words)}".strip()]
