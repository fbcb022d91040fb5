"""Training: one loop, a generator of progress, for the command line, the app and the tests.

What batch comes when, and how it is varied, follows from ``(seed, step)`` alone. So two losses with one seed see the same
pictures, a resumed run ends where an uninterrupted one would, and several processes share each batch without overlap.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from losslens.data.dataset import Augment, Dataset
from losslens.losses import LossFunction
from losslens.tasks import TASKS
from losslens.training.config import WARM_UP, TrainConfig, learning_rate_at


@dataclass(frozen=True)
class Progress:
    """What one step did."""

    step: int  # 1-based
    steps: int  # of the whole run
    loss: float  # mean of this batch, in the loss's own units (not comparable between losses)
    accuracy: float  # of this batch, 0..1


@dataclass(frozen=True)
class Share:
    """Which part of each batch this process takes: part ``index`` of ``count``, on ``device``."""

    index: int = 0
    count: int = 1
    device: str | torch.device = "cpu"


class TrainState:
    """A run so far: the network, its moving average, the optimizer and the number of steps done."""

    def __init__(self, model: nn.Module, config: TrainConfig) -> None:
        self.config = config
        self.step = 0
        self.seconds = 0.0  # of training so far; kept by whoever runs it
        self.model = model
        self.averaged = AveragedModel(
            model, multi_avg_fn=_ramped_average(config.average), use_buffers=True
        )
        self.optimizer = _optimizer(model, config)

    def network(self) -> nn.Module:
        """The network to use: the moving average of the weights where one is kept. In eval mode."""
        averaging = self.config.average > 0 and int(self.averaged.n_averaged) > 0
        return (self.averaged.module if averaging else self.model).eval()

    def save(self, path: Path) -> None:
        """Write all of it to one safetensors file, which appears whole or not at all."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"averaged.{name}": value for name, value in self.averaged.state_dict().items()}
        for index, slots in self.optimizer.state_dict()["state"].items():
            tensors |= {
                f"optimizer.{index}.{name}": value
                for name, value in slots.items()
                if value is not None
            }
        tensors |= {"step": torch.tensor(self.step), "seconds": torch.tensor(self.seconds)}
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        save_file(
            {name: value.detach().contiguous().clone() for name, value in tensors.items()},
            partial,
            self._signature(),
        )
        partial.replace(path)

    def restore(self, path: Path) -> None:
        """Go back to what ``save`` wrote. Raises ValueError when the file is damaged or of another
        configuration."""
        try:
            with safe_open(path, framework="pt") as file:
                signature = file.metadata()
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise ValueError(f"{path} is damaged; delete it to start again") from error
        if signature != self._signature():
            raise ValueError(
                f"{path} belongs to a run of another configuration; delete it or give the same options"
            )
        self.model.load_state_dict(_under("model.", tensors))
        self.averaged.load_state_dict(_under("averaged.", tensors))
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in _under("optimizer.", tensors).items():
            index, slot = name.split(".")
            slots.setdefault(int(index), {})[slot] = value
        self.optimizer.load_state_dict(
            {"state": slots, "param_groups": self.optimizer.state_dict()["param_groups"]}
        )
        self.step, self.seconds = int(tensors["step"]), float(tensors["seconds"])

    def _signature(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self.config).items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _ramped_average(decay: float) -> Callable[..., None]:
    """An exponential moving average whose window grows to its full length, so that short runs are
    not all beginning."""

    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor | int) -> None:
        ramped = min(decay, (1 + int(count)) / (10 + int(count)))
        get_ema_multi_avg_fn(ramped)(averaged, current, count)

    return update


def _optimizer(model: nn.Module, config: TrainConfig) -> Optimizer:
    if config.optimizer == "sgd":
        return SGD(
            model.parameters(),
            lr=config.learning_rate,
            momentum=0.9,
            nesterov=True,
            weight_decay=config.weight_decay / 40,
        )
    return AdamW(
        model.parameters(),
        lr=config.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=config.weight_decay,
    )


def new_state(
    config: TrainConfig,
    device: str | torch.device = "cpu",
    network: Callable[[], nn.Module] | None = None,
) -> TrainState:
    """A fresh run: the task's network, or another for the task, its first weights from the seed
    alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        fresh = (network or TASKS[config.task].network)()
    return TrainState(fresh.to(device).to(memory_format=torch.channels_last), config)


def train(
    state: TrainState,
    loss_fn: LossFunction,
    dataset: Dataset,
    augment: Augment | None = None,
    *,
    forward: nn.Module | None = None,
    share: Share | None = None,
) -> Iterator[Progress]:
    """Train ``state`` on ``dataset`` to the end of its configuration, from wherever it stands, a
    step at a time.

    ``augment`` changes each batch's pictures at random. ``forward`` is the network wrapped for
    several processes, of which this one takes its ``share``. Raises ValueError when the dataset is
    smaller than one batch, and ArithmeticError when the loss is no longer a finite number.
    """
    config, share = state.config, share or Share()
    per_epoch = (
        len(dataset) // config.batch_size
    )  # the few left over come in another epoch: each has its own order
    if per_epoch == 0:
        raise ValueError(f"{len(dataset)} examples are fewer than one batch of {config.batch_size}")
    steps = per_epoch * config.epochs
    model = forward or state.model
    while state.step < steps:
        indices = batch_indices(config, state.step, per_epoch, len(dataset))
        images, target = dataset.batch(indices)
        if augment is not None:
            images = augment(images, target, _generator(config.seed, state.step, stream=1))
        part = slice(share.index, None, share.count)
        images = images[part].to(share.device, memory_format=torch.channels_last)
        _set_learning_rate(
            state.optimizer, config.learning_rate * learning_rate_at(state.step / steps)
        )
        model.train()
        logits = model(images)
        losses = loss_fn(logits, target[part].to(share.device))
        loss = losses.mean()
        if not loss.isfinite():
            raise ArithmeticError(
                f"the loss became {loss.item()} at step {state.step + 1}; try a lower learning rate"
            )
        state.optimizer.zero_grad()
        loss.backward()
        state.optimizer.step()
        state.step += 1
        if config.average and state.step > WARM_UP * steps:
            state.averaged.update_parameters(state.model)
        accuracy = (logits.argmax(dim=1).cpu() == target[part]).float().mean().item()
        yield Progress(state.step, steps, loss.item(), accuracy)


def batch_indices(config: TrainConfig, step: int, per_epoch: int, count: int) -> Tensor:
    """Which of ``count`` examples are in the batch at ``step`` (from 0), where an epoch has
    ``per_epoch`` batches."""
    epoch, position = divmod(step, per_epoch)
    order = torch.randperm(count, generator=_generator(config.seed, epoch, stream=0))
    return order[position * config.batch_size : (position + 1) * config.batch_size]


def _generator(seed: int, number: int, stream: int) -> torch.Generator:
    """A generator of its own for each (seed, number, stream): nothing depends on what was drawn
    before."""
    return torch.Generator().manual_seed((seed << 32) + (number << 1) + stream)


def _set_learning_rate(optimizer: Optimizer, learning_rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
