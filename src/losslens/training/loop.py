"""Training: one loop, a generator of progress, for the command line, the app and the tests.

What batch comes when, and how it is augmented, follows from ``(seed, step)`` alone. So two losses
with one seed see the same pictures, a resumed run ends where an uninterrupted one would, and
several processes share each batch without overlap.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer

from losslens.data.dataset import Augment, Dataset
from losslens.losses import LossFunction
from losslens.training.config import WARM_UP, TrainConfig, learning_rate_at
from losslens.training.state import TrainState


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

    @property
    def part(self) -> slice:
        """The part of a batch, as a slice."""
        return slice(self.index, None, self.count)


def train(
    state: TrainState,
    loss_fn: LossFunction,
    dataset: Dataset,
    augment: Augment | None = None,
    *,
    forward: nn.Module | None = None,
    share: Share | None = None,
) -> Iterator[Progress]:
    """Train ``state`` on ``dataset`` to its configuration's end, from wherever it stands.

    A step at a time. ``augment`` changes each batch's pictures at random. ``forward`` is the
    network wrapped for several processes, of which this one takes its ``share``. Raises ValueError
    when the dataset is smaller than one batch, or more steps are done than there are to do, and
    ArithmeticError when the loss is no longer finite.
    """
    config, share = state.config, share or Share()
    # The few left over come in another epoch: each has its own order.
    per_epoch = len(dataset) // config.batch_size
    if per_epoch == 0:
        raise ValueError(f"{len(dataset)} examples are fewer than one batch of {config.batch_size}")
    steps = per_epoch * config.epochs
    if state.step > steps:
        raise ValueError(f"{state.step} steps are done already, of {steps}: this is another run")
    while state.step < steps:
        indices = batch_indices(config, state.step, per_epoch, len(dataset))
        images, target = _batch(dataset, indices, augment, state)
        images = images[share.part].to(share.device, memory_format=torch.channels_last)
        target = target[share.part]
        set_learning_rate(
            state.optimizer, config.learning_rate * learning_rate_at(state.step / steps)
        )
        logits, loss = _step(
            state, forward or state.model, loss_fn, images, target.to(share.device)
        )
        if config.average and state.step > WARM_UP * steps:
            state.averaged.update_parameters(state.model)
        accuracy = (logits.argmax(dim=1).cpu() == target).float().mean().item()
        yield Progress(state.step, steps, loss, accuracy)


def _batch(
    dataset: Dataset, indices: Tensor, augment: Augment | None, state: TrainState
) -> tuple[Tensor, Tensor]:
    images, target = dataset.batch(indices)
    if augment is not None:
        images = augment(images, target, _generator(state.config.seed, state.step, stream=1))
    return images, target


def _step(
    state: TrainState, model: nn.Module, loss_fn: LossFunction, images: Tensor, target: Tensor
) -> tuple[Tensor, float]:
    """One step of the optimizer; logits and mean loss before it."""
    model.train()
    logits = model(images)
    loss = loss_fn(logits, target).mean()
    if not loss.isfinite():
        raise ArithmeticError(
            f"the loss became {loss.item()} at step {state.step + 1}; try a lower learning rate"
        )
    state.optimizer.zero_grad()
    loss.backward()
    state.optimizer.step()
    state.step += 1
    return logits, loss.item()


def batch_indices(config: TrainConfig, step: int, per_epoch: int, count: int) -> Tensor:
    """Which of ``count`` examples are in the batch at ``step`` (from 0).

    An epoch has ``per_epoch`` batches.
    """
    epoch, position = divmod(step, per_epoch)
    order = torch.randperm(count, generator=_generator(config.seed, epoch, stream=0))
    return order[position * config.batch_size : (position + 1) * config.batch_size]


def _generator(seed: int, number: int, stream: int) -> Generator:
    """One of its own for each (seed, number, stream): nothing depends on what was drawn before."""
    return Generator().manual_seed((seed << 32) + (number << 1) + stream)


def set_learning_rate(optimizer: Optimizer, learning_rate: float) -> None:
    """Set the rate of all the optimizer's weights."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
