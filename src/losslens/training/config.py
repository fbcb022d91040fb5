"""What a training run depends on but the data, and how its learning rate goes."""

import math
from dataclasses import dataclass

from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.validation import one_of, within

OPTIMIZERS = ("adamw", "sgd")
WARM_UP = 0.2  # share of the steps in which the learning rate rises; then it falls to 0


@dataclass(frozen=True)
class TrainConfig:
    """One run. ``epochs`` and ``learning_rate`` of 0 mean the task's own.

    Raises ValueError, naming what is allowed, when made from anything else.
    """

    task: str = "digits"
    loss: str = "cross_entropy"
    seed: int = 0
    epochs: int = 0
    batch_size: int = 125
    learning_rate: float = 0.0
    optimizer: str = "adamw"
    weight_decay: float = 0.05
    average: float = 0.997  # decay of the moving average of the weights, a step; 0: no averaging

    def __post_init__(self) -> None:
        one_of("task", self.task, TASKS)
        one_of("loss", self.loss, LOSSES)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        task = TASKS[self.task]
        object.__setattr__(self, "epochs", self.epochs or task.epochs)
        object.__setattr__(self, "learning_rate", self.learning_rate or task.learning_rate)
        within("seed", self.seed, 0, 2**31 - 1)
        within("epochs", self.epochs, 1, 1000)
        within("batch_size", self.batch_size, 2, 4096)
        within("learning_rate", self.learning_rate, 1e-7, 10.0)
        within("weight_decay", self.weight_decay, 0.0, 1.0)
        within("average", self.average, 0.0, 0.99999)


def learning_rate_at(done: float) -> float:
    """The learning rate as a share of its peak when ``done`` (0..1) of the steps are behind.

    A rise, then a half cosine.
    """
    if done < WARM_UP:
        return done / WARM_UP
    return (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
