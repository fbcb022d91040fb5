"""Start Loss Lens: ``python app.py`` here, and the entry of a Hugging Face Space."""

import os

# Before torch and gradio are imported: idle threads sleep instead of spinning, and nothing is sent to anyone.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from losslens.ui.page import build, launch_options, prepare

demo = build()

if __name__ == "__main__":
    prepare()
    demo.queue(max_size=32).launch(**launch_options())
