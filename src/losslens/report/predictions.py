"""What every network says of a task's test data, kept beside the checkpoints in 1.6 MB or less."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.ensemble import Ensemble
from losslens.checkpoints.files import CheckpointError
from losslens.data.dataset import Dataset
from losslens.files import atomic_write
from losslens.losses import LOSSES

DISPUTED = 24  # pictures kept
_NOT_LOGITS = ("target", "disputed", "pictures")  # in the file; every other tensor is a loss's


@dataclass(frozen=True)
class Predictions:
    """``logits``: for each loss that was measured (N, C), in half precision; ``target`` (N,) int64.

    ``disputed`` (D,) are the positions of the pictures on which the networks disagree most, the
    worst first; ``pictures`` (D, C, H, W) uint8 are these, or (0, C, H, W) where they may not be
    handed on.
    """

    logits: dict[str, Tensor]
    target: Tensor
    disputed: Tensor
    pictures: Tensor


def predict_all(ensemble: Ensemble, test: Dataset) -> Predictions:
    """Each loss's logits of every test picture, rounded so that no answer changes."""
    logits = ensemble.outputs(test)
    apart = disagreement(logits, ensemble.temperatures)
    disputed = apart.argsort(descending=True, stable=True)[:DISPUTED]
    pictures = test.images[disputed if ensemble.task.shareable else []]
    rounded = {loss: _half(each) for loss, each in logits.items()}
    return Predictions(rounded, test.target, disputed, pictures)


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
    """In half precision, with the same class highest: where rounding made it equal to another, it
    is put one step above."""
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
    others = {
        "target": predictions.target.to(torch.uint8),
        "disputed": predictions.disputed,
        "pictures": predictions.pictures,
    }
    with atomic_write(path) as partial:
        save_file(predictions.logits | others, partial, {"task": task})
    return path


def load(task: str, folder: Path | None = None) -> Predictions:
    """What ``save`` wrote, of the losses that were measured then, in the catalogue's order.

    Raises CheckpointError for a missing or damaged file.
    """
    path = predictions_path(task, folder)
    try:
        tensors = load_file(path)
        target, disputed, pictures = (tensors.pop(name) for name in _NOT_LOGITS)
    except (OSError, SafetensorError, KeyError) as error:
        raise CheckpointError(
            f"{path} is missing or damaged. Make it with: losslens report {task}"
        ) from error
    losses = [*(loss for loss in LOSSES if loss in tensors), *sorted(tensors.keys() - LOSSES)]
    return Predictions({loss: tensors[loss] for loss in losses}, target.long(), disputed, pictures)
