"""Large runs, on a Space that has a GPU: the task's whole network, all examples, several seeds."""

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from losslens.live.config import MAX_SEEDS, LiveConfig
from losslens.live.process import LiveRun, started
from losslens.live.queue import Start, TrainingQueue
from losslens.tasks.base import LIVE_EXAMPLES
from losslens.ui.live.large_worker import TOKEN

_MODULE = "losslens.ui.live.large_worker"
# Beside the queue of the others, whose places are cores: these wait for the GPU.
LARGE = TrainingQueue(at_once=4)


def enlarged(config: LiveConfig) -> LiveConfig:
    """The large run of these settings."""
    return replace(config, large=True, examples=LIVE_EXAMPLES, seeds=MAX_SEEDS)


def start_for(request: gr.Request) -> Start:
    """What starts a large run on this visitor's time."""
    return partial(_start, {"token": request.headers.get(TOKEN, "")})


def _start(visitor: dict[str, Any], config: LiveConfig) -> LiveRun:
    return LiveRun(config, started(_MODULE, errors=None), visitor)
