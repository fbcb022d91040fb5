"""ZeroGPU, where a Space of Hugging Face has it: a GPU for as long as a function runs.

Its package, ``spaces``, wants to be imported before torch, which it changes; so it is imported
here, first of all, and on such a Space alone. https://huggingface.co/docs/hub/spaces-zerogpu
"""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

IS_HERE = os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true") and bool(
    find_spec("spaces")
)
if IS_HERE:
    import spaces

_Given = ParamSpec("_Given")
_Word = TypeVar("_Word")
Job = Callable[_Given, Iterator[_Word]]


def on_gpu(seconds: Callable[_Given, int]) -> Callable[[Job[_Given, _Word]], Job[_Given, _Word]]:
    """A decorator: the generator runs on a GPU of ZeroGPU, for at most the ``seconds`` that it asks
    for with its arguments. Without ZeroGPU the generator is as it was.

    It runs in a process of its own. Raises ``gr.Error`` where no GPU is to be had, or the visitor's
    time on it is used up.
    """

    def decorate(job: Job[_Given, _Word]) -> Job[_Given, _Word]:
        return spaces.GPU(job, duration=seconds) if IS_HERE else job

    return decorate
