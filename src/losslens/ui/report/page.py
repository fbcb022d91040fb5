"""A report as one HTML page: findings first, then one part after the other."""

from losslens.report.schema import Report
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.findings import findings
from losslens.ui.report.networks import (
    calibration_section,
    confusion_section,
    figures_section,
    risk_section,
)
from losslens.ui.report.pairs import disputed_section, pairs_section
from losslens.ui.report.robustness import corrupted_section, wrong_labels_section

# In this order; a part that was not measured gives nothing.
_PARTS = (
    calibration_section,
    figures_section,
    pairs_section,
    disputed_section,
    wrong_labels_section,
    corrupted_section,
    risk_section,
    confusion_section,
)


def report_page(report: Report, words: Words) -> Markup:
    """The whole page. Raises CheckpointError where the stored predictions are missing."""
    tested = report.tested
    return render(
        "report/page.html",
        words=words,
        task=report.task,
        title=words.task(report.task, "report_title"),
        subtitle=words["report.subtitle"].format(
            networks=len(tested.networks), examples=f"{tested.examples:,}", date=report.made[:10]
        ),
        findings=findings(report, words),
        parts=[part(report, words) for part in _PARTS],
    )
