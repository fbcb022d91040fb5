"""What ships whole: losses with checkpoints, and languages with all texts. Others may join."""

from pathlib import Path

from losslens.checkpoints.files import checkpoint_path
from losslens.losses import LOSSES

MODELS = Path(__file__).resolve().parents[2] / "models"
WHOLE = ("en", "ja")  # languages that say everything


def shipped(task: str) -> list[str]:
    """The losses whose networks of ``task`` ship, in the order of the catalogue."""
    return [loss for loss in LOSSES if checkpoint_path(task, loss, MODELS).is_file()]
