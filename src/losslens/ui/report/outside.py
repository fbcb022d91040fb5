"""Pictures from elsewhere: sources that no network learnt from."""

from losslens.report.outside import Source
from losslens.report.schema import Report
from losslens.ui.html import render
from losslens.ui.i18n import Words
from losslens.ui.report.section import Part, section, span

_NOTHING = "–"


def outside_section(report: Report, sources: list[Source], words: Words) -> Part | None:
    """A row a source, and the columns in which any says something; None where there are none."""
    if not sources:
        return None
    rows = [_row(source, words) for source in sources]
    told = [name for name in rows[0] if any(row[name] != _NOTHING for row in rows)]
    body = render(
        "report/outside.html",
        head=[words[f"report.outside.{column}"] for column in told],
        rows=[[row[column] for column in told] for row in rows],
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


def _row(source: Source, words: Words) -> dict[str, str]:
    """What is in each column."""
    return {
        "source": words.get(f"report.outside.names.{source.source}", source.source),
        "pictures": f"{source.pictures:,}",
        "right": span(*source.right, words) if source.right else _NOTHING,
        "flagged": f"{source.flagged * 100:.1f} %",
        "auroc": _NOTHING if source.auroc is None else f"{source.auroc:.4f}",
        "fpr95": _NOTHING if source.fpr95 is None else f"{source.fpr95 * 100:.1f} %",
    }
