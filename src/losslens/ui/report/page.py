"""A report as one HTML page: findings first, then one folded part after the other."""

from losslens.report import outside
from losslens.report.schema import Report
from losslens.study.runs import Runs
from losslens.ui.glossary import Explainer
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.calibration import calibration_section
from losslens.ui.report.corrupted import corrupted_section
from losslens.ui.report.disputed import disputed_section
from losslens.ui.report.findings import findings
from losslens.ui.report.networks import confusion_section, figures_section, risk_section
from losslens.ui.report.outside import outside_section
from losslens.ui.report.pairs import pairs_section
from losslens.ui.report.section import Part
from losslens.ui.report.wrong_labels import wrong_labels_section


def report_page(report: Report, runs: Runs, words: Words) -> Markup:
    """The whole page, with what the study's ``runs`` say of the losses. Raises CheckpointError
    where the stored predictions are missing."""
    tested = report.tested
    return render(
        "report/page.html",
        words=words,
        task=report.task,
        title=words.task(report.task, "report_title"),
        subtitle=words["report.subtitle"].format(
            networks=len(tested.networks), examples=f"{tested.examples:,}", date=report.made[:10]
        ),
        findings=list(map(Explainer(words), findings(report, runs, words))),
        note=words.task(report.task, "test_note"),
        parts=_parts(report, runs, words),
    )


def _parts(report: Report, runs: Runs, words: Words) -> list[Part]:
    """In this order; a part that was not measured is left out."""
    parts = (
        calibration_section(report, words),
        figures_section(report, words),
        pairs_section(report, words),
        disputed_section(report, words),
        wrong_labels_section(report, runs, words),
        corrupted_section(report, runs, words),
        outside_section(report, outside.load(report.task), words),
        risk_section(report, words),
        confusion_section(report, words),
    )
    return [part for part in parts if part is not None]
