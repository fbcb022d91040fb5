"""In the place of ZeroGPU's GPU, on a machine that has none.

What the package ``spaces`` does to the card in the process that it forks for a call is left out.
All else of it runs.

Python reads this file when it starts with this folder on its path.
"""

import os
import sys

# The worker on the CPU knows nothing of the package, and is to start as fast as ever.
if os.environ.get("SPACES_ZERO_GPU") and "losslens.live.worker" not in sys.orig_argv:
    import spaces.zero.torch

    spaces.zero.torch.init = lambda uuid: None
    spaces.zero.torch.move = lambda callback=None: None
