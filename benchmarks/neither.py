"""How many pictures that hold neither a cat nor a dog are marked, and how many of pets/test are.

500 pictures: photos of other things from a folder (crops of them, some shrunk to 32 pixels and back), and made textures,
gradients, noise, pages, digits and shapes from another seed than the detector was fitted on.

    python benchmarks/neither.py --photos FOLDER --data-root data
"""

import argparse
import random
from pathlib import Path

import torch

from losslens import inference
from losslens.data import pets, photos_in
from losslens.photo_strangers import made_photo_strangers

PHOTOS, MADE = 290, 210


def marked(pictures: torch.Tensor) -> list[bool]:
    """Whether each of (N, 3, 224, 224) is marked as neither."""
    return [inference.is_stranger("pets", inference.predict("pets", picture)) for picture in pictures]


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--data-root", default="data")
    options = parser.parse_args()
    photos = photos_in(options.photos)
    chosen = random.Random(0).sample(range(len(photos)), min(PHOTOS, len(photos)))
    of_photos, of_made = marked(photos[chosen]), marked(made_photo_strangers(seed=99, count=MADE))
    both = of_photos + of_made
    print(f"photos of other things   {sum(of_photos):4} of {len(of_photos):4}   {sum(of_photos) / len(of_photos):.1%}")
    print(f"made pictures            {sum(of_made):4} of {len(of_made):4}   {sum(of_made) / len(of_made):.1%}")
    print(f"together                 {sum(both):4} of {len(both):4}   {sum(both) / len(both):.1%}")
    test = pets(options.data_root).test
    of_pets = marked(test.batch(torch.arange(len(test)))[0])
    print(f"pets/test                {sum(of_pets):4} of {len(of_pets):4}   {sum(of_pets) / len(of_pets):.1%}")


if __name__ == "__main__":
    main()
