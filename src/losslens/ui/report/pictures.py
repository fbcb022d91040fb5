"""Pictures of a task as the report card shows them: as data URLs."""

from functools import cache

from PIL import Image
from torch import Generator, Tensor

from losslens.data.dataset import as_bytes
from losslens.images.corruptions import CORRUPTIONS
from losslens.tasks import TASKS, Task
from losslens.ui.data_urls import jpeg_url, png_url

_THUMBNAIL = 72  # pixels of a photo's side


def picture_url(picture: Tensor, task: Task) -> str:
    """A picture (C, H, W), uint8, as a person knows it: of a drawing, dark ink on white paper."""
    pixels = picture.permute(1, 2, 0).numpy()
    if task.input_kind == "drawing":
        return png_url(255 - pixels[:, :, 0])
    photo = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    return jpeg_url(photo.resize((_THUMBNAIL, _THUMBNAIL)))


@cache
def corrupted_samples(task_key: str, corruption: str) -> list[str]:
    """The task's first sample under a corruption at its strengths; none where either is lacking."""
    task = TASKS[task_key]
    samples, strengths = task.samples()[:1], task.corruption_strengths.get(corruption, ())
    if corruption not in CORRUPTIONS:
        return []
    return [
        _corrupted(task.to_tensor(sample.picture), task, corruption, strength)
        for sample in samples
        for strength in strengths
    ]


def _corrupted(image: Tensor, task: Task, corruption: str, strength: float) -> str:
    bad = CORRUPTIONS[corruption](image[None], strength, Generator().manual_seed(0))[0]
    return picture_url(as_bytes(bad), task)
