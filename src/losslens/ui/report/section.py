"""One part of the report card: what it is about, its figures, and how they were measured."""

from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words


def section(key: str, task: str, part: str, body: Markup, words: Words, **values: object) -> Markup:
    """A heading, what it is about, the ``body``, and how it was measured with the command that does
    it again.

    The texts are those of ``report.<key>``, filled with ``values``; ``part`` is one of
    ``report.build.PARTS``.
    """
    texts = f"report.{key}"
    return render(
        "report/section.html",
        words=words,
        key=key,
        heading=words[f"{texts}.heading"],
        lead=words.get(f"{texts}.lead", "").format(**values),
        body=body,
        how=words[f"{texts}.how"].format(**values),
        command=f"losslens report {task} --only {part}",
    )


def percent(share: float) -> str:
    """A share (0..1) with two decimals, as many as 10,000 pictures tell apart."""
    return f"{share * 100:.2f} %"
