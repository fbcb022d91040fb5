"""How often a cat and a dog on one photo are seen to be both, and one animal alone taken for both.

Collages of a cat and a dog of pets/test: one beside the other, one above the other, and one in a
corner of the other. Then photos of one animal, source by source.

    python benchmarks/cat_and_dog.py --data-root data
"""

import argparse
import random
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image, ImageOps

from losslens.data.sources import PET_LABELS, photos_in, source_of
from losslens.evaluation.binomial import wilson_interval
from losslens.images.reading import read_picture
from losslens.inference import predictor

COUNT = 60  # collages of each kind
PHOTOS = 240  # of each source at most
SIDE = 600  # pixels of a collage
CORNER = 0.5  # of the side, the smaller animal in a corner of the other
Pair = tuple[Image.Image, Image.Image]


def main() -> None:
    """Print a line for each kind of collage and each source."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", type=Path, default=Path("data"))
    root, chance = parser.parse_args().data_root, random.Random(0)
    cats, dogs = (photos_in(root / "pets" / "test" / label) for label in PET_LABELS)
    for name, laid in COLLAGES.items():
        chosen = zip(chance.sample(cats, COUNT), chance.sample(dogs, COUNT), strict=True)
        pairs = [chance.sample(pair, 2) for pair in chosen]
        say(name, (laid((read_picture(one), read_picture(other))) for one, other in pairs))
    sources: dict[str, list[Path]] = {}
    for folder in (root / "pets" / "test", root / "pets_extra"):
        for path in (each for label in PET_LABELS for each in photos_in(folder / label)):
            name = folder.name if folder.name == "test" else source_of(path)
            sources.setdefault(name, []).append(path)
    for name, paths in sources.items():
        say(name, map(read_picture, chance.sample(paths, min(PHOTOS, len(paths)))))


def say(name: str, pictures: Iterable[Image.Image]) -> None:
    """Print which share is said to be both, or not clear, with its interval."""
    found = [predictor.predict_picture("pets", each) for each in pictures]
    unclear = [predictor.is_unclear("pets", each) for each in found]
    low, high = wilson_interval(sum(unclear), len(unclear))
    share = sum(unclear) / len(unclear)
    print(f"{name:20} {len(unclear):4} {share:6.1%} ({low:.1%} to {high:.1%})", flush=True)


def beside(pair: Pair) -> Image.Image:
    """The middle half of each, next to each other."""
    return _halves(pair, (SIDE // 2, SIDE), (SIDE // 2, 0))


def above(pair: Pair) -> Image.Image:
    """Likewise, one on top of the other."""
    return _halves(pair, (SIDE, SIDE // 2), (0, SIDE // 2))


def cornered(pair: Pair) -> Image.Image:
    """The second over the lower right corner of the first."""
    small = round(SIDE * CORNER)
    whole = ImageOps.fit(pair[0], (SIDE, SIDE))
    whole.paste(ImageOps.fit(pair[1], (small, small)), (SIDE - small, SIDE - small))
    return whole


def _halves(pair: Pair, size: tuple[int, int], second: tuple[int, int]) -> Image.Image:
    whole = Image.new("RGB", (SIDE, SIDE))
    for picture, corner in zip(pair, ((0, 0), second), strict=True):
        whole.paste(ImageOps.fit(picture, size), corner)
    return whole


COLLAGES: dict[str, Callable[[Pair], Image.Image]] = {
    "beside": beside,
    "above": above,
    "in a corner": cornered,
}

if __name__ == "__main__":
    main()
