"""A task from one file, as docs/extending.md describes it: is a picture's bar upright or flat?"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Generator, Tensor, nn

from losslens.data.dataset import Dataset, Splits
from losslens.tasks import Task
from losslens.tasks.base import LearningRates, Live

SIDE = 12  # pixels
SHAPE = (1, SIDE, SIDE)
HELD_OUT = 50  # of the data of live training
_FLAT = 0  # the other class: upright


class BarNet(nn.Sequential):
    """Enough for bars. Its source stands in exported scripts, so it names nothing of this file."""

    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.Linear(12 * 12, 16), nn.ReLU(), nn.Linear(16, 2))


def bars(count: int, seed: int) -> Dataset:
    """Pictures of one bar each, in noise."""
    generator = Generator().manual_seed(seed)
    images = torch.randint(0, 60, (count, *SHAPE), generator=generator, dtype=torch.uint8)
    places = torch.randint(0, SIDE, (count,), generator=generator).tolist()
    for index, place in enumerate(places):
        picture = images[index, 0]
        line = picture[place] if index % 2 == _FLAT else picture[:, place]
        line += 150
    return Dataset(images, torch.arange(count) % 2)


def to_tensor(picture: Image.Image) -> Tensor:
    """A picture of any size as the network takes it: (1, SIDE, SIDE) in 0..1."""
    grey = picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return torch.from_numpy(np.asarray(grey, dtype=np.float32) / 255)[None]


def load(_: str | Path) -> Splits:
    """The data, made on the fly."""
    return Splits(bars(600, 0), bars(200, 1), bars(200, 2))


def task(folder: Path) -> Task:
    """The record; ``folder`` is where the data of live training are put."""
    examples = bars(400, 3)
    path = folder / "bars.npz"
    np.savez(path, images=examples.images[:, 0].numpy(), target=examples.target.numpy())
    held_out, learnt = torch.arange(len(examples)).split([HELD_OUT, len(examples) - HELD_OUT])
    return Task(
        key="bars",
        labels=("flat", "upright"),
        shape=SHAPE,
        input_kind="photo",
        network=BarNet,
        to_tensor=to_tensor,
        load=load,
        live=Live(
            data_file=path,
            load=lambda: (examples.pick(learnt), examples.pick(held_out)),
            network=BarNet,
            shape=SHAPE,
            learning_rates={"adamw": LearningRates(0.01), "sgd": LearningRates(0.05)},
            read_code='archive["images"][:, None].astype(np.float32) / 255',
            order_code="torch.arange(len(target))",
        ),
    )
