"""What every loss's network says of a task's test data, kept beside the checkpoints: 10,000 x 8 x 10 numbers in 1.6 MB."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import CheckpointError
from losslens.data.dataset import Dataset
from losslens.evaluation.metrics import outputs_of
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.training.backbone import on_backbone

DISPUTED = 24  # pictures kept


@dataclass(frozen=True)
class Predictions:
    """``logits``: for each loss (N, C), in half precision; ``target`` (N,) int64.

    ``disputed`` (D,) are the positions of the pictures on which the networks disagree most, the
    worst first; ``pictures`` (D, C, H, W) uint8 are these, or (0, C, H, W) where they may not be
    handed on.
    """

    logits: dict[str, Tensor]
    target: Tensor
    disputed: Tensor
    pictures: Tensor


@dataclass(frozen=True)
class Networks:
    """A task's eight networks with their temperatures and, where they share one, their backbone;
    all in eval mode."""

    backbone: nn.Module | None
    networks: dict[str, nn.Module]
    temperatures: dict[str, float]

    def outputs(self, pictures: Dataset) -> dict[str, Tensor]:
        """Each loss's logits (N, C)."""
        given = on_backbone(self.backbone, pictures) if self.backbone else pictures
        return {loss: outputs_of(network, given) for loss, network in self.networks.items()}


def load_networks(task: str, folder: Path | None = None) -> Networks:
    """All checkpoints of a task. Raises CheckpointError where one is missing."""
    backbone = checkpoints.load_backbone(task, folder) if TASKS[task].backbone else None
    loaded = {loss: checkpoints.load(task, loss, folder) for loss in LOSSES}
    return Networks(
        backbone,
        {loss: checkpoint.network for loss, checkpoint in loaded.items()},
        {loss: checkpoint.card.temperature for loss, checkpoint in loaded.items()},
    )


def predict_all(task: str, networks: Networks, test: Dataset) -> Predictions:
    """Each loss's logits of every test picture, rounded so that no answer changes."""
    logits = networks.outputs(test)
    disputed = disagreement(logits, networks.temperatures).argsort(descending=True, stable=True)[
        :DISPUTED
    ]
    pictures = test.images[disputed if TASKS[task].shareable else []]
    return Predictions(
        {loss: _half(each) for loss, each in logits.items()}, test.target, disputed, pictures
    )


def disagreement(logits: dict[str, Tensor], temperatures: dict[str, float]) -> Tensor:
    """How far the losses' calibrated probabilities lie apart on each picture: (N,) nats, from 0 to
    the log of their number.

    Jensen-Shannon divergence. Lin 1991, https://doi.org/10.1109/18.61115
    """
    probs = torch.stack(
        [(logits[loss].double() / temperatures[loss]).softmax(dim=1) for loss in logits]
    )
    apart: Tensor = torch.special.entr(probs.mean(dim=0)).sum(dim=1) - torch.special.entr(
        probs
    ).sum(dim=2).mean(dim=0)
    return apart


def _half(logits: Tensor) -> Tensor:
    """In half precision, with the same class highest: where rounding made it lose a draw, it is put
    one step above."""
    rounded = logits.numpy().astype(np.float16)
    answer = logits.argmax(dim=1).numpy()
    lost = rounded.argmax(axis=1) != answer
    rounded[lost, answer[lost]] = np.nextafter(rounded[lost].max(axis=1), np.float16(np.inf))
    return torch.from_numpy(rounded)


def predictions_path(task: str, folder: Path | None = None) -> Path:
    """Where the predictions of ``task`` are."""
    return (folder or checkpoints.models_folder()) / task / "predictions.safetensors"


def save(task: str, predictions: Predictions, folder: Path | None = None) -> Path:
    """Write the predictions; the file appears whole or not at all."""
    path = predictions_path(task, folder)
    partial = path.with_suffix(".partial")
    others = {
        "target": predictions.target.to(torch.uint8),
        "disputed": predictions.disputed,
        "pictures": predictions.pictures,
    }
    save_file(predictions.logits | others, partial, {"task": task})
    partial.replace(path)
    return path


def load(task: str, folder: Path | None = None) -> Predictions:
    """What ``save`` wrote. Raises CheckpointError for a missing or damaged file."""
    path = predictions_path(task, folder)
    try:
        tensors = load_file(path)
        logits = {loss: tensors[loss] for loss in LOSSES}
        return Predictions(
            logits, tensors["target"].long(), tensors["disputed"], tensors["pictures"]
        )
    except (OSError, SafetensorError, KeyError) as error:
        raise CheckpointError(
            f"{path} is missing or damaged. Make it with: losslens report {task}"
        ) from error
