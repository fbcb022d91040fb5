"""Pets of a source that no network learnt from: how many each loss reads rightly.

Leaves one source after the other out of the training photos, trains every loss's network on the
others, and asks about the one left out: what a visitor's own photos are to the shipped networks.
Beside it the share that is flagged as neither, and of photos of neither, source by source; the
detector is ImageNet's classifier and learnt from none of them. The data folder holds pets/,
pets_extra/ and neither/, with each photo's source at the start of its file's name.

    python benchmarks/pet_sources.py --data-root data
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from losslens.checkpoints.ensemble import load_detector, load_ensemble, on_backbone
from losslens.checkpoints.files import load_backbone, models_folder
from losslens.data.dataset import Dataset
from losslens.data.sources import pets_to_learn_from, photos_in, photos_of, source_of
from losslens.evaluation.binomial import wilson_interval
from losslens.evaluation.metrics import outputs_of
from losslens.losses import LOSSES
from losslens.networks.pet_net import PetBackbone, for_learning
from losslens.report import outside
from losslens.report.outside import Source
from losslens.training.config import TrainConfig
from losslens.training.loop import train
from losslens.training.state import new_state

# Photos of one album are of one source.
TOGETHER = {"phone": "phones", "instagram": "phones"}
NEITHER = 2


@dataclass(frozen=True)
class Photos:
    """Features of photos, as they are learnt from and as they are asked about."""

    to_learn: Tensor  # (N, C, 1, 1)
    to_ask: Tensor
    kind: Tensor  # (N,): cat, dog, neither
    sources: list[str]

    def of(self, source: str) -> Tensor:
        """Which are of the source: (N,) bool."""
        return torch.tensor([each == source for each in self.sources])


class LearntAndAsked(nn.Module):
    """The backbone's features as they are learnt from, and as they are asked about, of the same two
    looks: (N, 3, S, S) to (N, 2 * C, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.learning = cast(PetBackbone, for_learning(load_backbone("pets")))
        self.asking = cast(PetBackbone, load_backbone("pets"))

    def forward(self, photos: Tensor) -> Tensor:
        """To learn from, half of a place's weight is attention, the other half is 1 everywhere."""
        learning, asking = self.learning, self.asking
        whole = asking.look(photos)
        weight = whole[:, -1:].clamp_min(torch.finfo(whole.dtype).tiny)
        half = (whole / weight).lerp(whole, learning.attention)
        closer = asking.look_closer(photos, whole)
        return torch.cat(
            [half.lerp(closer, learning.closer), whole.lerp(closer, asking.closer)], dim=1
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", type=Path, default=Path("data"))
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of kept features")
    parser.add_argument("--save", action="store_true", help="keep it for the report card")
    options = parser.parse_args()
    photos = read(options.data_root, options.runs)
    detector = load_detector("pets", models_folder())
    flagged = detector.scores(photos.to_ask) > detector.threshold
    losses = load_ensemble("pets").losses
    saved = []
    print("| source left out | photos | right, worst loss | right, best loss | flagged |")
    print("| --- | --- | --- | --- | --- |")
    for source in dict.fromkeys(photos.sources):
        of = photos.of(source) & (photos.kind != NEITHER)
        if of.any():
            right = sorted(right_without(photos, of, loss) for loss in losses)
            count = int(of.sum())
            found = [share(round(part * count), count) for part in (right[0], right[-1])]
            share_flagged = float(flagged[of].float().mean())
            pair = (right[0], right[-1])
            saved.append(Source("pet_sources", f"pets_{source}", count, pair, share_flagged))
            print(f"| {source} | {count:,} | {found[0]} | {found[1]} | {of_all(flagged[of])} |")
    print("\n| neither: source | photos | flagged |\n| --- | --- | --- |")
    for source in dict.fromkeys(photos.sources):
        of = photos.of(source) & (photos.kind == NEITHER)
        if of.any():
            share_flagged = float(flagged[of].float().mean())
            key = f"neither_{source}"
            saved.append(Source("pet_sources", key, int(of.sum()), None, share_flagged))
            print(f"| {source} | {int(of.sum()):,} | {of_all(flagged[of])} |")
    if options.save:
        outside.save("pets", saved)


def right_without(photos: Photos, left_out: Tensor, loss: str) -> float:
    """The share of the photos left out that a network trained on the others reads rightly."""
    learnt = ~left_out & (photos.kind != NEITHER)
    state = new_state(TrainConfig("pets", loss), torch.device("cpu"))
    for _ in train(state, LOSSES[loss].fn, Dataset(photos.to_learn[learnt], photos.kind[learnt])):
        pass
    asked = Dataset(photos.to_ask[left_out], photos.kind[left_out])
    answers = outputs_of(state.network(), asked).argmax(dim=1)
    return float((answers == asked.target).float().mean())


def read(root: Path, runs: Path) -> Photos:
    """The features of all photos; kept in ``runs``."""
    labelled = pets_to_learn_from(root)
    labelled += [(path, NEITHER) for path in photos_in(root / "neither")]
    kept = runs / "pet-sources.safetensors"
    if not kept.is_file():
        pictures = photos_of(labelled)
        runs.mkdir(parents=True, exist_ok=True)
        both = on_backbone(LearntAndAsked(), pictures, progress="features").images
        to_learn, to_ask = both.chunk(2, dim=1)
        save_file({"to_learn": to_learn.contiguous(), "to_ask": to_ask.contiguous()}, kept)
    found = load_file(kept)
    sources = [TOGETHER.get(source_of(path), source_of(path)) for path, _ in labelled]
    kind = torch.tensor([label for _, label in labelled])
    return Photos(found["to_learn"], found["to_ask"], kind, sources)


def of_all(found: Tensor) -> str:
    """The share of what is true, with its interval."""
    return share(int(found.sum()), len(found))


def share(found: int, count: int) -> str:
    """In percent, with its 95 % interval."""
    low, high = wilson_interval(found, count)
    return f"{found / count:.1%} ({100 * low:.1f} to {100 * high:.1f})"


if __name__ == "__main__":
    main()
