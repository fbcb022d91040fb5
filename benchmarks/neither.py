"""How many pictures that hold neither a cat nor a dog are flagged, kind by kind.

And how many of pets/test are. Photos of other things, small crops of them as coarse as CIFAR's, and
synthetic textures, gradients, noise, pages of text, digits and shapes, from another seed than the
detector was fitted on.

    apt-get install tuxpaint-stamps-default opencv-doc
    python benchmarks/neither.py --data-root data \\
        --photos /usr/share/tuxpaint/stamps /usr/share/doc/opencv-doc/examples
"""

import argparse
import random
from collections.abc import Iterable
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from losslens.data.sources import pets, photos_without_pets
from losslens.data.synthetic_ood_photos import KINDS, synthetic_ood_photos
from losslens.images.preprocessing import photo_tensor
from losslens.inference import predictor

PHOTOS, CROPS = 170, 120
SYNTHETIC = 30  # of each kind
SEED = 99
CIFAR_SIDE = 32  # pixels


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument(
        "--photos", type=Path, nargs="+", required=True, help="folders with photos of other things"
    )
    parser.add_argument("--data-root", default="data")
    options = parser.parse_args()
    together = []
    for kind, pictures in ood_pictures(options.photos).items():
        found = flagged(pictures)
        say(kind, found)
        together += found
    say("together", together)
    test = pets(options.data_root).test
    say("pets/test", flagged(test.batch(torch.tensor([index]))[0][0] for index in range(len(test))))


def ood_pictures(folders: list[Path]) -> dict[str, Iterable[Tensor]]:
    """The pictures (3, S, S) of each kind."""
    chance = random.Random(0)
    photos = photos_without_pets(folders)
    chosen = chance.sample(photos, min(PHOTOS, len(photos)))
    synthetic = synthetic_ood_photos(SEED, count=SYNTHETIC * len(KINDS))
    return {
        "photos of other things": map(photo_tensor, chosen),
        "crops as coarse as CIFAR": (
            coarse_crop(chance.choice(photos), chance) for _ in range(CROPS)
        ),
        **{kind: synthetic[index :: len(KINDS)] for index, kind in enumerate(KINDS)},
    }


def coarse_crop(photo: Image.Image, chance: random.Random) -> Tensor:
    """A square out of the photo, half to all of its shorter side, shrunk to 32 pixels."""
    side = round(min(photo.size) * chance.uniform(0.5, 1))
    left, top = chance.randint(0, photo.width - side), chance.randint(0, photo.height - side)
    crop = photo.crop((left, top, left + side, top + side))
    return photo_tensor(crop.resize((CIFAR_SIDE, CIFAR_SIDE)))


def flagged(pictures: Iterable[Tensor]) -> list[bool]:
    """Whether each picture (3, S, S) is flagged as neither."""
    return [
        predictor.is_flagged("pets", predictor.predict("pets", picture))
        for picture in tqdm(pictures, leave=False)
    ]


def say(kind: str, found: list[bool]) -> None:
    """One line of the table."""
    share = sum(found) / len(found)
    print(f"{kind:26} {sum(found):5} of {len(found):5}   {share:6.1%}", flush=True)


if __name__ == "__main__":
    main()
