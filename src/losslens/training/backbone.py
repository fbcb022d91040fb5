"""The backbone of a task, and its features of the task's pictures."""

import hashlib
from pathlib import Path

from safetensors.torch import load_file, save_file

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
    return Splits(
        _features(task, splits.train, job, learning=True),
        _features(task, splits.held_out, job),
        _features(task, splits.test, job),
    )


def _features(task: str, pictures: Dataset, job: Job, *, learning: bool = False) -> Dataset:
    record = TASKS[task].backbone
    assert record is not None
    path = _features_path(task, pictures, job, learning)
    if job.is_main and not path.is_file():
        backbone = files.load_backbone(task, job.out)
        if learning:
            backbone = record.for_learning(backbone)
        found = on_backbone(backbone, pictures, progress=f"{task}, features")
        with atomic_write(path) as partial:
            save_file({"features": found.images}, partial)
    job.accelerator.wait_for_everyone()
    return Dataset(load_file(path)["features"], pictures.target)


def _features_path(task: str, pictures: Dataset, job: Job, learning: bool) -> Path:
    """Named by a fingerprint of backbone and pictures, and by whether they are to learn from, so
    that none is taken for another."""
    both = files.backbone_sha256(task, job.out) + pictures.sha256()
    fingerprint = hashlib.sha256(both.encode()).hexdigest()[:16]
    use = "learning" if learning else "asking"
    return job.runs / f"{task}-features-{use}-{fingerprint}.safetensors"
