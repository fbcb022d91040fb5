"""The README's file tree names every module, and nothing that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_file_tree_is_true() -> None:
    readme = (ROOT / "README.md").read_text()
    tree = readme.split("<!-- tree -->")[1]
    named = set(re.findall(r"([\w/]+\.(?:py|js|css))\b", tree))
    source = ROOT / "src" / "losslens"
    there = {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.suffix in {".py", ".js", ".css"}
    }
    there = {name for name in there if not name.endswith("__init__.py")}
    assert named - {"app.py"} == there


def test_every_local_link_leads_somewhere() -> None:
    for page in ROOT.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (ROOT / target).exists(), f"{page.name} links to {target}"
