"""The trunk that a task's networks share: adapted to the task once, then run once over each picture they learn from."""

from pathlib import Path

import torch
from accelerate import Accelerator
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor, nn
from tqdm import tqdm

from losslens import checkpoints
from losslens.data import Dataset, Splits
from losslens.evaluation import outputs_of
from losslens.runs import run
from losslens.tasks import TASKS, Trunk
from losslens.training import TrainConfig, new_state

_BATCH = 100


def splits_for(
    task: str, splits: Splits, accelerator: Accelerator, out: Path, runs: Path, seed: int, *, resume: bool
) -> Splits:
    """What the losses' networks of ``task`` learn from: its pictures, or its trunk's features of them.

    A trunk that is missing below ``out`` is made first. Each training picture gives the features of ``Trunk.views`` varied
    views of it; the others, those of the picture as it is.
    """
    trunk = TASKS[task].trunk
    if trunk is None:
        return splits
    if not checkpoints.trunk_path(task, out).is_file():
        _make_trunk(task, trunk, splits.train, accelerator, out, runs, seed, resume=resume)
    network = checkpoints.load_trunk(task, out)
    views = _views(task, trunk, network, splits.train, accelerator, runs)
    train = Dataset(views, splits.train.target.repeat(trunk.views))
    return Splits(train, on_trunk(network, splits.held_out), on_trunk(network, splits.test))


def on_trunk(network: nn.Module, dataset: Dataset) -> Dataset:
    """The trunk's features of every picture, in half precision."""
    return Dataset(outputs_of(network, dataset).half(), dataset.target)


def _make_trunk(
    task: str, trunk: Trunk, dataset: Dataset, accelerator: Accelerator, out: Path, runs: Path, seed: int, *, resume: bool
) -> None:
    config = TrainConfig(
        task, "cross_entropy", seed, trunk.epochs, batch_size=trunk.batch_size, learning_rate=trunk.learning_rate
    )
    state = new_state(config, accelerator.device, trunk.with_network)
    state_path = runs / f"{task}-trunk-{seed}.safetensors"
    run(state, dataset, TASKS[task].vary, accelerator, state_path, resume=resume)
    if accelerator.is_main_process:
        checkpoints.save_trunk(task, state.network().cpu()[0], out)  # type: ignore[index]  # a Sequential
        state_path.unlink(missing_ok=True)
    accelerator.wait_for_everyone()


def _views(task: str, trunk: Trunk, network: nn.Module, dataset: Dataset, accelerator: Accelerator, runs: Path) -> Tensor:
    """Features (views x N, C, H, W) in half precision; each process makes its part of the views, kept in ``runs``."""
    paths = [runs / f"{task}-view-{view}.safetensors" for view in range(trunk.views)]
    runs.mkdir(parents=True, exist_ok=True)
    for view in range(accelerator.process_index, trunk.views, accelerator.num_processes):
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
    for indices in tqdm(torch.arange(len(dataset)).split(_BATCH), desc=f"{task}, view {view}", leave=False):
        images = TASKS[task].vary(*dataset.batch(indices), generator)
        parts.append(network(images.contiguous(memory_format=torch.channels_last)).half().contiguous())
    return torch.cat(parts)
