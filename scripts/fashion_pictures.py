"""Remake src/losslens/data/mini/fashion_5k.npz: 5,000 training pictures of Fashion-MNIST.

Live training and the study learn from them. First 1,000 of those that are held out of the training
of the shipped networks, then 4,000 of those that they learnt from, both with as many of each class,
picked with a fixed seed and in a random order. No pixel is changed.

    python scripts/fashion_pictures.py --data-root data
"""

import argparse

import numpy as np
import torch
from torch import Generator

from losslens.data.bundled import MINI_FASHION
from losslens.data.dataset import Dataset
from losslens.data.sources import fashion_mnist
from losslens.tasks.base import LIVE_EXAMPLES

HELD_OUT = 1_000


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", default="data")
    splits = fashion_mnist(parser.parse_args().data_root)
    chosen = [picked(splits.held_out, HELD_OUT), picked(splits.train, LIVE_EXAMPLES)]
    np.savez_compressed(
        MINI_FASHION,
        images=torch.cat([part.images[:, 0] for part in chosen]).numpy(),
        target=torch.cat([part.target for part in chosen]).to(torch.uint8).numpy(),
    )
    print(f"{MINI_FASHION}: {MINI_FASHION.stat().st_size / 1e6:.1f} MB")


def picked(pictures: Dataset, count: int) -> Dataset:
    """So many pictures, the same ones each time, as many of each class."""
    order = torch.randperm(len(pictures), generator=Generator().manual_seed(0))
    classes = pictures.target[order]
    each = count // len(classes.unique())
    first = [order[classes == label][:each] for label in classes.unique()]
    mixed = torch.randperm(count, generator=Generator().manual_seed(1))
    return pictures.pick(torch.cat(first)[mixed])


if __name__ == "__main__":
    main()
