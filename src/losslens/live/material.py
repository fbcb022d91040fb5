"""What a live run learns from: the task's examples with some classes rare and some labels wrong."""

from dataclasses import dataclass

import torch
from torch import Tensor

from losslens.data.dataset import Dataset, imbalanced, with_confusions, with_label_noise
from losslens.live.config import LiveConfig
from losslens.tasks import TASKS


@dataclass(frozen=True)
class Material:
    """Examples as the networks get them, and their right labels."""

    dataset: Dataset
    truth: Tensor  # (N,) int64

    @property
    def wrong(self) -> Tensor:
        """The positions of the wrongly labelled examples (M,), in their order."""
        return torch.nonzero(self.dataset.target != self.truth).squeeze(1)

    @property
    def rightly_labelled(self) -> Tensor:
        """The positions of the others (N - M,)."""
        return torch.nonzero(self.dataset.target == self.truth).squeeze(1)


def material(config: LiveConfig) -> Material:
    """What the first seed of a run learns from; it follows from the settings alone.

    Labels of held-out examples are never wrong.
    """
    examples, _ = config.live.load()
    task = TASKS[config.task]
    classes = len(task.labels)
    given = examples.pick(torch.arange(config.examples))
    if config.imbalance > 1:
        most = len(given) // classes
        given = imbalanced(given, config.imbalance, most, config.seed)
    if config.noise == "asymmetric":
        noisy = with_confusions(given, config.wrong_labels, task.confused, config.seed)
    else:
        noisy = with_label_noise(given, config.wrong_labels, classes, config.seed)
    return Material(noisy, given.target)
