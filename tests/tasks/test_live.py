"""What is trained live: examples apart from those held out, a network and a learning rate for each loss, true features."""

import numpy as np
import pytest
import torch
from losslens.tasks.live_tasks import EXAMPLES, LIVE_TASKS

from losslens.checkpoints import files as checkpoints
from losslens.data.bundled import MINI
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.training.config import OPTIMIZERS


@pytest.mark.parametrize("key", LIVE_TASKS)
def test_a_task_has_all_that_a_run_needs(key: str) -> None:
    task = LIVE_TASKS[key]
    learnt, held_out = task.load()
    assert len(learnt) == EXAMPLES and len(held_out) == 1000
    rows = {example.numpy().tobytes() for example in learnt.images}
    assert not any(example.numpy().tobytes() in rows for example in held_out.images)
    images, _ = held_out.batch(torch.arange(8))
    assert images.shape[1:] == task.shape
    assert task.network()(images).shape == (8, len(TASKS[key].labels))
    assert set(task.learning_rates) == set(OPTIMIZERS)
    assert all(rates.keys() == LOSSES.keys() for rates in task.learning_rates.values())


def test_stored_features_are_those_of_the_shipped_trunk() -> None:
    with np.load(MINI / "pets_5k.npz") as archive:
        made_with = str(archive["backbone"])
    assert made_with == checkpoints.backbone_sha256("pets"), (
        "make them again: python scripts/pet_features.py"
    )


def test_a_photo_as_the_app_keeps_it_becomes_an_input() -> None:
    features = torch.rand(320, 7, 7)
    assert torch.equal(LIVE_TASKS["pets"].picture(features)[:, 0, 0], features.mean(dim=(1, 2)))
