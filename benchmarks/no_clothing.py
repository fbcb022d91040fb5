"""How many pictures that show no clothing are flagged as such, and how many of the test pictures.

MNIST's test digits, and photos below folders, read as a visitor's are; of each as many as
``--pictures``, picked with a fixed seed. Fashion-MNIST is read or downloaded as for training.

    python benchmarks/no_clothing.py --data-root data --photos FOLDERS
"""

import argparse
import random
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import torch
from torch import Generator, Tensor

from losslens.data.dataset import Dataset
from losslens.data.sources import fashion_mnist, mnist, photos_in
from losslens.images.clothes import clothes_tensor
from losslens.images.reading import PictureError, read_picture
from losslens.inference import predictor
from losslens.report import outside
from losslens.report.outside import Source


def flagged(source: str, pictures: Iterable[Tensor]) -> Source:
    """How many of them are flagged, said and given back."""
    marks = [
        predictor.is_flagged("fashion", predictor.predict("fashion", each)) for each in pictures
    ]
    share = sum(marks) / len(marks)
    print(f"{source}: {sum(marks)} of {len(marks)} ({share:.1%})")
    return Source("no_clothing", source, len(marks), None, share)


def some(dataset: Dataset, count: int) -> Tensor:
    """So many of its pictures."""
    order = torch.randperm(len(dataset), generator=Generator().manual_seed(0))
    return dataset.batch(order[:count])[0]


def photos(folder: Path, count: int) -> list[Tensor]:
    """So many photos from below a folder; what cannot be read is passed over."""
    paths = photos_in(folder)
    random.Random(0).shuffle(paths)
    read = []
    for path in paths[:count]:
        with suppress(PictureError):
            read.append(clothes_tensor(read_picture(path)))
    return read


def main() -> None:
    """Print a line for each source."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", default="data")
    parser.add_argument("--photos", type=Path, nargs="+", default=[])
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--save", action="store_true", help="keep it for the report card")
    options = parser.parse_args()
    torch.set_num_threads(1)
    count, root = options.pictures, options.data_root
    flagged("Fashion-MNIST's test pictures", some(fashion_mnist(root).test, count))
    flagged("MNIST's test digits", some(mnist(root).test, count))  # the detector learnt the others
    found = [flagged(folder.name, photos(folder, count)) for folder in options.photos]
    if options.save:
        outside.save("fashion", found)


if __name__ == "__main__":
    main()
