"""Short live runs for several tests."""

import os
import shutil
import subprocess
import sys
from math import prod
from pathlib import Path

from losslens.live.config import LiveConfig, Point, Trained
from losslens.live.gate import Gate
from losslens.live.process import LiveRun
from losslens.live.script import script
from losslens.live.worker import messages
from losslens.tasks import TASKS

SIZE = prod(TASKS["digits"].shape)  # values of a digit
SHORT = LiveConfig(
    losses=("cross_entropy",), examples=400, epochs=1, batch_size=40, picture=[0.5] * SIZE
)


def ended(config: LiveConfig) -> tuple[list[Point], Trained]:
    """All points of a run in a worker of its own, as the app trains, and its end."""
    run, points = LiveRun(config), []
    try:
        while not isinstance(news := run.news(wait=60), Trained):
            assert news is not None, "no point within a minute"
            points.append(news)
        return points, news
    finally:
        run.close()


def finished(config: LiveConfig) -> list[Point]:
    """All points of a run in this process: seconds sooner than ``ended``, and a loss that a test
    added is known."""
    *points, end = messages(config, Gate())
    assert "networks" in end, end
    return [Point(**point) for point in points]


def run_script(config: LiveConfig, folder: Path) -> str:
    """What the exported script of a run prints, executed in ``folder`` beside its data."""
    (folder / "train.py").write_text(script(config), encoding="utf-8")
    data = folder / config.live.data_file.name
    if not data.exists():
        shutil.copy(config.live.data_file, data)
    # Isolated: torch and numpy, and nothing of this project.
    command = [sys.executable, "-I", "train.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def gone(pid: int) -> bool:
    """Whether there is no process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
