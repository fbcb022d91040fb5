"""Running a listed piece of code: what it drew by chance can be drawn again, and what torch said of
it is kept."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

_ERRORS = (RuntimeError, LookupError, NameError, ValueError, TypeError)  # that torch raises


@dataclass
class Heard:
    """What torch said of a piece of code; empty where it said nothing."""

    error: str = ""  # the exception as torch words it
    warning: str = ""  # the first warning


@contextmanager
def heard(seed: int) -> Iterator[Heard]:
    """Run what is inside from ``seed``; an error of torch's ends it, and is in what is given.

    Warnings and the generator are the whole process's: one at a time.
    """
    said = Heard()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.manual_seed(seed)
        try:
            yield said
        except _ERRORS as error:
            said.error = f"{type(error).__name__}: {error}"
        if caught:
            said.warning = f"{caught[0].category.__name__}: {caught[0].message}"
