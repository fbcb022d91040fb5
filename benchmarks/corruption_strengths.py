"""The three strengths of each corruption for a task, found on held-out pictures.

At them the networks keep 97, 85 and 60 % of their lead over guessing, on the mean, by interpolation
between the strengths tried. Those of the records were found on 500 digits, 120 pets and 300
clothes:
python benchmarks/corruption_strengths.py digits --data-root data --pictures 500
"""

import argparse

import numpy as np
import torch

from losslens.checkpoints.ensemble import load_ensemble
from losslens.images.corruptions import CORRUPTIONS
from losslens.report.robustness import corrupted, right_under
from losslens.tasks import TASKS

KEPT = (0.97, 0.85, 0.60)
# Shares of the strongest that are tried.
STEPS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 0.18, 1 / 4, 0.36, 1 / 2, 0.72, 0.85, 0.93, 0.97, 1)
STRONGEST = {  # of the others: 1
    "salt_and_pepper": 0.25,
    "blur": 0.1,
    "motion_blur": 0.4,
    "pixelate": 0.5,
    "rotation": 180,
}
OF_SIDE = ("blur", "motion_blur", "pixelate")  # STRONGEST as a share of the side; used in pixels


def main() -> None:
    """Print one line a corruption, as it stands in the task's ``corruption_strengths``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--data-root", default="data")
    parser.add_argument("--pictures", type=int, default=500, help="held-out pictures to use")
    options = parser.parse_args()
    torch.set_num_threads(1)
    task, ensemble = TASKS[options.task], load_ensemble(options.task).required()
    held_out = task.load(options.data_root).held_out
    order = torch.randperm(len(held_out), generator=torch.Generator().manual_seed(0))
    pictures = held_out.pick(order[: options.pictures])
    chance = 1 / len(task.labels)

    def lead(key: str, strength: float) -> float:
        right = right_under(ensemble, corrupted(pictures, CORRUPTIONS[key], strength))
        return float(np.mean([each.mean() for each in right.values()])) - chance

    for key in CORRUPTIONS:
        most = STRONGEST.get(key, 1) * (task.shape[-1] if key in OF_SIDE else 1)
        strengths = [0.0, *(most * step for step in STEPS)]
        leads = [lead(key, strength) for strength in strengths]
        kept = np.minimum.accumulate(leads) / leads[0]  # falling, as far as it goes
        levels = [float(np.interp(-share, -kept, strengths)) for share in KEPT]
        found = ", ".join(f"{level:.2g}" for level in levels)
        print(f'"{key}": ({found}),  # kept at most {kept[-1]:.0%}', flush=True)


if __name__ == "__main__":
    main()
