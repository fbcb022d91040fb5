"""What the documents tell a reader to run is run.

The example script, the code of the README, and that of docs/api.md against the running app.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from losslens.checkpoints.files import checkpoint_path
from losslens.losses import LOSSES

ROOT = Path(__file__).resolve().parents[2]
API = "docs/api.md"
SHIPPED = [loss for loss in LOSSES if checkpoint_path("digits", loss, ROOT / "models").is_file()]


def blocks(page: str, heading: str, language: str) -> list[str]:
    """The code blocks of one language in a section of a page."""
    section = (ROOT / page).read_text().split(f"\n{heading}\n")[1]
    level = heading.split()[0]
    section = re.split(rf"\n#{{2,{len(level)}}} ", section)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def run(command: list[str]) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_notebook_runs_and_shows_what_it_says() -> None:
    said = run([sys.executable, "examples/confidence.py"])
    sure = {
        line.split()[0]: float(line.split()[2].rstrip("%"))
        for line in said.splitlines()
        if line.count("%") == 3
    }
    assert list(sure) == SHIPPED and sure["mse"] < 24 < sure["focal"] < sure["cross_entropy"]
    content = {
        line.split()[0]: float(line.split()[1].rstrip("%"))
        for line in said.splitlines()
        if line.count("%") == 1
    }
    others = [share for loss, share in content.items() if loss != "margin"]
    assert content["margin"] > 80 and len(others) == len(SHIPPED) - 1 and max(others) < 5
    assert said.splitlines()[-1].split()[1] == "7"


def test_the_cells_make_a_notebook() -> None:
    text = (ROOT / "examples" / "confidence.py").read_text()
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)[1:]
    assert len(cells) > 6 and text.startswith("# %%")
    for cell in cells:
        first, *lines = cell.splitlines()
        assert first in ("", " [markdown]")
        if first:
            assert all(line.startswith("#") or not line for line in lines)


@pytest.mark.parametrize(("page", "heading"), [("README.md", "## In Python"), (API, "## Python")])
def test_the_python_of_the_documents_runs(page: str, heading: str) -> None:
    (code,) = blocks(page, heading, "python")
    assert "'cat': 0.9" in run([sys.executable, "-c", code])


def test_the_documented_client_calls_every_endpoint(app_url: str) -> None:
    (code,) = blocks(API, "### From Python", "python")
    said = run([sys.executable, "-c", code.replace("http://127.0.0.1:7860", app_url)])
    assert (
        said.splitlines()[-5:-3] == ["7", "cat"]
        and "'value': 0.0110" in said
        and "'p_value': " in said
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_documented_curl_calls_every_endpoint(app_url: str) -> None:
    (code,) = blocks(API, "### With curl", "sh")
    said = run(["bash", "-euc", code.replace("http://127.0.0.1:7860/", app_url)])
    assert (
        said.count("event: complete") == 5 and '"value": 0.0110' in said and '"p_value": ' in said
    )
    # Of a drawing, the whole and its one digit.
    assert said.count('"label": "7"') == 2 * said.count('"label": "cat"') == 2 * len(SHIPPED)


def test_the_documented_mcp_client_calls_every_tool(mcp_url: str) -> None:
    (code,) = blocks(API, "### As tools of an MCP server", "python")
    said = run([sys.executable, "-c", code.replace("http://127.0.0.1:7860/", mcp_url)])
    assert said.count("'label': '7'") == 2 * said.count("'label': 'cat'") == 2 * len(SHIPPED)
    assert "'value': 0.0110" in said and "'p_value': " in said
