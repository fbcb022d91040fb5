"""Live training in a worker process, streamed as it goes: the page never waits for it.

``LiveRun`` starts a run: ask for its ``news`` until it has ``Trained``; ``close`` and ``pause`` act
within a step. The worker is another Python that speaks JSON lines. A worker that dies takes nothing
with it, and it ends by itself when the process that started it is gone, and when its time is up.
One that has imported torch already can be kept ready: the import takes longer than the first
seconds of a run.
"""

import base64
import contextlib
import json
import queue
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import Any

from losslens.live.config import Held, LiveConfig, LiveError, NoGpuError, Point, Trained

_MODULE = "losslens.live.worker"
_LEAVE = 2.0  # seconds that a worker has to go by itself

Worker = subprocess.Popen[str]


class LiveRun:
    """A run in its worker process: the one that waits for the next run, or ``worker``, which is
    told what ``also`` has beside the settings."""

    def __init__(
        self, config: LiveConfig, worker: Worker | None = None, also: dict[str, Any] | None = None
    ) -> None:
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._worker = worker or _SPARE.take()
        self._tell(json.dumps(asdict(config) | (also or {})))
        threading.Thread(target=self._listen, daemon=True).start()

    def news(self, wait: float) -> Point | Trained | Held | None:
        """The next point, or the end, or a pause, or None when none came within ``wait`` seconds.

        Raises LiveError when the run broke off.
        """
        try:
            message = self._messages.get(timeout=wait)
        except queue.Empty:
            return None
        if message is None:
            self._messages.put(None)
            raise LiveError("The training process stopped unexpectedly; please start again.")
        if "held" in message:
            return Held(message["held"])
        if "refused" in message:
            raise NoGpuError(spent=message["refused"] == "spent")
        if "error" in message:
            raise LiveError(message["error"])
        if "networks" in message:
            return Trained([base64.b64decode(network) for network in message["networks"]])
        return Point(**message)

    def pause(self) -> None:
        """Hold on after the present step."""
        self._tell("pause")
        self._messages.put({"held": True})

    def go_on(self) -> None:
        """Go on after a pause."""
        self._tell("go on")
        self._messages.put({"held": False})

    def close(self) -> None:
        """Stop the worker, whatever it is doing, and wait until it is gone. May be called again."""
        _end(self._worker)

    @property
    def pid(self) -> int:
        """The worker's process number."""
        return self._worker.pid

    def _tell(self, line: str) -> None:
        assert self._worker.stdin is not None
        # It is gone or closed: ``news`` tells.
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._worker.stdin.write(line + "\n")
            self._worker.stdin.flush()

    def _listen(self) -> None:
        assert self._worker.stdout is not None
        with self._worker.stdout as lines:
            for line in lines:
                self._messages.put(json.loads(line))
        self._messages.put(None)


def keep_one_ready() -> None:
    """Have a worker wait for the next run, from now on or a few seconds later."""
    _SPARE.fill()


def dismiss() -> None:
    """End the worker that waits, where there is one."""
    _SPARE.empty()


class _Spare:
    """The one worker that waits for a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: Worker | None = None

    def fill(self) -> None:
        with self._lock:
            if self._worker is None or self._worker.poll() is not None:
                self._worker = started(_MODULE)

    def take(self) -> Worker:
        with self._lock:
            worker, self._worker = self._worker, None
        return worker if worker is not None and worker.poll() is None else started(_MODULE)

    def empty(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            _end(worker)


_SPARE = _Spare()


def started(module: str, errors: int | None = subprocess.DEVNULL) -> Worker:
    """A worker: ``module`` as a process; None lets its ``errors`` go where this one's do."""
    command = [sys.executable, "-m", module]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, text=True)


def _end(worker: Worker) -> None:
    assert worker.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.close()  # the worker ends when its input does
    try:
        worker.wait(_LEAVE / 2)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait(_LEAVE)
