"""Networks run as one answer as each does alone."""

import pytest
import torch

from losslens.checkpoints.ensemble import load_ensemble
from losslens.data.dataset import Dataset
from losslens.networks import stacked
from losslens.networks.digit_net import DigitNet
from losslens.networks.stacked import StackedDigitNets
from losslens.tasks import TASKS


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("count", [1, 3])
def test_networks_as_one_answer_as_each_alone(
    count: int, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not packed:  # as on a machine without oneDNN
        monkeypatch.setattr(stacked, "can_pack", lambda: False)
    torch.manual_seed(0)
    networks = [DigitNet((4, 8, 16), classes=3).eval() for _ in range(count)]
    images = torch.rand(5, 1, 28, 28)
    with torch.inference_mode():
        for network in networks:  # a normalisation that does something
            network.train()(images)
            network.eval()
        together = StackedDigitNets(networks)(images)
        assert together.shape == (5, count, 3)
        for row, network in zip(together.unbind(dim=1), networks, strict=True):
            torch.testing.assert_close(row, network(images), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("task", [key for key, task in TASKS.items() if task.stacked])
def test_the_shipped_networks_as_one(task: str, mini: Dataset) -> None:
    ensemble = load_ensemble(task)
    image = mini.batch(torch.tensor([7]))[0][0]
    with torch.inference_mode():
        alone = torch.cat([network(image[None]) for network in ensemble.networks.values()])
    torch.testing.assert_close(ensemble.answers(image), alone, atol=1e-4, rtol=1e-4)
