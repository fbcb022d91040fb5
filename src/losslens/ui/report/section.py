"""One part of the report card: what it comes to, what it is about, its figures, and how they were
measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from losslens.ui.choose.sentences import signed
from losslens.ui.glossary import Explainer
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words


@dataclass(frozen=True)
class Part:
    """A part that is folded until it is asked for; ``anchor`` is its id on the page."""

    anchor: str
    heading: str
    html: Markup


def section(
    key: str, task: str, command: str, body: Markup, words: Words, **values: object
) -> Part:
    """A heading with one line on what the part comes to, what it is about, the ``body``, and how it
    was measured with the ``command`` that does it again.

    The texts are those of ``report.<key>``, filled with ``values``: ``heading``, ``says``, ``lead``
    (may be missing) and ``how``.
    """
    texts, anchor = f"report.{key}", f"report-{task}-{key}"
    heading = words[f"{texts}.heading"]
    explain = Explainer(words)  # a part is read by itself
    html = render(
        "report/section.html",
        words=words,
        key=key,
        anchor=anchor,
        heading=heading,
        says=words[f"{texts}.says"].format(**values),
        lead=explain(words.get(f"{texts}.lead", "").format(**values)),
        body=body,
        how=explain(words[f"{texts}.how"].format(**values)),
        command=command,
    )
    return Part(anchor, heading, html)


def report_command(task: str, part: str) -> str:
    """What remakes one of ``report.build.PARTS``."""
    return f"losslens report {task} --only {part}"


def data_table(head: Sequence[str], rows: Sequence[Sequence[str]], words: Words) -> Markup:
    """The data behind a chart, folded; the first cell of each row names it."""
    return render("report/data.html", words=words, head=head, rows=rows)


def percent(share: float) -> str:
    """A share (0..1) with two decimals, as many as 10,000 pictures tell apart."""
    return f"{share * 100:.2f} %"


def span(low: float, high: float, words: Words) -> str:
    """From one share (0..1) to another, in percent; one figure where they look alike."""
    ends = percent(low), percent(high)
    return words["report.span"].format(low=ends[0], high=ends[1]) if len({*ends}) > 1 else ends[0]


def points(difference: float, decimals: int = 1) -> str:
    """A difference of shares in points, with its sign."""
    return signed(100 * difference, decimals)
