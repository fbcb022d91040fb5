"""The documents are true: their links, figures, commands, versions and the tree of files."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "losslens"
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
    and not page.is_relative_to(SOURCE)
)
MOST_LINES = 110  # behind the front matter
NOT_LISTED = {".npz", ".jpg", ".pyc", ".pyi"}  # data, and what Python and gradio write
UNLISTED_NAMES = {"__init__.py", "py.typed", "LICENSE"}


def section(page: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    return (ROOT / page).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a text, heads and rules among them."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page are linked to, as GitHub makes them."""
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short() -> None:
    _, _, body = (ROOT / "README.md").read_text().split("---\n", 2)  # the first is for Hugging Face
    assert len(body.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_local_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(path), f"{page.name} links to {link}"


def listed_files(tree: str) -> list[str]:
    """The paths below ``src/losslens`` that an indented tree lists; a folder's line ends in /."""
    above: list[str] = []
    files = []
    for line in tree.splitlines():
        match = re.match(r"( *)(\S+)", line)
        if match is None:
            continue
        depth, name = len(match[1]) // 2, match[2]
        above[depth:] = [name]
        if not name.endswith("/"):
            files.append("".join(above))
    return files


def test_the_tree_of_files_is_true() -> None:
    tree = (ROOT / "docs" / "architecture.md").read_text().split("<!-- tree -->")[1]
    (block,) = re.findall(r"```\n(.*?)```", tree, re.DOTALL)
    for line in block.splitlines():
        assert len(line.split(maxsplit=1)) == 2, f"{line.strip()} has no phrase"
    files = listed_files(block)
    assert len(files) == len(set(files))
    there = [path for path in SOURCE.rglob("*") if path.is_file() and path.suffix not in NOT_LISTED]
    wanted = {
        path.relative_to(ROOT).as_posix() for path in there if path.name not in UNLISTED_NAMES
    }
    assert {name for name in files if not name.endswith("/__init__.py")} == wanted | {"app.py"}
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_the_layers_shown_are_those_that_are_checked() -> None:
    shown = re.findall(r"<b>(.*?)</b>", (ROOT / "docs" / "architecture.md").read_text())
    (checked,) = re.findall(
        r"^layers = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.M | re.S
    )
    assert [set(re.findall(r"\w+", layer)) for layer in shown] == [
        set(re.findall(r"\w+", layer)) for layer in checked.splitlines()
    ]


def test_every_function_of_the_walks_is_where_they_say() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    steps = re.findall(r"`([\w.]+)`\s+\(`([\w/]+\.(?:py|js))`\)", page)
    assert len(steps) > 30
    for name, file in steps:
        text = (SOURCE / file).read_text()
        for part in name.split("."):
            found = re.search(rf"^ *(def |class |function )?{part}\b", text, re.MULTILINE)
            assert found, f"{name} is not in {file}"


def test_the_readmes_figures_are_those_of_the_results() -> None:
    digits, pets = (
        {row[0]: row for row in rows(section("docs/results.md", heading)) if len(row) == 7}
        for heading in ("Digits", "Cats and dogs")
    )
    figures = rows(section("README.md", "Figures"))[2:]
    assert {row[0] for row in figures} == digits.keys() & pets.keys() - {"---"}
    for loss, *cells in figures:
        accuracy, error = 1, 5  # columns of the tables in docs/results.md
        wanted = [table[loss][column] for table in (digits, pets) for column in (accuracy, error)]
        assert cells == wanted, loss


def test_the_readmes_commands_are_those_that_ci_runs() -> None:
    (commands,) = re.findall(r"```sh\n(.*?)```", section("README.md", "Two commands"), re.DOTALL)
    assert commands.splitlines() == [
        "pip install -r requirements.txt && python app.py",
        'pip install -e ".[dev]" && pytest',
    ]
    script = (ROOT / ".ci" / "run").read_text().replace("pip install -q ", "pip install ")
    for command in commands.strip().replace("\n", " && ").split(" && "):
        line = rf"^(\w+=\S+ )?{re.escape(command)}( |$)"  # with or without a variable before it
        assert re.search(line, script, re.MULTILINE), command
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]


def test_the_citation_has_the_version_and_licence_of_the_project() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = (ROOT / "pyproject.toml").read_text()
    version, licence = (
        re.search(rf'^{name} = "(.+)"$', project, re.MULTILINE) for name in ("version", "license")
    )
    assert version is not None and licence is not None
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    assert {"message", "title", "authors"} <= citation.keys()
    assert (citation["version"], citation["license"]) == (version[1], licence[1])
    assert f"\n## [{version[1]}] - " in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("start", ["def absolute(", "language: Français", "def build("])
def test_the_examples_of_extending_are_those_that_are_tested(start: str) -> None:
    page, tested = (
        "\n".join(line.strip() for line in (ROOT / path).read_text().splitlines())
        for path in ("docs/extending.md", "tests/project/test_extension.py")
    )
    (example,) = [each for each in re.findall(r"```\w+\n(.*?)\n```", page, re.S) if start in each]
    assert example in tested
