"""One rule from (task, loss) to files: weights as safetensors, and a card in JSON beside them."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import channels_last, nn

from losslens.checkpoints import checks, hub
from losslens.files import atomic_write, sha256
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.validation import one_of

_BESIDE_THE_PACKAGE = Path(__file__).resolve().parents[3] / "models"


class CheckpointError(RuntimeError):
    """A checkpoint that is missing or damaged; the message says which file and how to make it."""


class MissingCheckpoint(CheckpointError):
    """A checkpoint that is not there: its loss was not trained yet. ``command`` makes it."""

    def __init__(self, message: str, command: str) -> None:
        super().__init__(message)
        self.command = command


@dataclass(frozen=True)
class Card:
    """What is known of a checkpoint: how it was made and what was measured."""

    task: str
    loss: str
    config: dict[str, Any]
    temperature: float  # softmax(logits / temperature) is calibrated on held-out training data
    held_out: dict[str, dict[str, dict[str, float]]]  # "softmax" and "calibrated" figures
    test: dict[str, dict[str, dict[str, float]]]
    train_seconds: float
    data_sha256: str
    versions: dict[str, str]
    date: str  # ISO 8601, UTC
    # 95 % over the held-out data, low and high; older cards lack it.
    temperature_interval: list[float] | None = None
    # Of the weights' file, and of the backbone's where the networks share one; "" in old cards.
    weights_sha256: str = ""
    backbone_sha256: str = ""


@dataclass(frozen=True)
class Checkpoint:
    """A network in eval mode, with its card."""

    network: nn.Module
    card: Card


def models_folder() -> Path:
    """The folder that holds ``<task>/<loss>.safetensors``.

    LOSSLENS_MODELS where it is set: a folder that is here, or else a repository of the Hugging
    Face Hub, ``USER/NAME`` or ``USER/NAME@REVISION``, whose files are fetched (see ``hub``).
    Without it ``models`` here, or beside the package. Raises CheckpointError for a name that is
    neither, and for a repository that cannot be used.
    """
    named = os.environ.get("LOSSLENS_MODELS")
    if not named:
        here = Path("models")
        return here if here.is_dir() else _BESIDE_THE_PACKAGE
    folder, repository = Path(named).expanduser(), hub.parse(named)
    if folder.is_dir():
        return folder
    if repository is None:
        raise CheckpointError(
            f"LOSSLENS_MODELS is {named}: no folder here, and no repository USER/NAME or "
            "USER/NAME@REVISION."
        )
    try:
        return hub.fetch(repository)
    except hub.HubError as error:
        raise CheckpointError(
            f"LOSSLENS_MODELS names no folder here, so a repository. {error}"
        ) from error


def checkpoint_path(task: str, loss: str, folder: Path | None = None) -> Path:
    """Where the weights of ``loss`` on ``task`` are; the card has the same name with ``.json``."""
    return (folder or models_folder()) / task / f"{loss}.safetensors"


def backbone_path(task: str, folder: Path | None = None) -> Path:
    """Where the weights are that all losses' networks of ``task`` share."""
    return (folder or models_folder()) / task / "trunk.safetensors"


def as_stored(network: nn.Module, task: str) -> nn.Module:
    """The network with the precision of its file: half for tasks with a backbone (many weights)."""
    return network.half().float() if TASKS[task].backbone else network


def save_backbone(task: str, backbone: nn.Module, folder: Path | None = None) -> Path:
    """Write what the networks of ``task`` share."""
    path = backbone_path(task, folder)
    _write(backbone, path, task=task)
    return path


def backbone_sha256(task: str, folder: Path | None = None) -> str:
    """A fingerprint of the backbone's file. Raises OSError where there is none."""
    return sha256(backbone_path(task, folder))


def load_backbone(task: str, folder: Path | None = None) -> nn.Module:
    """What the networks of ``task`` share, in eval mode.

    Raises ValueError for a task that shares nothing, and CheckpointError for a missing or bad file.
    """
    shared = TASKS[task].backbone
    if shared is None:
        raise ValueError(f"the networks of {task} share no backbone")
    path, command = backbone_path(task, folder), f"losslens train {task}"
    network = _read(shared.build(), path, command)
    try:
        checks.check_weights(network)
    except ValueError as error:
        raise _damaged(path, command, str(error)) from error
    return network


def _write(network: nn.Module, path: Path, **metadata: str) -> None:
    """The weights with the precision that ``as_stored`` gives."""
    half = TASKS[metadata["task"]].backbone is not None
    weights = {
        name: (value.half() if half and value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    with atomic_write(path) as partial:
        save_file(weights, partial, metadata)


def _read(network: nn.Module, path: Path, command: str) -> nn.Module:
    """``network`` with the file's weights, in eval mode; ``command`` makes the file.

    Raises CheckpointError, which names the command.
    """
    if not path.is_file():
        raise MissingCheckpoint(
            f"Not measured yet: {path.name} is missing from {path.parent.name}/. "
            f"Make it with: {command}",
            command,
        )
    try:
        network.load_state_dict(load_file(path))  # strict: a renamed layer fails here
    except (SafetensorError, RuntimeError, OSError) as error:
        raise _damaged(path, command, "its weights do not fit the network") from error
    return network.eval().to(memory_format=channels_last)


def _damaged(path: Path, command: str, why: str) -> CheckpointError:
    said = f"The checkpoint {path.name} is damaged: {why}. Make it with: {command}"
    return CheckpointError(said)


def save(checkpoint: Checkpoint, folder: Path | None = None) -> Path:
    """Write weights and card; each file appears whole or not at all."""
    card = checkpoint.card
    path = checkpoint_path(card.task, card.loss, folder)
    _write(checkpoint.network, path, task=card.task, loss=card.loss)
    write_card(card_with_checksums(card, path), path)
    return path


def card_with_checksums(card: Card, path: Path) -> Card:
    """The card with the checksums of the weights at ``path``, and of the backbone beside them."""
    backbone = backbone_path(card.task, path.parents[1])
    shared = sha256(backbone) if TASKS[card.task].backbone and backbone.is_file() else ""
    return replace(card, weights_sha256=sha256(path), backbone_sha256=shared)


def write_card(card: Card, path: Path) -> None:
    """Write the card beside the weights at ``path``."""
    with atomic_write(path.with_suffix(".json")) as partial:
        partial.write_text(json.dumps(asdict(card), indent=1) + "\n")


def load(task: str, loss: str, folder: Path | None = None) -> Checkpoint:
    """The trained network of ``loss`` on ``task``.

    Raises ValueError for an unknown name, MissingCheckpoint where there is no file, and
    CheckpointError for a bad one.
    """
    one_of("task", task, TASKS)
    one_of("loss", loss, LOSSES)
    path = checkpoint_path(task, loss, folder)
    command = f"losslens train {task} --loss {loss}"
    network = _read(TASKS[task].network(), path, command)
    try:
        card = read_card(path.with_suffix(".json"))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise _damaged(path, command, "its card cannot be read") from error
    try:
        checks.check_card(card, task, loss)
        checks.check_metadata(path, task=task, loss=loss)
        checks.check_file(path, card.weights_sha256)
        checks.check_weights(network)
    except (ValueError, SafetensorError, OSError) as error:
        raise _damaged(path, command, str(error)) from error
    return Checkpoint(network, card)


def read_card(path: Path) -> Card:
    """The card in a JSON file. Raises OSError, ValueError or TypeError where it is none."""
    return Card(**json.loads(path.read_text()))
