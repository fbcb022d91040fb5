"""How long a start takes: ``losslens --help`` in CPU seconds, and ``python app.py`` to its page.

python benchmarks/start_time.py             on an idle machine; the median of five starts each
"""

import argparse
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 120.0  # seconds that a start may take


def help_seconds() -> float:
    """CPU time of the command line's help."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "losslens.cli", "--help"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def page_seconds() -> float:
    """From the start of the app to its first page, by the clock."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = os.environ | {"GRADIO_SERVER_PORT": port}
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    ) as app:
        try:
            while not answers(f"http://127.0.0.1:{port}/"):
                if app.poll() is not None or time.monotonic() - began > LIMIT:
                    raise RuntimeError("the app did not start")
                time.sleep(0.01)
            return time.monotonic() - began
        finally:
            app.terminate()


def answers(url: str) -> bool:
    """Whether the page comes whole."""
    with suppress(OSError), urllib.request.urlopen(url, timeout=LIMIT) as page:
        return b"Loss Lens" in page.read()
    return False


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=5)
    starts = parser.parse_args().starts
    for name, measure in (("losslens --help, CPU", help_seconds), ("first page", page_seconds)):
        seconds = [measure() for _ in range(starts)]
        median, most = statistics.median(seconds), max(seconds)
        print(f"{name:22} {median:.2f} s median, {most:.2f} s at most of {starts}")


if __name__ == "__main__":
    main()
