"""The shipped report cards: whole, and true to checkpoints, cards and stored predictions."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import Card, CheckpointError
from losslens.data.dataset import Splits
from losslens.evaluation.metrics import calibration_error, confidence_and_correct
from losslens.evaluation.significance import paired_differences
from losslens.images.corruptions import CORRUPTIONS
from losslens.losses import LOSSES
from losslens.losses.catalogue import card_losses
from losslens.report import build, predictions, schema
from losslens.report.markdown import markdown
from losslens.report.schema import PROBABILITIES
from losslens.tasks import TASKS
from support.shipped import shipped

FIGURES = {"accuracy", "nll", "brier", "calibration_error", "aurc"}
FIGURES_OF_A_CARD = {
    kind: {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}} for kind in PROBABILITIES
}


@pytest.mark.parametrize("task", TASKS)
def test_the_shipped_report_is_whole(task: str) -> None:
    shipped = schema.load(task)
    classes = len(TASKS[task].labels)
    tested = shipped.tested
    count = len(tested.losses)
    assert set(tested.losses) <= set(LOSSES) and len(tested.pairs) == count * (count - 1) // 2
    none, *some, every = tested.networks_right
    assert none + sum(some) + every == tested.examples and len(some) == count - 1
    assert sum(some) <= tested.split <= tested.examples - every
    for network in tested.networks.values():
        assert network.figures.keys() == network.reliability.keys() == set(PROBABILITIES)
        assert all(figures.keys() == FIGURES for figures in network.figures.values())
        assert (
            sum(map(sum, network.confusion)) == tested.examples
            and len(network.confusion) == classes
        )
        assert network.risk[-1] == pytest.approx(1 - network.figures["softmax"]["accuracy"].value)
        assert network.train_seconds > 0
        if network.temperature_interval is not None:  # cards from before it was measured lack it
            low, high = network.temperature_interval
            assert low < network.temperature < high
    assert shipped.corrupted is not None
    assert list(shipped.corrupted.accuracy) == [*CORRUPTIONS]
    for by_loss in shipped.corrupted.accuracy.values():
        assert list(by_loss) == shipped.corrupted.losses == tested.losses


@pytest.mark.parametrize("task", TASKS)
def test_loading_and_saving_a_report_changes_nothing_in_it(task: str, tmp_path: Path) -> None:
    saved = schema.save(schema.load(task), tmp_path).read_text()
    shipped = schema.report_path(task).read_text()
    # All but how pydantic writes small numbers, which is not the same in all its versions.
    assert json.dumps(json.loads(saved)) == json.dumps(json.loads(shipped))


@pytest.mark.parametrize(
    ("task", "loss"), [(task, loss) for task in TASKS for loss in shipped(task)]
)
def test_the_figures_are_those_of_the_card_and_of_the_stored_predictions(
    task: str, loss: str
) -> None:
    card = checkpoints.load(task, loss).card
    stored, network = predictions.load(task), schema.load(task).tested.networks[loss]
    assert network.trained == card.date, (
        "the report is older than the checkpoint: losslens report makes it anew"
    )
    right = stored.logits[loss].float().argmax(dim=1) == stored.target
    assert right.double().mean().item() == card.test["softmax"]["accuracy"]["value"]
    assert network.by_seed[card.config["seed"]] == card.test["softmax"]["accuracy"]["value"]
    over = network.seeds["softmax"].get("accuracy")
    assert len(network.by_seed) == (over.seeds if over else 1)
    interval = network.temperature_interval
    assert (None if interval is None else [*interval]) == card.temperature_interval
    for kind, temperature in (("softmax", 1.0), ("calibrated", card.temperature)):
        figures, known = network.figures[kind], card.test[kind]
        assert figures["accuracy"].value == known["accuracy"]["value"]
        for name in ("nll", "brier", "calibration_error"):
            assert figures[name].value == pytest.approx(known[name]["value"], abs=2e-4), name
        confidence, correct = confidence_and_correct(
            stored.logits[loss].double(), stored.target, temperature
        )
        bins = network.reliability[kind]
        gap = sum(each.count * abs(each.confidence - each.accuracy) for each in bins) / len(correct)
        assert gap == pytest.approx(calibration_error(confidence, correct), abs=1e-9)


@pytest.mark.parametrize("task", TASKS)
def test_the_paired_tests_and_the_disputed_pictures_follow_from_the_stored_predictions(
    task: str,
) -> None:
    stored, tested = predictions.load(task), schema.load(task).tested
    answers = torch.stack([stored.logits[loss].float().argmax(dim=1) for loss in tested.losses])
    assert tested.differences == paired_differences(list((answers == stored.target).numpy()))
    assert tested.split == sum(len(set(column.tolist())) > 1 for column in answers.T)
    for disputed in tested.disputed:
        assert disputed.answers == answers[:, disputed.position].tolist()
        assert disputed.truth == stored.target[disputed.position]
    first = tested.disputed[0]
    assert len(set(first.answers)) > 1


@pytest.mark.parametrize("task", TASKS)
def test_pictures_are_kept_where_they_may_be_shared_and_only_there(task: str) -> None:
    disputed, pictures = schema.load(task).tested.disputed, predictions.load(task).pictures
    assert len(pictures) == (len(disputed) if TASKS[task].shareable else 0) and disputed


@pytest.mark.parametrize("task", TASKS)
def test_the_tables_of_the_documents_are_those_of_the_report(task: str) -> None:
    results = Path(__file__).resolve().parents[2] / "docs" / "results.md"
    lines = results.read_text().splitlines()
    assert [line for line in markdown(schema.load(task)).splitlines() if line not in lines] == []


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
    cards = build._cards("digits", "focal", None)
    assert [card.config["seed"] for card in cards] == [0, 1]
    assert build._spreads(cards, "softmax")["accuracy"].seeds == 2
    assert build._spreads(cards[:1], "softmax") == {}


def test_a_card_from_before_the_interval_was_measured_is_still_read(random_models: Path) -> None:
    path = checkpoints.checkpoint_path("digits", "gce").with_suffix(".json")
    fields = json.loads(path.read_text())
    del fields["temperature_interval"]
    path.write_text(json.dumps(fields))
    assert checkpoints.load("digits", "gce").card.temperature_interval is None


def test_the_risk_curve_ranks_by_log_odds(small_splits: Splits) -> None:
    """All softmax round to 1; only the least sure answer is wrong."""
    logits = torch.tensor([[50.0 + at, 0.0] for at in range(10)])
    target = torch.tensor([1] + [0] * 9)
    stored = predictions.Predictions({"gce": logits}, target, torch.tensor([]), torch.tensor([]))
    card = Card("digits", "gce", {"seed": 0}, 1.0, {}, FIGURES_OF_A_CARD, 1.0, "", {}, "")
    measured = build._measured(stored, "gce", [card])
    assert measured.risk[schema.COVERAGES.index(0.9)] == 0 and measured.risk[-1] == 0.1
    assert measured.by_seed == {0: 0.9} and measured.temperature_interval is None


def test_parts_are_remade_alone_and_a_first_report_needs_its_predictions(
    random_models: Path, small_splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], corruption_examples=3))
    with pytest.raises(CheckpointError, match="losslens report digits"):
        schema.load("digits")
    with pytest.raises(CheckpointError, match="losslens report digits"):
        build.make("digits", small_splits.test, ["corruptions"])
    first = build.make("digits", small_splits.test, ["predictions"])
    assert first.corrupted is None and schema.load("digits") == first
    both = build.make("digits", small_splits.test, ["corruptions"])
    assert both.tested == first.tested and both.corrupted is not None
    again = build.make("digits", small_splits.test, ["predictions"])
    assert (again.tested, again.corrupted) == (first.tested, both.corrupted)
    card = checkpoints.checkpoint_path("digits", "gce").with_suffix(".json")
    # Another network: what was measured is of the old one.
    card.write_text(card.read_text().replace("2026-01-01", "2026-01-02"))
    anew = build.make("digits", small_splits.test, ["predictions"])
    assert anew.corrupted is None
    schema.report_path("digits").write_text("{}")
    with pytest.raises(CheckpointError, match="damaged"):
        schema.load("digits")


def test_the_losses_that_have_a_checkpoint_are_measured_and_the_others_named(
    random_models: Path,
    small_splits: Splits,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = replace(TASKS["digits"], corruption_strengths={})  # nor any corruption to measure
    monkeypatch.setitem(TASKS, "digits", plain)
    (random_models / "digits" / "mse.safetensors").unlink()
    made = build.make("digits", small_splits.test, ["predictions", "corruptions"])
    assert "losslens train digits --loss mse" in capsys.readouterr().err
    losses = [loss for loss in card_losses() if loss != "mse"]
    assert made.tested.losses == losses == list(predictions.load("digits").logits)
    assert len(made.tested.networks_right) == len(losses) + 1
    assert all(len(each.answers) == len(losses) for each in made.tested.disputed)
    assert made.corrupted is None and f"all {len(losses)} calibrated" in markdown(made)
    for loss in losses:
        (random_models / "digits" / f"{loss}.safetensors").unlink()
    with pytest.raises(CheckpointError, match="losslens train digits --loss cross_entropy"):
        build.make("digits", small_splits.test, ["predictions"])


def test_figures_follow_from_stored_predictions_and_changed_cards(
    random_models: Path, small_splits: Splits
) -> None:
    first = build.make("digits", small_splits.test, ["predictions"])
    path = checkpoints.checkpoint_path("digits", "gce").with_suffix(".json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"temperature_interval": [0.9, 1.2]}))
    build.remeasure("digits")
    again = schema.load("digits").tested
    assert again.networks["gce"].temperature_interval == (0.9, 1.2)
    assert again.networks["mse"] == first.tested.networks["mse"]
