"""The backbone of a task, and its features of the task's pictures."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import nn

from losslens.checkpoints import files
from losslens.checkpoints.ensemble import on_backbone
from losslens.data.dataset import Dataset, Splits
from losslens.files import atomic_write
from losslens.tasks import TASKS
from losslens.training.runner import Job


def splits_for(task: str, splits: Splits, job: Job) -> Splits:
    """What the losses' networks of ``task`` learn from: its pictures, or its backbone's features.

    A backbone that is missing below ``job.out`` is made first. The first process runs it over the
    pictures, once: their features are kept in ``job.runs``.
    """
    record = TASKS[task]
    if record.backbone is None:
        return splits
    if job.is_main and not files.backbone_path(task, job.out).is_file():
        files.save_backbone(task, record.backbone.pretrained(), job.out)
    learning = record.backbone.for_learning
    return Splits(
        _features(task, splits.train, job, learning),
        _features(task, splits.held_out, job),
        _features(task, splits.test, job),
    )


def _features(
    task: str,
    pictures: Dataset,
    job: Job,
    changed: Callable[[nn.Module], nn.Module] = lambda backbone: backbone,
) -> Dataset:
    path = _features_path(task, pictures, job)
    if job.is_main and not path.is_file():
        backbone = changed(files.load_backbone(task, job.out))
        found = on_backbone(backbone, pictures, progress=f"{task}, features")
        with atomic_write(path) as partial:
            save_file({"features": found.images}, partial)
    job.accelerator.wait_for_everyone()
    return Dataset(load_file(path)["features"], pictures.target)


def _features_path(task: str, pictures: Dataset, job: Job) -> Path:
    """Named by a fingerprint of backbone and pictures, so that none is taken for another."""
    both = files.backbone_sha256(task, job.out) + pictures.sha256()
    fingerprint = hashlib.sha256(both.encode()).hexdigest()[:16]
    return job.runs / f"{task}-features-{fingerprint}.safetensors"
