"""How many pictures that hold neither a cat nor a dog are marked, kind by kind, and how many of pets/test are.

500 pictures: photos of other things, small crops of them as coarse as CIFAR's, and made textures, gradients, noise, pages of
text, digits and shapes, from another seed than the detector was fitted on.

    apt-get install tuxpaint-stamps-default opencv-doc
    python benchmarks/neither.py --data-root data --photos /usr/share/tuxpaint/stamps /usr/share/doc/opencv-doc/examples
"""

import argparse
import random
from collections.abc import Iterable
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from losslens.data.sources import other_photos, pets
from losslens.data.synthetic_ood_photos import synthetic_ood_photos
from losslens.images.preprocessing import photo_tensor
from losslens.inference import predictor as inference

PHOTOS, CROPS, MADE = 170, 120, 30  # of each made kind
KINDS = (
    "clouds",
    "waves",
    "gradients",
    "noise",
    "pages of text",
    "digits",
    "shapes",
)  # in the order they are made
CIFAR_SIDE = 32  # pixels


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--photos", type=Path, nargs="+", required=True, help="folders with photos of other things"
    )
    parser.add_argument("--data-root", default="data")
    options = parser.parse_args()
    chance = random.Random(0)
    photos = other_photos(options.photos)
    made = synthetic_ood_photos(seed=99, count=MADE * len(KINDS))
    kinds: dict[str, Iterable[Tensor]] = {
        "photos of other things": (
            photo_tensor(photo) for photo in chance.sample(photos, min(PHOTOS, len(photos)))
        ),
        "crops as coarse as CIFAR": (
            coarse_crop(chance.choice(photos), chance) for _ in range(CROPS)
        ),
    }
    kinds |= {kind: made[index :: len(KINDS)] for index, kind in enumerate(KINDS)}
    together = []
    for kind, pictures in kinds.items():
        found = marked(pictures)
        say(kind, found)
        together += found
    say("together", together)
    test = pets(options.data_root).test
    say("pets/test", marked(test.batch(torch.tensor([index]))[0][0] for index in range(len(test))))


def coarse_crop(photo: Image.Image, chance: random.Random) -> Tensor:
    """A square out of the photo, half to all of its shorter side, shrunk to 32 pixels."""
    side = round(min(photo.size) * chance.uniform(0.5, 1))
    left, top = chance.randint(0, photo.width - side), chance.randint(0, photo.height - side)
    return photo_tensor(
        photo.crop((left, top, left + side, top + side)).resize((CIFAR_SIDE, CIFAR_SIDE))
    )


def marked(pictures: Iterable[Tensor]) -> list[bool]:
    """Whether each picture (3, 224, 224) is marked as neither."""
    return [
        inference.is_flagged("pets", inference.predict("pets", picture))
        for picture in tqdm(pictures, leave=False)
    ]


def say(kind: str, found: list[bool]) -> None:
    """One line of the table."""
    print(
        f"{kind:26} {sum(found):5} of {len(found):5}   {sum(found) / len(found):6.1%}", flush=True
    )


if __name__ == "__main__":
    main()
