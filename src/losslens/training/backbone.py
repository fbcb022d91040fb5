"""The backbone that a task's networks share: adapted to the task once, then run once over each picture they learn from."""

from pathlib import Path

import torch
from accelerate import Accelerator
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor, nn
from tqdm import tqdm

from losslens.checkpoints import files as checkpoints
from losslens.data.dataset import Dataset, Splits
from losslens.evaluation.metrics import outputs_of
from losslens.tasks import TASKS
from losslens.tasks.base import Backbone
from losslens.training.config import TrainConfig
from losslens.training.loop import new_state
from losslens.training.runner import run

_BATCH = 100


def splits_for(
    task: str,
    splits: Splits,
    accelerator: Accelerator,
    out: Path,
    runs: Path,
    seed: int,
    *,
    resume: bool,
) -> Splits:
    """What the losses' networks of ``task`` learn from: its pictures, or its backbone's features of
    them.

    A backbone that is missing below ``out`` is made first. Each training picture gives the features
    of ``Backbone.views`` varied views of it; the others, those of the picture as it is.
    """
    backbone = TASKS[task].backbone
    if backbone is None:
        return splits
    if not checkpoints.backbone_path(task, out).is_file():
        _make_backbone(task, backbone, splits.train, accelerator, out, runs, seed, resume=resume)
    network = checkpoints.load_backbone(task, out)
    views = _views(task, backbone, network, splits.train, accelerator, runs)
    train = Dataset(views, splits.train.target.repeat(backbone.views))
    return Splits(train, on_backbone(network, splits.held_out), on_backbone(network, splits.test))


def on_backbone(network: nn.Module, dataset: Dataset) -> Dataset:
    """The backbone's features of every picture, in half precision."""
    return Dataset(outputs_of(network, dataset).half(), dataset.target)


def _make_backbone(
    task: str,
    backbone: Backbone,
    dataset: Dataset,
    accelerator: Accelerator,
    out: Path,
    runs: Path,
    seed: int,
    *,
    resume: bool,
) -> None:
    config = TrainConfig(
        task,
        "cross_entropy",
        seed,
        backbone.epochs,
        batch_size=backbone.batch_size,
        learning_rate=backbone.learning_rate,
    )
    state = new_state(config, accelerator.device, backbone.with_network)
    state_path = runs / f"{task}-trunk-{seed}.safetensors"
    run(state, dataset, TASKS[task].augment, accelerator, state_path, resume=resume)
    if accelerator.is_main_process:
        checkpoints.save_backbone(task, state.network().cpu()[0], out)  # type: ignore[index]  # a Sequential
        state_path.unlink(missing_ok=True)
    accelerator.wait_for_everyone()


def _views(
    task: str,
    backbone: Backbone,
    network: nn.Module,
    dataset: Dataset,
    accelerator: Accelerator,
    runs: Path,
) -> Tensor:
    """Features (views x N, C, H, W) in half precision; each process makes its part of the views,
    kept in ``runs``."""
    paths = [runs / f"{task}-view-{view}.safetensors" for view in range(backbone.views)]
    runs.mkdir(parents=True, exist_ok=True)
    for view in range(accelerator.process_index, backbone.views, accelerator.num_processes):
        if not paths[view].is_file():
            features = _view(task, network, dataset, view)
            partial = paths[view].with_suffix(".partial")
            save_file({"features": features}, partial)
            partial.replace(paths[view])
    accelerator.wait_for_everyone()
    return torch.cat([load_file(path)["features"] for path in paths])


@torch.inference_mode()
def _view(task: str, network: nn.Module, dataset: Dataset, view: int) -> Tensor:
    generator = Generator().manual_seed(view)
    network.eval()
    parts = []
    for indices in tqdm(
        torch.arange(len(dataset)).split(_BATCH), desc=f"{task}, view {view}", leave=False
    ):
        images = TASKS[task].augment(*dataset.batch(indices), generator)
        parts.append(
            network(images.contiguous(memory_format=torch.channels_last)).half().contiguous()
        )
    return torch.cat(parts)
