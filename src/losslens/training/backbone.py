"""The backbone that a task's networks share: adapted once, then run once over each picture."""

from dataclasses import dataclass

import torch
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor, nn
from tqdm import tqdm

from losslens.checkpoints import files
from losslens.checkpoints.ensemble import on_backbone
from losslens.data.dataset import Dataset, Splits
from losslens.files import atomic_write
from losslens.tasks import TASKS, Task
from losslens.tasks.base import Backbone
from losslens.training.config import TrainConfig
from losslens.training.runner import Job, run
from losslens.training.state import new_state

_BATCH = 100


def splits_for(task: str, splits: Splits, job: Job, seed: int) -> Splits:
    """What the losses' networks of ``task`` learn from: its pictures, or its backbone's features.

    A backbone that is missing below ``job.out`` is made first. Each training picture gives the
    features of ``Backbone.views`` augmented views of it; the others, those of the picture as it is.
    """
    record = TASKS[task]
    if record.backbone is None:
        return splits
    if not files.backbone_path(task, job.out).is_file():
        _adapt(record, record.backbone, splits.train, job, seed)
    network = files.load_backbone(task, job.out)
    views = _Views(record, record.backbone, network, splits.train).features(job)
    train = Dataset(views, splits.train.target.repeat(record.backbone.views))
    return Splits(train, on_backbone(network, splits.held_out), on_backbone(network, splits.test))


def _adapt(task: Task, backbone: Backbone, dataset: Dataset, job: Job, seed: int) -> None:
    """Train backbone and one network together under cross-entropy, and save the backbone."""
    config = TrainConfig(
        task.key,
        "cross_entropy",
        seed,
        backbone.epochs,
        batch_size=backbone.batch_size,
        learning_rate=backbone.learning_rate,
    )
    state = new_state(config, job.device, backbone.with_network)
    state_path = job.runs / f"{task.key}-trunk-{seed}.safetensors"
    run(state, dataset, task.augment, job, state_path)
    if job.is_main:
        adapted = state.network().cpu()
        assert isinstance(adapted, nn.Sequential)  # as ``with_network`` makes it
        files.save_backbone(task.key, adapted[0], job.out)
        state_path.unlink(missing_ok=True)
    job.accelerator.wait_for_everyone()


@dataclass(frozen=True)
class _Views:
    """The features of several augmented views of each training picture."""

    task: Task
    backbone: Backbone
    network: nn.Module
    dataset: Dataset

    def features(self, job: Job) -> Tensor:
        """(views x N, C, H, W) in half precision; each process makes its part, kept in runs."""
        count, accelerator = self.backbone.views, job.accelerator
        paths = [job.runs / f"{self.task.key}-view-{view}.safetensors" for view in range(count)]
        for view in range(accelerator.process_index, count, accelerator.num_processes):
            if not paths[view].is_file():
                with atomic_write(paths[view]) as partial:
                    save_file({"features": self._view(view)}, partial)
        accelerator.wait_for_everyone()
        return torch.cat([load_file(path)["features"] for path in paths])

    @torch.inference_mode()
    def _view(self, view: int) -> Tensor:
        generator = Generator().manual_seed(view)
        self.network.eval()
        batches = torch.arange(len(self.dataset)).split(_BATCH)
        parts = []
        for indices in tqdm(batches, desc=f"{self.task.key}, view {view}", leave=False):
            images, target = self.dataset.batch(indices)
            if self.task.augment is not None:
                images = self.task.augment(images, target, generator)
            features = self.network(images.contiguous(memory_format=torch.channels_last))
            parts.append(features.half().contiguous())
        return torch.cat(parts)
