"""What was freed goes back to the machine."""

import ctypes
import subprocess
import sys

import pytest

# Texts of 4 MB, a few at a time in each of many threads, as photos are that many programs send.
_PHOTOS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from losslens.ui.memory import give_large_blocks_back

def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

def read(size):
    text = bytes(size)
    return len(text.decode().replace("a", "b").encode())

if sys.argv[1] == "back":
    give_large_blocks_back()
before = megabytes()
for size in range(1, 20):
    read(size * 1_000_000)
with ThreadPoolExecutor(20) as threads:
    list(threads.map(read, [4_000_000] * 100))
    print(megabytes() - before)
"""


def kept(how: str) -> float:
    """MB that are kept of photos that were read and forgotten."""
    said = subprocess.run(
        [sys.executable, "-c", _PHOTOS, how], capture_output=True, text=True, check=True
    )
    return float(said.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="another libc than glibc")
def test_nothing_is_kept_of_photos_that_were_forgotten() -> None:
    assert kept("back") < 15 < kept("usual")
