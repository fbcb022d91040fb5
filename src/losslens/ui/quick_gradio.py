"""Imports gradio, first of all, without what takes it longest.

As it is imported, gradio reads the source of each of its components and writes a type stub beside
it, a second of work for editors alone. A component without a source file is passed over, so for
the time of the import none has one.
"""

import inspect
from typing import Any

_theirs = inspect.getfile


def _no_source_of_components(thing: Any) -> str:
    if isinstance(thing, type) and thing.__module__.startswith("gradio."):
        raise OSError("not asked for while gradio is imported")
    return _theirs(thing)


inspect.getfile = _no_source_of_components  # type: ignore[assignment]
try:
    import gradio  # noqa: F401
finally:
    inspect.getfile = _theirs
