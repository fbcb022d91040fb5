"""A trained network as one module with preprocessing, labels and calibration: ``losslens.load``."""

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from losslens.checkpoints import files
from losslens.checkpoints.files import Card
from losslens.images.marks import PROBLEMS
from losslens.images.reading import check_size
from losslens.tasks import TASKS


class Classifier(nn.Module):
    """One task's network under one loss: pictures (N, C, H, W) in 0..1 to logits (N, labels).

    An ordinary module: it can be trained further, moved to a device, taken apart. ``network`` is
    the whole of it, the backbone included where the task's networks share one.
    """

    def __init__(self, network: nn.Module, card: Card) -> None:
        super().__init__()
        self.network = network
        self.card = card  # how it was made and what was measured
        self.labels = TASKS[card.task].labels
        self.temperature = card.temperature  # softmax(logits / temperature) is calibrated

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, labels) of pictures (N, C, H, W) in 0..1."""
        logits: Tensor = self.network(images.contiguous(memory_format=torch.channels_last))
        return logits

    def to_tensor(self, picture: Image.Image) -> Tensor:
        """A picture as the network wants it: (C, H, W) in 0..1.

        Any mode and size: for digits the ink is found and centred as MNIST did it, for pets the
        photo is scaled. Raises PictureError, a ValueError, for one that is too large or too small.
        """
        check_size(*picture.size)
        return TASKS[self.card.task].to_tensor(picture)

    def _readable(self, picture: Image.Image) -> Tensor:
        check_size(*picture.size)
        found = TASKS[self.card.task].found(picture)
        if found.problem:
            raise ValueError(PROBLEMS[found.problem])
        return found.whole

    @torch.inference_mode()
    def probabilities(
        self, picture: Image.Image | Tensor, *, calibrated: bool = False
    ) -> dict[str, float]:
        """Each label's softmax probability, of a picture or a tensor from ``to_tensor``; sum 1.

        Raises ValueError for a picture that shows a dot or a scribble, which has no label.
        """
        image = picture if isinstance(picture, Tensor) else self._readable(picture)
        logits = self(image[None])[0] / (self.temperature if calibrated else 1.0)
        return dict(zip(self.labels, logits.softmax(dim=0).tolist(), strict=True))


def load(task: str, loss: str, folder: str | Path | None = None) -> Classifier:
    """The trained network of ``loss`` on ``task``, from ``folder`` or the models folder.

    In eval mode. Raises ValueError for an unknown name and CheckpointError for a file that is
    missing or damaged.
    """
    where = None if folder is None else Path(folder)
    checkpoint = files.load(task, loss, where)
    network = checkpoint.network
    if TASKS[task].backbone:
        network = nn.Sequential(files.load_backbone(task, where), network)
    return Classifier(network, checkpoint.card).eval()
