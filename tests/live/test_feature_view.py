"""The feature view's file: networks at moments of their training, and where they put digits."""

import pytest
import torch

from losslens.data.bundled import mini_mnist
from losslens.evaluation.separation import class_separation
from losslens.live.feature_view import FILE, Snapshot, feature_view
from losslens.losses import LOSSES
from losslens.networks.digit_net import StudyNet
from losslens.tasks import TASKS

VIEW = feature_view()
MOST_BYTES = 1_500_000


def test_every_loss_is_there_at_twenty_moments_or_more_in_a_small_file() -> None:
    assert list(VIEW.trainings) == list(LOSSES)
    assert len(VIEW.seen) >= 20 and VIEW.seen == sorted(VIEW.seen) and VIEW.seen[0] == 0
    assert FILE.stat().st_size < MOST_BYTES
    learnt = {each.numpy().tobytes() for each in TASKS["digits"].live.load()[0].images}
    shown = mini_mnist().images[VIEW.chosen]
    assert not any(each.numpy().tobytes() in learnt for each in shown)


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_the_networks_that_are_kept_give_the_places_and_the_figures_that_are_kept(
    loss: str,
) -> None:
    training = VIEW.trainings[loss]
    digits, target = mini_mnist().batch(torch.tensor(VIEW.chosen))
    assert target.tolist() == VIEW.target
    held_out = TASKS["digits"].live.load()[1]
    images, truth = held_out.batch(torch.arange(len(held_out)))
    for moment in (0, len(VIEW.seen) // 2, -1):
        snapshot = training.snapshots[moment]
        laid = training.plane.place(snapshot.features(digits))
        kept = torch.from_numpy(training.places[moment]).float() / 255
        assert torch.allclose(laid, kept, atol=0.006)
        found = class_separation(snapshot.features(images), truth)
        assert training.separation[moment] == pytest.approx(found, abs=0.002)
    assert training.accuracy[0] < 0.3 < 0.9 < training.accuracy[-1]
    assert training.star(digits[0])[-1] == pytest.approx(laid[0].tolist(), abs=1e-5)


def test_a_network_kept_in_bytes_has_the_features_of_the_network() -> None:
    torch.manual_seed(0)
    network = StudyNet().eval()
    digits = mini_mnist().batch(torch.arange(0, 5_000, 250))[0]
    with torch.inference_mode():
        whole = torch.nn.Sequential(*list(network)[:-2])(digits).flatten(1)
    kept = Snapshot.of(network).features(digits)
    assert whole.shape == kept.shape
    assert float((kept - whole).norm() / whole.norm()) < 0.02
