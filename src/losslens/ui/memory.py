"""Memory goes back to the machine once it is free."""

import ctypes
import sys

_MMAP_THRESHOLD = -3  # as glibc's malloc.h has it
_LARGE = 2_000_000  # bytes: a photo's data URL is larger, of a network's tensors only a few are


def give_large_blocks_back() -> None:
    """Have glibc return a block of this size, such as a photo's text, as soon as it is freed.

    By itself it raises that bound to 32 MB as such blocks are freed, and from then on each thread
    keeps what it once had. With another libc nothing is changed.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_MMAP_THRESHOLD, _LARGE)
