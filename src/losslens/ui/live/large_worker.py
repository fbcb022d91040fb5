"""The worker of a large run, a process of its own: ``python -m losslens.ui.live.large_worker``.

It speaks as ``live.worker`` does, and has its GPU from ZeroGPU, which forks the process that asks.
The page's own process must not ask: it has differentiated without a GPU, for its saliency maps, and
then torch knows of no GPU in any of its forks either.
"""

from losslens.ui.zero_gpu import on_gpu  # isort: skip  # before torch

import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import TextIO

import gradio as gr
import torch
from gradio.context import LocalContext
from starlette.datastructures import Headers

from losslens.live.config import LiveConfig
from losslens.live.gate import Gate
from losslens.live.worker import Message, messages

TOKEN = "x-ip-token"  # the header by which ZeroGPU knows whose time it is
_START = 10  # seconds on the GPU before the first step
_STEP = 0.006  # seconds on it for a step of one network: an estimate, measured on no GPU of theirs
_IN_ORDER = 0.5  # seconds in which it ends by itself, and gives the GPU back, once nobody listens
MOST_SECONDS = 120  # of one run: all that a visitor without an account has in a day


def seconds(config: LiveConfig) -> int:
    """The time on the GPU that a run asks for."""
    steps = config.seeds * config.epochs * (config.examples // config.batch)
    return min(MOST_SECONDS, round(_START + _STEP * steps * len(config.losses)))


@on_gpu(seconds)
def trained(config: LiveConfig) -> Iterator[Message]:
    """All that is said of a run, on the GPU; without one, on the CPU."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    yield from messages(config, Gate(seconds(config)), device)


def main() -> None:
    """Train as the first line of the input says, and print what is said of it."""
    said = _own_output()
    wanted = json.loads(sys.stdin.readline())
    # Where ZeroGPU's package looks for the visitor.
    headers = Headers({TOKEN: token} if (token := wanted.pop("token")) else {})
    LocalContext.request.set(SimpleNamespace(headers=headers))  # type: ignore[arg-type]
    left = threading.Event()
    threading.Thread(target=_until_left, args=[left], daemon=True).start()
    try:
        with closing(trained(LiveConfig.of(wanted))) as words:  # type: ignore[type-var]
            for word in words:
                if left.is_set():
                    return
                print(json.dumps(word), file=said, flush=True)
    except Exception as error:  # whatever it is, there is no GPU, and the page goes on
        print(json.dumps({"refused": _reason(error)}), file=said, flush=True)
        print(f"A large run got no GPU: {type(error).__name__}: {error}", file=sys.stderr)


def _reason(error: Exception) -> str:
    title = str(error.title) if isinstance(error, gr.Error) else ""
    return "spent" if "quota" in title.lower() else "none"


def _own_output() -> TextIO:
    """Standard output for this process's words alone: what others print goes to standard error."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own


def _until_left(left: threading.Event) -> None:
    # A large run is not paused: its time on the GPU would run on. Not by ``sys.stdin``: Python
    # cannot end while somebody reads that.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    left.set()
    time.sleep(_IN_ORDER)  # whoever started this kills it soon, and then the GPU's process went on
    _end()


def _end() -> None:
    """At once, and the process with the GPU too, which ``spaces`` keeps for a next call."""
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(0)


if __name__ == "__main__":
    main()
    _end()
