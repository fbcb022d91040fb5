"""The OOD detector: it comes back from its file, with the losses that it was fitted on."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

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


def test_it_tells_the_two_apart_and_flags_the_share_it_was_told(detector: ood.OODDetector) -> None:
    assert detector.losses == PART
    known, other = detector.scores(rows(8, 2)), detector.scores(rows(0, 4))
    assert ((known >= 0) & (known <= 1)).all()
    assert (known > detector.threshold).float().mean().item() == pytest.approx(0.1, abs=0.01)
    assert (other > detector.threshold).float().mean() > 0.7


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
    shipped = ood.load(models_folder() / task)
    assert shipped is not None and set(shipped.losses) <= set(LOSSES)
