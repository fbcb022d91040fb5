"""Pictures from elsewhere: sources that no network learnt from."""

from losslens.report.outside import Source
from losslens.report.schema import Report
from losslens.ui.html import render
from losslens.ui.i18n import Words
from losslens.ui.report.section import Part, section, span

_NOTHING = "–"


def outside_section(report: Report, sources: list[Source], words: Words) -> Part | None:
    """A row a source; None where there are none."""
    if not sources:
        return None
    columns = ("source", "pictures", "right", "flagged", "auroc", "fpr95")
    body = render(
        "report/outside.html",
        head=[words[f"report.outside.{column}"] for column in columns],
        rows=[_row(source, words) for source in sources],
    )
    right = [source.right for source in sources if source.right]
    says = words["report.outside.right_of"] if right else words["report.outside.flagged_of"]
    shares = [share for pair in right for share in pair] or [source.flagged for source in sources]
    scripts = dict.fromkeys(source.script for source in sources)
    return section(
        "outside",
        report.task,
        "; ".join(f"python benchmarks/{script}.py --save" for script in scripts),
        body,
        words,
        said=says.format(
            sources=len(right or sources), range=span(min(shares), max(shares), words)
        ),
    )


def _row(source: Source, words: Words) -> list[str]:
    worst_and_best = span(*source.right, words) if source.right else _NOTHING
    return [
        words.get(f"report.outside.names.{source.source}", source.source),
        f"{source.pictures:,}",
        worst_and_best,
        f"{source.flagged * 100:.1f} %",
        _NOTHING if source.auroc is None else f"{source.auroc:.4f}",
        _NOTHING if source.fpr95 is None else f"{source.fpr95 * 100:.1f} %",
    ]
