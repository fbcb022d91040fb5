"""TODO training.ood_detector."""

from pathlib import Path

import torch
from torch import Generator, Tensor

from losslens.checkpoints import files as checkpoints
from losslens.data.dataset import Dataset, Splits
from losslens.evaluation import ood as unlike
from losslens.evaluation.metrics import outputs_of
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.training.backbone import on_backbone

_FLAGGED_SHARE = 0.02  # of held-out pictures that may be marked as none of the classes


def make_detector(task: str, splits: Splits, out: Path, others: Tensor | None = None) -> str:
    """Fit and save what marks a picture as none of the task's classes, from all eight checkpoints
    below ``out``.

    Fitted on the held-out pictures of ``splits``, plain and varied, against made synthetic_ood and
    ``others``, photos of other things (N, C, H, W) in 0..1; half of each is kept to set the
    threshold and to measure on. Returns what was measured. Raises CheckpointError where one of the
    eight is missing.
    """
    networks = {loss: checkpoints.load(task, loss, out).network for loss in LOSSES}
    backbone = checkpoints.load_backbone(task, out) if TASKS[task].backbone else None

    def features(images: Tensor) -> Tensor:
        pictures = Dataset(
            (images * 255).round().to(torch.uint8), torch.zeros(len(images), dtype=torch.long)
        )
        given = on_backbone(backbone, pictures) if backbone else pictures
        logits = {loss: outputs_of(network, given) for loss, network in networks.items()}
        return unlike.statistics(logits, given.images.float() if backbone else None)

    images, target = splits.held_out.batch(torch.arange(len(splits.held_out)))
    varied = [
        TASKS[task].augment(images, target, Generator().manual_seed(seed)) for seed in range(2)
    ]
    views = [features(each) for each in (images, *varied)]
    # A picture's views stay together: half of the pictures to fit on, the other half to measure on.
    like, unseen = (torch.cat([view[half::2] for view in views]) for half in (0, 1))
    other = features(TASKS[task].synthetic_ood(0))
    fit_on, left = (
        other[: len(other) // 2],
        other[len(other) // 2 :],
    )  # their kinds alternate, so a half has them all
    if others is not None:
        seen = features(others)
        fit_on, left = torch.cat([fit_on, seen[::2]]), torch.cat([left, seen[1::2]])
    detector = unlike.fit(like, fit_on, unseen, flagged_share=_FLAGGED_SHARE)
    known_marked, strangers_marked = (
        float((detector.scores(rows) > detector.threshold).float().mean())
        for rows in (unseen, left)
    )
    photos = "" if others is None else f" and {len(others):,} photos of other things"
    fitted = (
        f"Fitted on half of {len(images):,} held-out {task}, of {len(other):,} made synthetic_ood{photos}; of the other halves "
        f"it marks {known_marked:.1%} and {strangers_marked:.1%}."
    )
    unlike.save(detector, out / task, fitted)
    return fitted
