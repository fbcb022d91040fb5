"""Gradio imported in less time is the same gradio."""

import inspect
import subprocess
import sys
from pathlib import Path

_ASKED = """
import sys, inspect
read = []
sys.addaudithook(lambda event, found: read.append(str(found[0])) if event == "open" else None)
from losslens.ui import quick_gradio
import gradio
assert not [path for path in read if "gradio" in path and path.endswith(".pyi")], "stubs are read"
print(inspect.getfile(gradio.Button), gradio.Button("x").value, len(gradio.Button.EVENTS))
"""


def test_no_stub_is_read_and_its_components_are_whole() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _ASKED], capture_output=True, text=True, check=True
    ).stdout.split()
    import gradio  # noqa: PLC0415

    assert [Path(said[0]), said[1:]] == [
        Path(inspect.getfile(gradio.Button)),
        ["x", str(len(gradio.Button.EVENTS))],
    ]


def test_gradio_still_asks_for_sources_to_write_stubs() -> None:
    """Where this fails, gradio no longer needs it: delete ``quick_gradio``."""
    from gradio import component_meta  # noqa: PLC0415

    assert "inspect.getfile" in inspect.getsource(component_meta.create_or_modify_pyi)
