"""A training run so far, in memory and on disk."""

import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from losslens.files import atomic_write
from losslens.tasks import TASKS
from losslens.training.config import TrainConfig

_MOST_STEPS = 10**8


class TrainState:
    """The network, its moving average, the optimizer and the number of steps done."""

    def __init__(self, model: nn.Module, config: TrainConfig) -> None:
        self.config = config
        self.step = 0
        self.seconds = 0.0  # of training so far; kept by whoever runs it
        self.model = model
        average = _ramped_average(config.average)
        self.averaged = AveragedModel(model, multi_avg_fn=average, use_buffers=True)
        self.optimizer = _optimizer(model, config)

    def network(self) -> nn.Module:
        """The network to use: the moving average of the weights where one is kept. In eval mode."""
        averaging = self.config.average > 0 and int(self.averaged.n_averaged) > 0
        return (self.averaged.module if averaging else self.model).eval()

    def save(self, path: Path) -> None:
        """Write all of it to one safetensors file, which appears whole or not at all."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        averaged = self.averaged.state_dict()
        tensors |= {f"averaged.{name}": value for name, value in averaged.items()}
        for index, slots in self.optimizer.state_dict()["state"].items():
            kept = {name: value for name, value in slots.items() if value is not None}
            tensors |= {f"optimizer.{index}.{name}": value for name, value in kept.items()}
        tensors |= {"step": torch.tensor(self.step), "seconds": torch.tensor(self.seconds)}
        copies = {name: value.detach().contiguous().clone() for name, value in tensors.items()}
        with atomic_write(path) as partial:
            save_file(copies, partial, self._signature())

    def restore(self, path: Path) -> None:
        """Go back to what ``save`` wrote.

        Raises ValueError when the file is damaged or of another configuration.
        """
        try:
            with safe_open(path, framework="pt") as file:
                signature = file.metadata()
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise ValueError(f"{path} is damaged; delete it to start again") from error
        if signature != self._signature():
            raise ValueError(
                f"{path} belongs to a run of another configuration; "
                "delete it or give the same options"
            )
        try:
            self._take(tensors)
        # Of torch's own loading: wrong names, shapes, kinds.
        except (RuntimeError, KeyError, ValueError, TypeError, IndexError) as error:
            raise ValueError(
                f"{path} does not hold a run of this network; delete it to start again"
            ) from error

    def _take(self, tensors: dict[str, Tensor]) -> None:
        """Go on from these tensors. Raises one of several errors where they are not a run's."""
        step, seconds = int(tensors["step"]), float(tensors["seconds"])
        if not 0 <= step <= _MOST_STEPS or not 0 <= seconds < math.inf:
            raise ValueError(f"{step} steps in {seconds} seconds")
        if not all(bool(value.isfinite().all()) for value in tensors.values()):
            raise ValueError("a value is not finite")
        self.model.load_state_dict(_under("model.", tensors))
        self.averaged.load_state_dict(_under("averaged.", tensors))
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in _under("optimizer.", tensors).items():
            index, slot = name.split(".")
            slots.setdefault(int(index), {})[slot] = value
        self._check_slots(slots)
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": slots, "param_groups": groups})
        self.step, self.seconds = step, seconds

    def _check_slots(self, slots: dict[int, dict[str, Tensor]]) -> None:
        """Raise ValueError where the optimizer's memory does not fit the network's weights."""
        weights = list(self.model.parameters())
        for index, kept in slots.items():
            shapes = {value.shape for value in kept.values() if value.dim() > 0}
            if shapes - {weights[index].shape}:
                raise ValueError(f"the optimizer's memory of weight {index}")

    def _signature(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self.config).items()}


def new_state(
    config: TrainConfig,
    device: str | torch.device = "cpu",
    network: Callable[[], nn.Module] | None = None,
) -> TrainState:
    """A fresh run: the task's network, or another, its first weights from the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        fresh = (network or TASKS[config.task].network)()
    return TrainState(fresh.to(device).to(memory_format=torch.channels_last), config)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _ramped_average(decay: float) -> Callable[..., None]:
    """An exponential moving average whose window grows to its full length.

    So the average of a short run is not all beginning.
    """

    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor | int) -> None:
        ramped = min(decay, (1 + int(count)) / (10 + int(count)))
        get_ema_multi_avg_fn(ramped)(averaged, current, count)

    return update


def _optimizer(model: nn.Module, config: TrainConfig) -> Optimizer:
    weights, rate, decay = model.parameters(), config.learning_rate, config.weight_decay
    if config.optimizer == "sgd":
        return SGD(weights, lr=rate, momentum=0.9, nesterov=True, weight_decay=decay / 40)
    # The same values as one weight after the other, with less of Python in between.
    return AdamW(weights, lr=rate, betas=(0.9, 0.99), weight_decay=decay, foreach=True)
