"""Train the networks of the feature view, and write what it shows to one file.

    python scripts/feature_view.py

A ``StudyNet`` under each loss of the catalogue, with the same first weights and batches, on the
4,000 digits of live training; on one thread about 3 s each. The file changes only with what they
learn: the same machine writes the same bytes.
"""

import numpy as np
import torch
from torch import Tensor

from losslens.data.bundled import mini_mnist
from losslens.evaluation.separation import class_separation
from losslens.live.feature_view import (
    FILE,
    FeatureView,
    Plane,
    Snapshot,
    Training,
    packed,
)
from losslens.losses import LOSSES
from losslens.networks.digit_net import StudyNet
from losslens.tasks import TASKS
from losslens.training.config import TrainConfig
from losslens.training.loop import train
from losslens.training.state import new_state

EPOCHS, BATCH, SEED = 8, 50, 0
MOMENTS = 24
SHOWN_OF_CLASS = 30
MOST_BYTES = 1_500_000
_LIVE = TASKS["digits"].live


def moments(steps: int) -> list[int]:
    """At which steps a network is kept: more at the beginning, where most happens."""
    return sorted({round(steps * (each / (MOMENTS - 1)) ** 2) for each in range(MOMENTS)})


def shown() -> Tensor:
    """Which of ``mini_mnist`` are shown: as many of each class, of those held out."""
    order = torch.randperm(5_000, generator=torch.Generator().manual_seed(7))
    held_out = order[: -len(_LIVE.load()[0])]
    target = mini_mnist().target[held_out]
    return torch.cat([held_out[target == each][:SHOWN_OF_CLASS] for each in range(10)])


def trained(loss: str) -> tuple[list[Snapshot], list[float], list[int]]:
    """A network at each moment, with its accuracy there and the examples that it had seen."""
    learnt, held_out = _LIVE.load()
    images, target = held_out.batch(torch.arange(len(held_out)))
    rate = _LIVE.learning_rates["adamw"].of(loss)
    config = TrainConfig(
        seed=SEED, epochs=EPOCHS, batch_size=BATCH, learning_rate=rate, average=0.0
    )
    state = new_state(config, network=StudyNet)
    when = moments(len(learnt) // BATCH * EPOCHS)
    snapshots, accuracies = [], []

    def keep() -> None:
        network = state.network()
        with torch.inference_mode():
            right = network(images).argmax(dim=1) == target
        accuracies.append(float(right.float().mean()))
        snapshots.append(Snapshot.of(network))

    keep()
    loss_fn = LOSSES[loss].for_counts(learnt.counts(10))
    for progress in train(state, loss_fn, learnt, _LIVE.augment):
        if progress.step in when:
            keep()
    return snapshots, accuracies, [each * BATCH for each in when]


def training(loss: str) -> tuple[Training, list[int]]:
    """What is shown of a loss, and when."""
    snapshots, accuracies, seen = trained(loss)
    learnt, held_out = _LIVE.load()
    images, target = learnt.batch(torch.arange(1_000))
    plane = Plane.through_means(snapshots[-1].features(images), target)
    digits = mini_mnist().batch(shown())[0]
    laid = torch.stack([plane.place(each.features(digits)) for each in snapshots])
    plane = _bounded(plane, laid)
    laid = torch.stack([plane.place(each.features(digits)) for each in snapshots])
    held, held_target = held_out.batch(torch.arange(len(held_out)))
    separation = [class_separation(each.features(held), held_target) for each in snapshots]
    places = (laid.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    print(f"{loss:20} accuracy {accuracies[-1]:.3f}   separation {separation[-1]:.3f}", flush=True)
    return Training(snapshots, plane, places, separation, accuracies), seen


def _bounded(plane: Plane, laid: Tensor) -> Plane:
    """With all that is laid down (moments, digits, 2) on the picture, in one scale both ways."""
    low, high = laid.amin(dim=(0, 1)), laid.amax(dim=(0, 1))
    span = (high - low).max().clamp_min(1e-6) * 1.04
    low = ((low + high) / 2 - span / 2).half().float()
    # As it will be read.
    return Plane(plane.centre.half().float(), plane.axes, low, span.half().float().repeat(2))


def main() -> None:
    """Train and write. Raises ValueError where the file is too large to ship."""
    torch.set_num_threads(1)
    trainings = {}
    for loss in LOSSES:
        trainings[loss], seen = training(loss)
    chosen = shown()
    target = mini_mnist().target[chosen]
    view = FeatureView(trainings, seen, chosen.tolist(), target.tolist())
    np.savez_compressed(FILE, **packed(view))
    if (size := FILE.stat().st_size) > MOST_BYTES:
        raise ValueError(f"{FILE.name} has {size} bytes, at most {MOST_BYTES}")
    print(f"{FILE.name}: {size:,} bytes")


if __name__ == "__main__":
    main()
