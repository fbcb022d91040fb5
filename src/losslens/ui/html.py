"""HTML from the templates in ``templates``: every value is escaped unless it is ``Markup``
already."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["Markup", "render"]


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
