"""Loss Lens: see what a loss function teaches a network."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from losslens.inference.classifier import Classifier


def load(task: str, loss: str, folder: "str | Path | None" = None) -> "Classifier":
    """A trained network with its preprocessing, labels and temperature, as one torch module.

    ``load("digits", "focal").probabilities(picture)``; see ``losslens.inference.classifier``. From
    ``folder``, or where the app finds its checkpoints. Raises ValueError for an unknown task or
    loss, and CheckpointError for a missing or damaged file.
    """
    from losslens.inference import classifier  # noqa: PLC0415  # torch takes seconds to import

    return classifier.load(task, loss, folder)
