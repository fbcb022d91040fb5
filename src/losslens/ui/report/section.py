"""One part of the report card: what it is about, its figures, and how they were measured."""

from collections.abc import Sequence
from html import escape

from losslens.ui.i18n import Words


def section(key: str, task: str, part: str, body: str, words: Words, **values: object) -> str:
    """A heading, what it is about, the ``body``, and how it was measured with the command that does
    it again."""
    command = f"losslens report {task} --only {part}"
    lead = (
        f"<p>{escape(words[key + '_lead'].format(**values))}</p>" if key + "_lead" in words else ""
    )
    return (
        f'<section data-part="{key}"><h3>{escape(words[key + "_heading"])}</h3>{lead}{body}<p class="measured">'
        f"<b>{escape(words['report.how'])}</b> {escape(words[key + '_how'].format(**values))} "
        f"{escape(words['report.again'])} <code>{command}</code></p></section>"
    )


def table(head: Sequence[str], rows: Sequence[str], kind: str = "") -> str:
    """A table that scrolls by itself where it is too wide; ``head`` is plain text, ``rows`` are
    HTML."""
    cells = "".join(
        f'<th scope="col">{escape(text)}</th>' if text else "<td></td>" for text in head
    )
    inner = f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="wide" tabindex="0"><table class="{kind}">{inner}</table></div>'


def table_row(name: str, cells: Sequence[str], dot: str = "") -> str:
    """A row under its plain ``name``, with a dot of the colour ``dot``; ``cells`` are HTML."""
    mark = f'<i style="background:{dot}"></i>' if dot else ""
    return f'<tr><th scope="row">{mark}{escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
