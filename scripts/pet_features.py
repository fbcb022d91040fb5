"""Make src/losslens/mini/pets_5k.npz again: the shipped backbone's features of 5,000 photos, for live training.

1,000 of the 2,000 photos that are held out of the backbone's training, then 4,000 of those that it learnt from, both picked
with a fixed seed. A photo's features are the mean over all places of what the backbone gives, in half precision.

    python scripts/pet_features.py --data-root data
"""

import argparse

import numpy as np
import torch
from torch import Generator

from losslens.checkpoints import files as checkpoints
from losslens.data.bundled import MINI
from losslens.data.dataset import Dataset
from losslens.data.sources import pets
from losslens.evaluation.metrics import outputs_of

PARTS = {"held_out": 1_000, "train": 4_000}


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-root", default="data")
    backbone = checkpoints.load_backbone("pets")
    splits = pets(parser.parse_args().data_root)
    features, target = [], []
    for part, count in PARTS.items():
        photos: Dataset = getattr(splits, part)
        chosen = photos.pick(
            torch.randperm(len(photos), generator=Generator().manual_seed(0))[:count]
        )
        features.append(outputs_of(backbone, chosen).mean(dim=(2, 3)).half())
        target.append(chosen.target.to(torch.uint8))
    path = MINI / "pets_5k.npz"
    np.savez_compressed(
        path,
        features=torch.cat(features).numpy(),
        target=torch.cat(target).numpy(),
        backbone=np.array(checkpoints.backbone_sha256("pets")),
    )
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
