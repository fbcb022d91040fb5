"""What is trained live: examples apart from those held out, a network and learning rates for each
optimizer, true features."""

import numpy as np
import pytest
import torch

from losslens.checkpoints import files as checkpoints
from losslens.data.bundled import MINI_PETS, pet_components
from losslens.live.config import LiveConfig
from losslens.live.gate import Gate
from losslens.live.worker import points, prepared
from losslens.losses import LOSSES
from losslens.networks.pet_net import FEATURES
from losslens.tasks import TASKS
from losslens.tasks.base import LIVE_EXAMPLES
from losslens.training.config import OPTIMIZERS

LIVE = {key: task.live for key, task in TASKS.items() if task.live is not None}


@pytest.mark.parametrize("key", LIVE)
def test_a_task_has_all_that_a_run_needs(key: str) -> None:
    live = LIVE[key]
    learnt, held_out = live.load()
    assert len(learnt) == LIVE_EXAMPLES and len(held_out) == 1000
    rows = {example.numpy().tobytes() for example in learnt.images}
    assert not any(example.numpy().tobytes() in rows for example in held_out.images)
    images, _ = held_out.batch(torch.arange(8))
    assert images.shape[1:] == live.shape
    assert live.network()(images).shape == (8, len(TASKS[key].labels))
    assert set(live.learning_rates) == set(OPTIMIZERS)
    assert all(rates.of(loss) > 0 for rates in live.learning_rates.values() for loss in LOSSES)


@pytest.mark.parametrize("key", LIVE)
def test_the_lines_of_the_script_read_the_same_examples(key: str) -> None:
    live = LIVE[key]
    names = {"torch": torch, "np": np, "Generator": torch.Generator}
    with np.load(live.data_file) as archive:
        target = archive["target"]
        images = eval(live.read_code, names | {"archive": archive})
        order = eval(live.order_code, names | {"target": target})
    learnt, held_out = live.load()
    parts = {LIVE_EXAMPLES: learnt, len(target) - LIVE_EXAMPLES: held_out}
    for indices, part in zip(
        (order[-LIVE_EXAMPLES:], order[:-LIVE_EXAMPLES]), parts.values(), strict=True
    ):
        given, classes = part.batch(torch.arange(len(part)))
        assert torch.equal(torch.from_numpy(images)[indices], given)
        assert torch.equal(torch.from_numpy(target).long()[indices], classes)


@pytest.mark.parametrize(("task", "as_in_the_literature"), [("fashion", True), ("digits", False)])
def test_cross_entropy_is_over_confident_and_focal_better_on_clothes_and_not_on_digits(
    task: str, as_in_the_literature: bool
) -> None:
    config = LiveConfig(losses=("cross_entropy", "focal"), task=task, epochs=8)
    *_, last = points(prepared(config), Gate())
    cross_entropy, focal = last.calibration_error
    assert (focal < cross_entropy) == as_in_the_literature
    assert (cross_entropy > 0.03) == as_in_the_literature


def test_stored_features_are_those_of_the_shipped_backbone() -> None:
    with np.load(LIVE["pets"].data_file) as archive:
        made_with = str(archive["trunk"])
    assert made_with == checkpoints.backbone_sha256("pets"), (
        "make them again: python scripts/pet_features.py"
    )


def test_a_photo_as_the_app_keeps_it_becomes_an_input() -> None:
    features = torch.rand(FEATURES + 1, 10, 10)
    made = LIVE["pets"].to_input(features)
    assert made.shape == LIVE["pets"].shape
    expected = pet_components(features[:FEATURES].mean(dim=(1, 2)))
    torch.testing.assert_close(made[:, 0, 0], expected)
    with np.load(MINI_PETS) as archive:
        turned = torch.from_numpy(archive["components"]).float()
    torch.testing.assert_close(turned @ turned.T, torch.eye(len(turned)), atol=0.01, rtol=0)
