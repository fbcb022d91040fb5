"""What the documents tell a reader to run is run: the example script, and the README's code against the running app."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(heading: str, language: str) -> list[str]:
    """The code blocks of one language in a section of the README."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
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
    assert len(sure) == 8 and sure["mse"] < 24 < sure["focal"] < sure["cross_entropy"]
    content = {
        line.split()[0]: float(line.split()[1].rstrip("%"))
        for line in said.splitlines()
        if line.count("%") == 1
    }
    assert content["margin"] > 80 and sum(value < 5 for value in content.values()) == 7
    assert said.splitlines()[-1].split()[1] == "7"


def test_the_cells_make_a_notebook() -> None:
    text = (ROOT / "examples" / "confidence.py").read_text()
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)[1:]
    assert len(cells) > 6 and text.startswith("# %%")
    for cell in cells:
        if cell.startswith(" [markdown]"):
            assert all(line.startswith("#") or not line for line in cell.splitlines()[1:])


def test_the_readmes_python_runs() -> None:
    (code,) = blocks("From the command line and from Python", "python")
    assert "'cat': 0.9" in run([sys.executable, "-c", code])


def test_the_readmes_client_calls_every_endpoint(app_url: str) -> None:
    code = blocks("As an API", "python")[0]
    said = run([sys.executable, "-c", code.replace("http://127.0.0.1:7860", app_url)])
    assert (
        said.splitlines()[-4:-2] == ["7", "cat"]
        and "'value': 0.0110" in said
        and "'p_value': " in said
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_readmes_curl_calls_every_endpoint(app_url: str) -> None:
    (code,) = blocks("As an API", "sh")
    said = run(["bash", "-euc", code.replace("http://127.0.0.1:7860/", app_url)])
    assert (
        said.count("event: complete") == 4 and '"value": 0.0110' in said and '"p_value": ' in said
    )
    assert said.count('"label": "7"') == 8 and said.count('"label": "cat"') == 8


def test_the_readmes_mcp_calls_every_tool(mcp_url: str) -> None:
    code = blocks("As an API", "python")[1]
    said = run([sys.executable, "-c", code.replace("http://127.0.0.1:7860/", mcp_url)])
    assert said.count("'label': '7'") == 8 and said.count("'label': 'cat'") == 8
    assert "'value': 0.0110" in said and "'p_value': " in said
