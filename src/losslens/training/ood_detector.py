"""Fitting the OOD detector of a task to its trained networks."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from losslens.checkpoints.ensemble import (
    Ensemble,
    load_detector,
    load_ensemble,
    on_backbone,
)
from losslens.checkpoints.files import checkpoint_path, load_backbone
from losslens.data.dataset import Dataset, Splits, unlabelled
from losslens.data.sources import photos_without_pets
from losslens.evaluation import ood
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.tasks.base import NetworkDetector, Task
from losslens.training.exposure import fit_exposed

_FLAGGED_SHARE = 0.02  # of held-out pictures that may be flagged as none of the classes
# Of those of a network that learns the pictures themselves: it knows MNIST's writers best, and
# flags twice the share of other people's pen strokes.
_FLAGGED_SHARE_EXPOSED = 0.015
_AUGMENTED_VIEWS = 2  # of each held-out picture, beside the picture as it is
_MEASURED_ON = 10  # every tenth other picture is not learnt from
_BATCH = 500

Statistics = Callable[[Tensor], Tensor]  # images (N, C, H, W) in 0..1 -> (N, F)


def make_detector(task: str, splits: Splits, out: Path, folders: Sequence[Path] = ()) -> str:
    """Make and save the OOD detector of ``task`` below ``out``; returns what was measured.

    ``folders`` hold other things, to learn from or to measure on. Raises FileNotFoundError where
    they hold nothing of use, CheckpointError where what the detector looks at is not there, and
    ValueError for a task that has no pictures of other things.
    """
    of_network = TASKS[task].network_detector
    if of_network is None:
        return _make_of_logits(task, splits, out, folders)
    if of_network.pretrained is not None:
        return _make_pretrained(task, of_network.pretrained, splits, out, folders)
    return _make_exposed(task, of_network, splits, out, folders)


def _make_of_logits(task: str, splits: Splits, out: Path, folders: Sequence[Path]) -> str:
    """Fitted to the logits of all the checkpoints below ``out``.

    On the held-out pictures of ``splits``, plain and augmented, against synthetic pictures of other
    things and photos of such below ``folders``; half of each is kept to set the threshold and to
    measure on.
    """
    ensemble = load_ensemble(task, out).required()
    synthetic_ood = ensemble.task.synthetic_ood
    if synthetic_ood is None:
        raise ValueError(f"{task} has no pictures of other things to fit a detector on")
    statistics = _statistics_of(ensemble)
    known, unseen = _known(ensemble, splits.held_out, statistics)
    other = statistics(synthetic_ood(0))
    # Their kinds alternate, so a half has them all.
    fit_on, left = other[: len(other) // 2], other[len(other) // 2 :]
    if folders:
        seen = statistics(_photos(ensemble.task, folders))
        fit_on, left = torch.cat([fit_on, seen[::2]]), torch.cat([left, seen[1::2]])
    detector = ood.fit(ensemble.losses, known, fit_on, unseen, flagged_share=_FLAGGED_SHARE)
    fitted = (
        f"Fitted on half of {len(splits.held_out):,} held-out {task} and of "
        f"{len(fit_on) + len(left):,} pictures of other things; of the other halves it flags "
        f"{_flagged(detector, detector.scores(unseen))} and "
        f"{_flagged(detector, detector.scores(left))}."
    )
    ood.save(detector, out / task, fitted)
    return fitted


def _make_pretrained(
    task: str,
    pretrained: Callable[[], nn.Module],
    splits: Splits,
    out: Path,
    folders: Sequence[Path],
) -> str:
    """With weights learnt elsewhere; only the threshold is of the held-out pictures."""
    backbone = load_backbone(task, out)
    detector = ood.ExposedDetector(pretrained()).eval()
    unseen = detector.scores(on_backbone(backbone, splits.held_out).images)
    detector.threshold = unseen.quantile(1 - _FLAGGED_SHARE).clone()
    fitted = (
        f"Learnt elsewhere; of {len(unseen):,} held-out {task} it flags "
        f"{_flagged(detector, unseen)}"
    )
    if folders:
        others = unlabelled(_photos(TASKS[task], folders))
        found = detector.scores(on_backbone(backbone, others).images)
        fitted += f", of {len(found):,} photos of other things {_flagged(detector, found)}"
    ood.save(detector, out / task, f"{fitted}.")
    return f"{fitted}."


def _make_exposed(
    task: str, of_network: NetworkDetector, splits: Splits, out: Path, folders: Sequence[Path]
) -> str:
    """Learnt from the training pictures of ``splits``, synthetic pictures of other things and what
    is below ``folders``; the threshold on the held-out pictures, plain and augmented."""
    augment = TASKS[task].augment
    assert of_network.pictures is not None and augment is not None
    known, others = of_network.pictures(splits.train, folders, 0)
    fit_on = torch.arange(len(others)) % _MEASURED_ON != 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = of_network.network()
        members = network.get_submodule("members").children()
        fit_exposed(members, known, others[fit_on], augment)
    detector = ood.ExposedDetector(network).eval()
    left = others[~fit_on]
    fitted = (
        f"Fitted on {len(known):,} {task} and {int(fit_on.sum()):,} other pictures; "
        f"{_with_thresholds(detector, task, splits.held_out)}, of {len(left):,} other pictures of "
        f"the same kinds {_flagged(detector, _scores(detector, left.float() / 255))}."
    )
    ood.save(detector, out / task, fitted)
    return fitted


def _with_thresholds(detector: ood.ExposedDetector, task: str, held_out: Dataset) -> str:
    """Set them, and say what they flag: on the held-out pictures, plain and augmented; and on the
    same in few pixels, where the task knows how to make such."""
    record, count = TASKS[task], len(held_out)
    assert record.augment is not None and record.network_detector is not None
    images, target = held_out.batch(torch.arange(count))
    augmented = record.augment(images, target, Generator().manual_seed(0))
    unseen = torch.cat([_scores(detector, images), _scores(detector, augmented)])
    detector.threshold = unseen.quantile(1 - _FLAGGED_SHARE_EXPOSED).clone()
    said = f"of {count:,} held-out {task}, plain and augmented, it flags "
    said += _flagged(detector, unseen)
    if (coarse := record.network_detector.coarse) is not None:
        made = coarse(held_out.images, 0, count)[0].float() / 255
        threshold = _scores(detector, made).quantile(1 - _FLAGGED_SHARE)
        detector.coarse_excess = threshold.logit() - detector.threshold.logit()
        flagged = _flagged(detector, _scores(detector, made, coarse=True))
        said += f", of {len(made):,} in few pixels, with a threshold of their own, {flagged}"
    return said


def _flagged(detector: ood.OODDetector | ood.ExposedDetector, scores: Tensor) -> str:
    return f"{float((scores > detector.threshold).float().mean()):.1%}"


def _photos(task: Task, folders: Sequence[Path]) -> Tensor:
    """The photos of other things below ``folders``, as the networks take them (N, C, H, W)."""
    return torch.stack([task.to_tensor(photo) for photo in photos_without_pets(folders)])


def _scores(detector: ood.ExposedDetector, images: Tensor, coarse: bool = False) -> Tensor:
    return torch.cat([detector.scores(batch, coarse) for batch in images.split(_BATCH)])


def _statistics_of(ensemble: Ensemble) -> Statistics:
    def statistics(images: Tensor) -> Tensor:
        given = ensemble.inputs(unlabelled(images))
        features = given.images.float() if ensemble.backbone is not None else None
        return ood.statistics(list(ensemble.logits(given).values()), features)

    return statistics


def _known(ensemble: Ensemble, held_out: Dataset, statistics: Statistics) -> tuple[Tensor, Tensor]:
    """Statistics of the held-out pictures: to fit on, and to set the threshold and measure on.

    A picture's views stay together: half of the pictures are in the one, the others in the other.
    """
    images, target = held_out.batch(torch.arange(len(held_out)))
    views = [images]
    if (augment := ensemble.task.augment) is not None:
        views += [
            augment(images, target, Generator().manual_seed(seed))
            for seed in range(_AUGMENTED_VIEWS)
        ]
    rows = [statistics(view) for view in views]
    known, unseen = (torch.cat([each[half::2] for each in rows]) for half in (0, 1))
    return known, unseen


def is_due(task: str, out: Path) -> bool:
    """Whether every loss that the detector is to look at has its checkpoint below ``out``.

    These are the losses of the detector that is there, and those of the cards where there is none.
    A detector that looks at pictures is made with the last checkpoint, once.
    """
    record, former = TASKS[task], load_detector(task, out)
    if record.network_detector is not None and former is not None:
        return False
    if record.network_detector is None and record.synthetic_ood is None:
        return False
    losses = card_losses() if former is None else former.losses
    return all(checkpoint_path(task, loss, out).is_file() for loss in losses)
