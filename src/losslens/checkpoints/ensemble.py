"""All networks of a task, loaded once: one a loss, and the backbone that they share."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from losslens.checkpoints.files import (
    Checkpoint,
    CheckpointError,
    MissingCheckpoint,
    backbone_sha256,
    load,
    load_backbone,
    models_folder,
)
from losslens.data.dataset import Dataset
from losslens.evaluation import ood
from losslens.evaluation.metrics import outputs_of
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS, Task

_BATCH = 25  # photos at once; more are slower, since their features leave the processor's cache


@dataclass(frozen=True)
class Ensemble:
    """A task's networks in eval mode, by loss in the catalogue's order."""

    task: Task
    backbone: nn.Module | None  # where the networks share one
    members: dict[str, Checkpoint]
    missing: dict[str, CheckpointError]  # losses whose checkpoint cannot be used, and why
    stack: nn.Module | None = None  # all networks as one, where the task has that

    @property
    def losses(self) -> list[str]:
        """The losses of the networks that are here."""
        return list(self.members)

    @property
    def networks(self) -> dict[str, nn.Module]:
        """Each loss's network: what ``inputs`` gives to logits."""
        return {loss: member.network for loss, member in self.members.items()}

    @property
    def temperatures(self) -> dict[str, float]:
        """softmax(logits / temperature) is calibrated."""
        return {loss: member.card.temperature for loss, member in self.members.items()}

    @torch.inference_mode()
    def features(self, image: Tensor) -> Tensor:
        """What the networks take of a picture (C, H, W) in 0..1: itself, or its features."""
        if self.backbone is None:
            return image
        batch = image[None].contiguous(memory_format=torch.channels_last)
        features: Tensor = self.backbone(batch)[0]
        return features

    @torch.inference_mode()
    def answers(self, features: Tensor) -> Tensor:
        """The logits (L, C) of what ``features`` gave, one row a network."""
        if self.stack is not None:
            stacked: Tensor = self.stack(features[None])[0]
            return stacked
        return torch.cat([network(features[None]) for network in self.networks.values()])

    def inputs(self, pictures: Dataset) -> Dataset:
        """Likewise of a whole data set."""
        return on_backbone(self.backbone, pictures) if self.backbone is not None else pictures

    def outputs(self, pictures: Dataset) -> dict[str, Tensor]:
        """Each loss's logits (N, C)."""
        return self.logits(self.inputs(pictures))

    def logits(self, inputs: Dataset) -> dict[str, Tensor]:
        """Each loss's logits (N, C) of what ``inputs`` gave."""
        return {loss: outputs_of(network, inputs) for loss, network in self.networks.items()}

    def required(self) -> "Ensemble":
        """Itself. Raises CheckpointError, with the first reason, where no network is here."""
        if not self.members:
            raise next(iter(self.missing.values()))
        return self


def load_ensemble(task: str, folder: Path | None = None) -> Ensemble:
    """All checkpoints of a task that can be used, of ``folder`` or of the models folder."""
    record = TASKS[task]
    try:
        folder = folder or models_folder()
        backbone = load_backbone(task, folder) if record.backbone else None
        shared = backbone_sha256(task, folder) if record.backbone else ""
    except CheckpointError as error:
        return Ensemble(record, None, {}, dict.fromkeys(card_losses(), error))
    members: dict[str, Checkpoint] = {}
    missing: dict[str, CheckpointError] = {}
    for loss in LOSSES:
        try:
            members[loss] = _on_this_backbone(load(task, loss, folder), shared)
        except MissingCheckpoint as error:
            if LOSSES[loss].on_cards:
                missing[loss] = error
        except CheckpointError as error:
            missing[loss] = error
    networks = [member.network for member in members.values()]
    stack = record.stacked(networks) if record.stacked and networks else None
    return Ensemble(record, backbone, members, missing, stack)


def _on_this_backbone(member: Checkpoint, shared: str) -> Checkpoint:
    """The network. Raises CheckpointError where it learnt on another backbone than this one."""
    if shared and member.card.backbone_sha256 not in ("", shared):
        card = member.card
        raise CheckpointError(
            f"The network of {card.loss} learnt on another backbone than the one that is here. "
            f"Make both with: losslens train {card.task}"
        )
    return member


def load_detector(task: str, folder: Path) -> ood.OODDetector | ood.ExposedDetector | None:
    """The OOD detector of a task below ``folder``; None where it is missing or cannot be read."""
    of_network = TASKS[task].network_detector
    return ood.load(folder / task, of_network.network if of_network else None)


def on_backbone(backbone: nn.Module, pictures: Dataset, progress: str = "") -> Dataset:
    """The mean over all places (N, C, 1, 1) of the backbone's features of every picture.

    The networks look at nothing else, and all places of some thousand photos would take gigabytes.
    ``progress`` names a progress bar; without it there is none.
    """
    pooled = nn.Sequential(backbone, nn.AdaptiveAvgPool2d(1))
    return Dataset(outputs_of(pooled, pictures, _BATCH, progress), pictures.target)
