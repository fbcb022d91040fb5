"""Remake src/losslens/data/mini/pets_5k.npz: the shipped backbone's features of 5,000 photos.

Live training learns from them. 1,000 of the 2,000 photos that are held out of the backbone's
training, then 4,000 of those that it learnt from, both picked with a fixed seed. A photo's features
are the mean over all places of what the backbone gives, in half precision.

    python scripts/pet_features.py --data-root data
"""

import argparse

import numpy as np
import torch
from torch import Generator

from losslens.checkpoints import files as checkpoints
from losslens.data.bundled import MINI_PETS
from losslens.data.dataset import Dataset
from losslens.data.sources import pets
from losslens.evaluation.metrics import outputs_of
from losslens.tasks.base import LIVE_EXAMPLES

HELD_OUT = 1_000


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", default="data")
    options = parser.parse_args()
    backbone = checkpoints.load_backbone("pets")
    splits = pets(options.data_root)
    chosen = [picked(splits.held_out, HELD_OUT), picked(splits.train, LIVE_EXAMPLES)]
    features = [outputs_of(backbone, part).mean(dim=(2, 3)).half() for part in chosen]
    np.savez_compressed(
        MINI_PETS,
        features=torch.cat(features).numpy(),
        target=torch.cat([part.target for part in chosen]).to(torch.uint8).numpy(),
        trunk=np.array(checkpoints.backbone_sha256("pets")),
    )
    print(f"{MINI_PETS}: {MINI_PETS.stat().st_size / 1e6:.1f} MB")


def picked(photos: Dataset, count: int) -> Dataset:
    """So many photos, the same ones each time."""
    order = torch.randperm(len(photos), generator=Generator().manual_seed(0))
    return photos.pick(order[:count])


if __name__ == "__main__":
    main()
