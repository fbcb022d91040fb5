"""``losslens.load``: the same answers as the app's, as a module to work with."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

import losslens
from losslens.checkpoints.files import CheckpointError
from losslens.data.dataset import Dataset
from losslens.images.reading import PictureError
from losslens.inference import predictor as inference
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from support.shipped import shipped

CAT = Path(losslens.__file__).parent / "data" / "samples" / "cat.jpg"


@pytest.mark.parametrize(
    ("task", "loss"), [(task, loss) for task in TASKS for loss in shipped(task)]
)
def test_it_answers_as_the_app_does(task: str, loss: str, mini: Dataset) -> None:
    inference.forget()
    picture = (
        Image.open(CAT)
        if TASKS[task].input_kind == "photo"
        else Image.fromarray(255 - mini.images[7, 0].numpy())
    )
    expected = next(a for a in inference.predict_picture(task, picture).given if a.loss == loss)
    model = losslens.load(task, loss)
    assert model.labels == TASKS[task].labels and model.temperature == model.card.temperature
    image = model.to_tensor(picture)
    assert model(torch.stack([image, image])).shape == (2, len(model.labels))
    torch.testing.assert_close(
        model(image[None])[0].detach(), torch.tensor(expected.logits), atol=1e-4, rtol=1e-4
    )
    for calibrated, values in ((False, expected.softmax), (True, expected.calibrated)):
        assert list(model.probabilities(picture, calibrated=calibrated).values()) == pytest.approx(
            values, abs=1e-4
        )
    assert model.probabilities(image) == model.probabilities(picture)


def test_it_can_be_trained_further() -> None:
    model = losslens.load("digits", "focal").train()
    images, target = torch.rand(4, *TASKS["digits"].shape), torch.arange(4)
    LOSSES["focal"].fn(model(images), target).mean().backward()
    assert all(weight.grad is not None for weight in model.parameters())


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose from cross_entropy"):
        losslens.load("digits", "nope")
    with pytest.raises(CheckpointError, match="missing from digits"):
        losslens.load("digits", "focal", tmp_path)
    with pytest.raises(PictureError, match="at least"):
        losslens.load("digits", "focal").probabilities(Image.new("L", (3, 3)))


def test_the_package_itself_is_light() -> None:
    heavy = "[name for name in ('torch', 'gradio', 'numpy', 'PIL') if name in sys.modules]"
    said = subprocess.run(
        [sys.executable, "-c", f"import losslens, sys; print({heavy})"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == "[]\n"
