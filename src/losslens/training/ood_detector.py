"""Fitting the OOD detector of a task to its trained networks."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Generator, Tensor

from losslens.checkpoints.ensemble import Ensemble, load_detector, load_ensemble
from losslens.checkpoints.files import checkpoint_path
from losslens.data.dataset import Dataset, Splits
from losslens.evaluation import ood
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS
from losslens.training.exposure import fit_exposed

_FLAGGED_SHARE = 0.02  # of held-out pictures that may be flagged as none of the classes
_AUGMENTED_VIEWS = 2  # of each held-out picture, beside the picture as it is
_MEASURED_ON = 10  # every tenth other picture is not learnt from
_BATCH = 500

Statistics = Callable[[Tensor], Tensor]  # images (N, C, H, W) in 0..1 -> (N, F)


def make_detector(task: str, splits: Splits, out: Path, others: Tensor | None = None) -> str:
    """Fit and save the detector of ``task`` to all the checkpoints below ``out``.

    Fitted on the held-out pictures of ``splits``, plain and augmented, against synthetic pictures
    of other things and ``others``, photos of such (N, C, H, W) in 0..1; half of each is kept to set
    the threshold and to measure on. Returns what was measured. Raises CheckpointError where no
    checkpoint is there, and ValueError for a task that has no pictures of other things.
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
    if others is not None:
        seen = statistics(others)
        fit_on, left = torch.cat([fit_on, seen[::2]]), torch.cat([left, seen[1::2]])
    detector = ood.fit(ensemble.losses, known, fit_on, unseen, flagged_share=_FLAGGED_SHARE)
    known_flagged, other_flagged = (
        float((detector.scores(rows) > detector.threshold).float().mean())
        for rows in (unseen, left)
    )
    photos = "" if others is None else f" and {len(others):,} photos of other things"
    fitted = (
        f"Fitted on half of {len(splits.held_out):,} held-out {task}, of {len(other):,} synthetic "
        f"pictures of other things{photos}; of the other halves it flags {known_flagged:.1%} and "
        f"{other_flagged:.1%}."
    )
    ood.save(detector, out / task, fitted)
    return fitted


def make_exposed_detector(task: str, splits: Splits, out: Path, folders: Sequence[Path]) -> str:
    """Fit and save the detector of a task whose detector learns from pictures.

    On the training pictures of ``splits``, synthetic pictures of other things and what is below
    ``folders``; the threshold on the held-out pictures, plain and augmented. Returns what was
    measured. Raises FileNotFoundError where ``folders`` hold nothing to learn from.
    """
    record = TASKS[task]
    assert record.exposure is not None and record.augment is not None
    known, others = record.exposure.pictures(splits.train, folders, 0)
    fit_on = torch.arange(len(others)) % _MEASURED_ON != 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = fit_exposed(record.exposure.network(), known, others[fit_on], record.augment)
    detector = ood.ExposedDetector(network).eval()
    images, target = splits.held_out.batch(torch.arange(len(splits.held_out)))
    augmented = record.augment(images, target, Generator().manual_seed(0))
    unseen = torch.cat([_scores(detector, images), _scores(detector, augmented)])
    detector.threshold = unseen.quantile(1 - _FLAGGED_SHARE).clone()
    left = _scores(detector, others[~fit_on].float() / 255)
    fitted = (
        f"Fitted on {len(known):,} {task} and {int(fit_on.sum()):,} other pictures; of "
        f"{len(splits.held_out):,} held-out {task}, plain and augmented, it flags "
        f"{float((unseen > detector.threshold).float().mean()):.1%}, of {len(left):,} other "
        f"pictures of the same kinds {float((left > detector.threshold).float().mean()):.1%}."
    )
    ood.save(detector, out / task, fitted)
    return fitted


def _scores(detector: ood.ExposedDetector, images: Tensor) -> Tensor:
    return torch.cat([detector.scores(batch) for batch in images.split(_BATCH)])


def _statistics_of(ensemble: Ensemble) -> Statistics:
    def statistics(images: Tensor) -> Tensor:
        pixels = (images * 255).round().to(torch.uint8)
        given = ensemble.inputs(Dataset(pixels, torch.zeros(len(images), dtype=torch.long)))
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


def can_be_made(task: str, out: Path) -> bool:
    """Whether every loss that the detector is to look at has its checkpoint below ``out``.

    These are the losses of the detector that is there, and those of the cards where there is none.
    A detector that looks at pictures is made with the last checkpoint, once.
    """
    record = TASKS[task]
    if record.synthetic_ood is None and record.exposure is None:
        return False
    former = load_detector(task, out)
    if record.exposure is not None and former is not None:
        return False
    losses = card_losses() if former is None else former.losses
    return all(checkpoint_path(task, loss, out).is_file() for loss in losses)
