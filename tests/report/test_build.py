"""The shipped report cards: whole, and true to the checkpoints, the cards and the stored predictions."""

from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import Card, CheckpointError
from losslens.data.dataset import Splits
from losslens.evaluation.metrics import calibration_error, confidence_and_correct
from losslens.evaluation.significance import compare
from losslens.images.corruptions import CORRUPTIONS
from losslens.losses import LOSSES
from losslens.report import build as report_making
from losslens.report import markdown as report_table
from losslens.report import predictions, robustness
from losslens.report import schema as report
from losslens.report.label_noise import COMPARED, SEEDS, SHARES
from losslens.report.schema import LINKS
from losslens.tasks import TASKS

FIGURES = {"accuracy", "nll", "brier", "calibration_error", "aurc"}
FIGURES_OF_A_CARD = {link: {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}} for link in LINKS}


@pytest.mark.parametrize("task", TASKS)
def test_the_shipped_report_is_whole(task: str) -> None:
    shipped = report.load(task)
    classes = len(TASKS[task].labels)
    tested = shipped.tested
    assert list(tested.networks) == list(LOSSES) and len(tested.differences) == 28
    assert sum(tested.networks_right) == tested.examples and len(tested.networks_right) == 9
    assert (
        sum(tested.networks_right[1:8])
        <= tested.split
        <= tested.examples - tested.networks_right[8]
    )
    for network in tested.networks.values():
        assert network.figures.keys() == network.reliability.keys() == set(LINKS)
        assert all(figures.keys() == FIGURES for figures in network.figures.values())
        assert (
            sum(map(sum, network.confusion)) == tested.examples
            and len(network.confusion) == classes
        )
        assert network.risk[-1] == pytest.approx(1 - network.figures["softmax"]["accuracy"].value)
        assert network.train_seconds > 0
    assert shipped.corrupted is not None
    assert shipped.corrupted.accuracy.keys() == CORRUPTIONS.keys()
    assert all(levels.keys() == LOSSES.keys() for levels in shipped.corrupted.accuracy.values())
    if task == "digits":
        assert shipped.wrong_labels is not None
        assert tuple(shipped.wrong_labels.accuracy) == COMPARED and len(COMPARED) >= 3
        assert (shipped.wrong_labels.shares, shipped.wrong_labels.seeds) == (SHARES, SEEDS)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_figures_are_those_of_the_card_and_of_the_stored_predictions(
    task: str, loss: str
) -> None:
    card = checkpoints.load(task, loss).card
    stored, network = predictions.load(task), report.load(task).tested.networks[loss]
    assert network.trained == card.date, (
        "the report is older than the checkpoint: losslens report makes it anew"
    )
    right = stored.logits[loss].float().argmax(dim=1) == stored.target
    assert right.double().mean().item() == card.test["softmax"]["accuracy"]["value"]
    for link, temperature in (("softmax", 1.0), ("calibrated", card.temperature)):
        figures, known = network.figures[link], card.test[link]
        assert figures["accuracy"].value == known["accuracy"]["value"]
        for name in ("nll", "brier", "calibration_error"):
            assert figures[name].value == pytest.approx(known[name]["value"], abs=2e-4), name
        confidence, correct = confidence_and_correct(
            stored.logits[loss].double(), stored.target, temperature
        )
        bins = network.reliability[link]
        gap = sum(each.count * abs(each.confidence - each.accuracy) for each in bins) / len(correct)
        assert gap == pytest.approx(calibration_error(confidence, correct), abs=1e-9)


@pytest.mark.parametrize("task", TASKS)
def test_the_paired_tests_and_the_disputed_pictures_follow_from_the_stored_predictions(
    task: str,
) -> None:
    stored, tested = predictions.load(task), report.load(task).tested
    answers = torch.stack([stored.logits[loss].float().argmax(dim=1) for loss in LOSSES])
    assert tested.differences == compare(list((answers == stored.target).numpy()))
    assert tested.split == sum(len(set(column.tolist())) > 1 for column in answers.T)
    for disputed in tested.disputed:
        assert disputed.answers == answers[:, disputed.position].tolist()
        assert disputed.truth == stored.target[disputed.position]
    first = tested.disputed[0]
    assert len(set(first.answers)) > 1


def test_no_photo_of_a_pet_is_kept() -> None:
    assert len(predictions.load("pets").pictures) == 0
    assert (
        len(predictions.load("digits").pictures) == len(report.load("digits").tested.disputed) > 0
    )


@pytest.mark.parametrize("task", TASKS)
def test_the_readmes_tables_are_those_of_the_report(task: str) -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    for line in report_table.markdown(report.load(task)).splitlines():
        assert line in readme


def test_cards_of_another_recipe_are_no_seeds_of_this_one(random_models: Path) -> None:
    def with_config(seed: int, **config: object) -> Path:
        card = Card(
            "digits",
            "focal",
            {"seed": seed} | config,
            1.0,
            {},
            FIGURES_OF_A_CARD,
            0.0,
            "",
            {},
            "2026-01-01",
        )
        folder = random_models if seed == 0 else random_models / "seeds" / str(seed)
        checkpoints.save(checkpoints.Checkpoint(TASKS["digits"].network(), card), folder)
        return folder

    with_config(0, epochs=12)
    with_config(1, epochs=12)
    with_config(2, epochs=3)
    cards = report_making._cards("digits", "focal", None)
    assert [card.config["seed"] for card in cards] == [0, 1]
    assert report_making._spreads(cards, "softmax")["accuracy"].seeds == 2
    assert report_making._spreads(cards[:1], "softmax") == {}


def test_parts_are_remade_alone_and_a_first_report_needs_its_predictions(
    random_models: Path, small_splits: Splits, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(robustness.EXAMPLES, "digits", 3)
    accelerator = Accelerator(cpu=True)
    with pytest.raises(CheckpointError, match="losslens report digits"):
        report.load("digits")
    with pytest.raises(CheckpointError, match="losslens report digits"):
        report_making.make("digits", small_splits, accelerator, tmp_path, ["corruptions"])
    first = report_making.make("digits", small_splits, accelerator, tmp_path, ["predictions"])
    assert first.corrupted is None and report.load("digits") == first
    both = report_making.make("digits", small_splits, accelerator, tmp_path, ["corruptions"])
    assert both.tested == first.tested and both.corrupted is not None
    again = report_making.make("digits", small_splits, accelerator, tmp_path, ["predictions"])
    assert (again.tested, again.corrupted) == (first.tested, both.corrupted)
    card = checkpoints.checkpoint_path("digits", "gce").with_suffix(".json")
    card.write_text(
        card.read_text().replace("2026-01-01", "2026-01-02")
    )  # another network: what was measured is of the old
    anew = report_making.make("digits", small_splits, accelerator, tmp_path, ["predictions"])
    assert anew.corrupted is None
    report.report_path("digits").write_text("{}")
    with pytest.raises(CheckpointError, match="damaged"):
        report.load("digits")
