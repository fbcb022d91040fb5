"""Remake src/losslens/data/mini/pets_5k.npz: the shipped backbone's features of 5,000 photos.

Live training learns from them. 1,000 of the 2,000 photos that are held out, then 4,000 of those to
learn from, both picked with a fixed seed. Of a photo's features, the mean over all places of what
the backbone gives, the file has the first 320 principal components, turned, in half precision, and
what makes them: the mean, and the components themselves, found on the photos to learn from.

    python scripts/pet_features.py --data-root data
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from losslens.checkpoints import files as checkpoints
from losslens.data.bundled import MINI_PETS
from losslens.data.dataset import Dataset
from losslens.data.sources import pets
from losslens.networks.pet_net import FEATURES
from losslens.tasks.base import LIVE_EXAMPLES
from losslens.training.backbone import splits_for
from losslens.training.runner import Job, new_accelerator

HELD_OUT = 1_000
COMPONENTS = 320


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", default="data")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of kept features")
    options = parser.parse_args()
    job = Job(new_accelerator(), checkpoints.models_folder(), options.runs)
    splits = splits_for("pets", pets(options.data_root), job)
    learnt = channels(splits.train)
    mean = learnt.mean(dim=0)
    principal = torch.linalg.svd(learnt - mean, full_matrices=False).Vh[:COMPONENTS]
    # Turned, so that each number is a mix of all: a network that first brings them to one scale
    # would else blow up those that hardly vary.
    turn = torch.linalg.qr(torch.randn(COMPONENTS, COMPONENTS, generator=seeded())).Q
    components = turn @ principal
    chosen = [picked(splits.held_out, HELD_OUT), picked(splits.train, LIVE_EXAMPLES)]
    features = [(channels(part) - mean) @ components.T for part in chosen]
    np.savez_compressed(
        MINI_PETS,
        features=torch.cat(features).half().numpy(),
        mean=mean.half().numpy(),
        components=components.half().numpy(),
        target=torch.cat([part.target for part in chosen]).to(torch.uint8).numpy(),
        trunk=np.array(checkpoints.backbone_sha256("pets")),
    )
    print(f"{MINI_PETS}: {MINI_PETS.stat().st_size / 1e6:.1f} MB")


def channels(photos: Dataset) -> Tensor:
    """(N, 1280) of features (N, 1281, 1, 1)."""
    return photos.images[:, :FEATURES, 0, 0]


def picked(photos: Dataset, count: int) -> Dataset:
    """So many photos, the same ones each time."""
    return photos.pick(torch.randperm(len(photos), generator=seeded())[:count])


def seeded() -> Generator:
    """Chance that is the same each time."""
    return Generator().manual_seed(0)


if __name__ == "__main__":
    main()
