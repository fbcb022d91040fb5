"""Start Loss Lens: ``python app.py`` here, and the entry of a Hugging Face Space."""

import gc
import os
import sys
from pathlib import Path

# Before torch and gradio are imported: idle threads sleep instead of spinning, and nothing is sent
# to anyone.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
sys.path.insert(0, str(Path(__file__).parent / "src"))  # runs without installing the package itself

gc.disable()  # until the page is up: a quarter of the time of starting went into collecting nothing

import losslens.ui.quick_gradio  # noqa: E402  # before all that imports gradio
import losslens.ui.zero_gpu  # noqa: E402, F401  # before torch, where ZeroGPU is
from losslens.ui.app import launch  # noqa: E402  # after what comes before any import

if __name__ == "__main__":
    launch()  # returns after Ctrl-C, when the server has closed
    sys.stdout.flush()
    # At once: the interpreter's own end waits for threads that may still be reading checkpoints or
    # answering.
    os._exit(0)
