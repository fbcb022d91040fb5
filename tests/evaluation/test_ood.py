"""The OOD detector: its scores and threshold, and its file with the losses it was fitted on."""

import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from losslens.checkpoints.ensemble import load_detector
from losslens.checkpoints.files import models_folder
from losslens.evaluation import ood
from losslens.losses import LOSSES
from losslens.tasks import TASKS

CLASSES = 3
FIRST = ("cross_entropy", "kl_div", "mse", "brier", "bce", "focal", "margin", "gce")
PART = ("focal", "mse")  # of the losses, in an order of its own


def logits(spread: float, seed: int) -> torch.Tensor:
    """(losses, N, classes): networks that agree on one class, the surer the greater ``spread``."""
    generator = torch.Generator().manual_seed(seed)
    shared = torch.randn(400, CLASSES, generator=generator) * spread
    return torch.stack([shared + torch.randn(shared.shape, generator=generator) for _ in PART])


def rows(spread: float, seed: int) -> torch.Tensor:
    return ood.statistics(list(logits(spread, seed)))


@pytest.fixture(scope="module")
def detector() -> ood.OODDetector:
    """Fitted to tell sure networks from unsure ones."""
    return ood.fit(PART, rows(8, 0), rows(0, 1), rows(8, 2), flagged_share=0.1)


def answered(spread: float, losses: tuple[str, ...] = PART) -> dict[str, list[float]]:
    return dict(zip(losses, logits(spread, 3)[:, 0].tolist(), strict=True))


@pytest.mark.parametrize(("share", "count"), [(0.02, 8), (0.1, 40), (0.25, 100)])
def test_the_asked_share_of_unseen_pictures_of_the_classes_is_flagged(
    share: float, count: int
) -> None:
    unseen = rows(8, 2)
    fitted = ood.fit(PART, rows(8, 0), rows(0, 1), unseen, flagged_share=share)
    assert sum(map(fitted.flags, fitted.scores(unseen).tolist())) == count


def test_it_tells_other_pictures_from_those_of_the_classes(detector: ood.OODDetector) -> None:
    assert detector.losses == PART
    known, other = detector.scores(rows(8, 3)), detector.scores(rows(0, 4))
    assert (known > detector.threshold).float().mean() < 0.2
    assert (other > detector.threshold).float().mean() > 0.7


def test_a_score_is_a_share_and_only_one_above_the_threshold_is_flagged(
    detector: ood.OODDetector,
) -> None:
    scores = detector.scores(torch.cat([rows(100, 5), rows(0, 6) * 100]))
    assert scores.min() >= 0 and scores.max() <= 1
    threshold = float(detector.threshold)
    assert 0 < threshold < 1
    assert not detector.flags(threshold) and detector.flags(threshold + 1e-6)


def test_a_statistic_far_out_counts_no_more_than_five_deviations(
    detector: ood.OODDetector,
) -> None:
    far = detector.centre + torch.tensor([[5.0], [50.0], [4.0]]) * detector.spread
    with torch.inference_mode():
        at_five, at_fifty, at_four = detector(far)
    torch.testing.assert_close(at_five, at_fifty)
    assert (at_five - at_four).abs() > 0.1


def test_fitting_again_gives_the_same_detector_and_leaves_torchs_chance_alone(
    detector: ood.OODDetector,
) -> None:
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    again = ood.fit(PART, rows(8, 0), rows(0, 1), rows(8, 2), flagged_share=0.1)
    assert torch.equal(torch.rand(3), expected)
    for name, value in again.state_dict().items():
        assert torch.equal(value, detector.state_dict()[name])


def test_the_statistics_are_the_logits_their_lead_their_scale_and_the_agreement() -> None:
    networks = [torch.tensor([[1.0, 4.0, 2.0]])] * 3 + [torch.tensor([[5.0, 0.0, 0.0]])]
    found = ood.statistics(networks)[0]
    one = [1.0, 4.0, 2.0, 4.0, 2.0, float(networks[0].logsumexp(1))]
    assert found[: len(one)].tolist() == pytest.approx(one)
    assert len(found) == len(one) * len(networks) + 1 and float(found[-1]) == 3 / 4
    features = torch.arange(8.0).reshape(1, 2, 2, 2)
    with_features = ood.statistics(networks, features)[0]
    assert with_features[-5:-1].tolist() == [1.5, 5.5, 3.0, 7.0]


def test_what_is_saved_comes_back_with_its_losses(
    detector: ood.OODDetector, tmp_path: Path
) -> None:
    ood.save(detector, tmp_path, "Fitted on numbers.")
    loaded = ood.load(tmp_path)
    assert loaded.losses == detector.losses
    for spread in (0.0, 8.0):
        score = detector.score(answered(spread))
        assert loaded.score(answered(spread)) == score
        assert loaded.flags(score) == detector.flags(score) == (score > float(detector.threshold))


def test_it_scores_only_where_all_its_losses_answered(detector: ood.OODDetector) -> None:
    full = answered(8)
    assert detector.score({PART[0]: full[PART[0]]}) is None
    assert detector.score({loss: [1.0, 0.0] for loss in PART}) is None  # of another task
    assert detector.score(full, torch.zeros(4, 2, 2)) is None  # of a task with a backbone
    more = {"another": [9.0, 0.0, 0.0], **dict(reversed(full.items()))}
    assert detector.score(more) == detector.score(full)


def test_a_file_from_before_the_losses_were_stored_is_of_the_first_ones(
    detector: ood.OODDetector, tmp_path: Path
) -> None:
    ood.save(detector, tmp_path, "Fitted on numbers.")
    (path,) = tmp_path.iterdir()
    save_file(load_file(path), path, {"fitted": "Fitted on numbers."})
    former = ood.load(tmp_path)
    assert former.losses == FIRST
    assert torch.equal(former.threshold, detector.threshold)


def test_a_missing_or_damaged_file_is_no_detector(
    detector: ood.OODDetector, tmp_path: Path
) -> None:
    assert ood.load(tmp_path) is None
    ood.save(detector, tmp_path, "Fitted on numbers.")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert ood.load(tmp_path) is None
    save_file({"threshold": torch.tensor(0.5)}, path)
    assert ood.load(tmp_path) is None


@pytest.mark.parametrize("task", TASKS)
def test_the_shipped_detectors_name_losses_that_there_are(task: str) -> None:
    shipped = load_detector(task, models_folder())
    assert shipped is not None and set(shipped.losses) <= set(LOSSES)


class Brightness(nn.Module):
    """Two classes and none of them, by how bright a picture is."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        bright = pictures.mean(dim=(1, 2, 3))
        return torch.stack([1 - bright, 1 - bright, 4 * bright], dim=1)


def test_an_exposed_detector_scores_the_picture_by_the_last_class(tmp_path: Path) -> None:
    detector = ood.ExposedDetector(Brightness()).eval()
    dark, bright = torch.zeros(1, 2, 2), torch.ones(1, 2, 2)
    assert detector.score({}, bright) == pytest.approx(math.exp(4) / (math.exp(4) + 2))
    assert detector.score({"mse": [1.0]}, dark) == pytest.approx(1 / (1 + 2 * math.e))
    assert detector.score({}) is None
    detector.threshold = torch.tensor(0.3)
    ood.save(detector, tmp_path, "Fitted on numbers.")
    loaded = ood.load(tmp_path, Brightness)
    assert loaded.losses == () and loaded.score({}, bright) == detector.score({}, bright)
    assert loaded.flags(0.31) and not loaded.flags(0.29)
    assert ood.load(tmp_path, lambda: nn.Linear(2, 2)) is None  # of another network


def test_coarse_pictures_are_held_against_a_threshold_of_their_own(tmp_path: Path) -> None:
    detector, bright = ood.ExposedDetector(Brightness()).eval(), torch.ones(1, 2, 2)
    ood.save(detector, tmp_path, "Fitted on numbers.")
    older = load_file(tmp_path / "unlike.safetensors")
    del older["coarse_excess"]
    save_file(older, tmp_path / "unlike.safetensors", {"fitted": "Fitted on numbers."})
    without = ood.load(tmp_path, Brightness)
    assert without.score({}, bright, coarse=True) == without.score({}, bright)
    detector.coarse_excess = torch.tensor(1.5)
    ood.save(detector, tmp_path, "Fitted on numbers.")
    loaded = ood.load(tmp_path, Brightness)
    assert loaded.score({}, bright, coarse=True) == pytest.approx(
        1 / (1 + 2 * math.exp(1.5 - 4)), abs=1e-6
    )
    assert loaded.score({}, bright) == pytest.approx(without.score({}, bright))


def test_energy_is_the_mean_over_networks_of_the_standardised_logsumexp() -> None:
    one, other = torch.randn(2, 50, 3, generator=torch.Generator().manual_seed(0))
    found = ood.energy([one[:4], 10 * other[:4]], [one, 10 * other])
    by_hand = []
    for known in (one, 10 * other):
        scale = known.exp().sum(dim=1).log()
        by_hand.append(-(scale[:4] - scale.mean()) / scale.std())
    torch.testing.assert_close(found, (by_hand[0] + by_hand[1]) / 2)
    assert ood.energy([one - 9], [one]).min() > found.max(), "lower logits: less like any class"
