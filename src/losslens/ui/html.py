"""HTML from the templates in ``templates``: every value is escaped unless it is ``Markup``
already."""

from functools import cache
from itertools import count
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["Markup", "anew", "render"]

_SHOWN = count()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> Markup:
    """The template of this name, filled; a name that it uses and is not given raises
    jinja2.UndefinedError."""
    return Markup(_environment().get_template(template).render(**values))


def anew(html: Markup) -> Markup:
    """The same, told apart from what was shown before: of a value that does not change, a
    component's script is told nothing."""
    return html + Markup(f"<!-- {next(_SHOWN)} -->")
