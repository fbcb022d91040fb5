"""A Dockerfile as a plain script, since no container engine runs in CI.

    python tests/support/dockerfile.py

builds in a temporary folder, installing for real, and serves there until Ctrl-C.

The steps are carried out below a folder: what a container would have as ``/`` is that folder, and
paths in WORKDIR, COPY and ENV lead below it. FROM's Python is the one that runs this, users are not
created, and ``pip`` installs into a virtual environment of the folder, or, when asked to be quick,
only checks that the present environment satisfies what it would install.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Image:
    """What the steps made of a folder, and what is to be run in it."""

    root: Path
    workdir: Path
    # As ENV says it, paths not yet below ``root``.
    environment: dict[str, str] = field(default_factory=dict)
    # The last of each other instruction: USER, EXPOSE, CMD, ...
    last: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """A path of the container, below the folder."""
        return self.root / path.lstrip("/") if path.startswith("/") else self.workdir / path

    def variables(self) -> dict[str, str]:
        """The environment of what runs here: PATH alone of ours, and paths below the folder."""
        ours = {"PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        return ours | {
            name: str(self.inside(v)) if v.startswith("/") else v
            for name, v in self.environment.items()
        }


def instructions(text: str) -> list[tuple[str, str]]:
    """Instruction and arguments of each step, without comments, continued lines joined."""
    lines = "\n".join(
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    )
    steps = [line.split(maxsplit=1) for line in re.sub(r"\\\n\s*", "", lines).splitlines()]
    return [(name.upper(), arguments) for name, arguments in steps]


def build(root: Path, context: Path = ROOT, *, install: bool) -> Image:
    """Carry out every step of ``context``'s Dockerfile below ``root``, an empty folder."""
    image = Image(root, root)
    _pip(root, install=install)
    for name, arguments in instructions((context / "Dockerfile").read_text()):
        if name == "WORKDIR":
            image.workdir = image.inside(arguments)
            image.workdir.mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            _copy(image, context, arguments)
        elif name == "ENV":
            image.environment |= dict(part.split("=", 1) for part in shlex.split(arguments))
        elif name == "RUN":
            image.ran.append(arguments)
            if not arguments.startswith("useradd "):
                subprocess.run(
                    ["sh", "-euc", arguments], cwd=image.workdir, env=image.variables(), check=True
                )
        else:
            image.last[name] = arguments
    return image


def _pip(root: Path, *, install: bool) -> None:
    """The ``pip`` and ``python`` that the steps find, in the folder's ``bin``."""
    if install:
        subprocess.run([sys.executable, "-m", "venv", str(root)], check=True)
        return
    folder = root / "bin"
    folder.mkdir()
    check = f'exec {sys.executable} -m pip "$@" --dry-run --no-index --quiet'
    (folder / "pip").write_text(f"#!/bin/sh\n{check}\n")
    (folder / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    for name in ("pip", "python"):
        (folder / name).chmod(0o755)


def _copy(image: Image, context: Path, arguments: str) -> None:
    words = shlex.split(arguments)
    flags = dict(word.removeprefix("--").split("=") for word in words if word.startswith("--"))
    *sources, target = [word for word in words if not word.startswith("--")]
    assert flags.keys() <= {"chmod"}, f"COPY {arguments} is not understood here"
    for source in (context / name for name in sources):
        # Of a folder its content is copied; a file goes into a target that ends with a slash.
        into = image.inside(target) / (
            source.name if target.endswith("/") and source.is_file() else ""
        )
        for path in [source] if source.is_file() else sorted(source.rglob("*")):
            if path.is_file() and not _ignored(path.relative_to(context), context):
                copied = into / path.relative_to(source)
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copied)
                copied.chmod(int(flags.get("chmod", "644"), 8))
        assert into.exists(), f"COPY {source.name}: the .dockerignore leaves nothing of it"
    if "chmod" in flags:  # of the folders at last, when all is in them
        for folder in sorted((p for p in image.workdir.rglob("*") if p.is_dir()), reverse=True):
            folder.chmod(int(flags["chmod"], 8))


def _ignored(path: Path, context: Path) -> bool:
    """Whether .dockerignore leaves the file out.

    The last line that matches it, or a folder above it, decides.
    """
    out = False
    names = [str(path), *(str(parent) for parent in path.parents if str(parent) != ".")]
    for line in (context / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!").removeprefix("**/")
            parts = [Path(name).name for name in names] if "**/" in line else names
            if any(fnmatch(part, pattern) for part in parts):
                out = not line.startswith("!")
    return out


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        built = build(Path(folder), install=True)
        # As `docker run -e` would give them.
        given = {name: value for name, value in os.environ.items() if name.startswith("GRADIO_")}
        command, environment = json.loads(built.last["CMD"]), built.variables() | given
        served = subprocess.run(command, cwd=built.workdir, env=environment)
    sys.exit(served.returncode)
