"""Remake src/losslens/data/mini/pets_5k.npz: the shipped backbone's features of 5,000 photos.

Live training and the study learn from them. Each photo is looked at once; a visitor's is looked at
twice. 1,000 of the 2,000 photos that are held out, then 4,000 of those to learn from, both picked
with a fixed seed. Of a photo's features, the mean over all places of what the backbone gives, the
file has the first 320 principal components, turned, in half precision, and what makes them: the
mean, and the components themselves, found on the photos to learn from.

    python scripts/pet_features.py --data-root data
"""

import argparse

import numpy as np
import torch
from torch import Generator, Tensor, nn

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.ensemble import on_backbone
from losslens.data.bundled import MINI_PETS
from losslens.data.dataset import Dataset
from losslens.data.sources import pets
from losslens.networks.pet_net import FEATURES, PetBackbone, for_learning
from losslens.tasks.base import LIVE_EXAMPLES

HELD_OUT = 1_000
COMPONENTS = 320


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", default="data")
    splits = pets(parser.parse_args().data_root)
    train = at_one_look(for_learning(checkpoints.load_backbone("pets")), splits.train)
    held_out = at_one_look(checkpoints.load_backbone("pets"), splits.held_out)
    learnt = channels(train)
    mean = learnt.mean(dim=0)
    principal = torch.linalg.svd(learnt - mean, full_matrices=False).Vh[:COMPONENTS]
    # Turned, so that each number is a mix of all: a network that first brings them to one scale
    # would else blow up those that hardly vary.
    turn = torch.linalg.qr(torch.randn(COMPONENTS, COMPONENTS, generator=seeded())).Q
    components = turn @ principal
    chosen = [picked(held_out, HELD_OUT), picked(train, LIVE_EXAMPLES)]
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


def at_one_look(backbone: nn.Module, photos: Dataset) -> Dataset:
    """The backbone's features of photos, without the second look at a part of each."""
    assert isinstance(backbone, PetBackbone)
    backbone.closer = 0.0
    return on_backbone(backbone, photos, progress="features")


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
