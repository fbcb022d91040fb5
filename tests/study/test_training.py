"""The study's networks: what they learn from, how they are tuned, and how a run goes on."""

import json
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from losslens.data.dataset import Dataset, Splits, imbalanced, with_confusions
from losslens.study import drawing, training
from losslens.study.drawing import drawn
from losslens.study.plan import Plan, plan_of
from losslens.study.runs import Journal, Runs, best_rate, collected, load, save
from losslens.study.settings import SETTINGS, settings_of
from losslens.study.training import RATES, TUNING_SEEDS, Study
from losslens.tasks import TASKS
from losslens.training.runner import Job

FEATURES = drawing.pool_of("pets", "")  # ships with the package
CELL = ("pets", "few_100", "cross_entropy")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Its journal is in ``tmp_path``."""
    return Study(Job(Accelerator(cpu=True)), Journal(tmp_path), "")


def test_one_seed_draws_the_same_and_another_others() -> None:
    setting = SETTINGS["symmetric_40"]
    first, again, other = (drawn("pets", setting, seed, FEATURES) for seed in (0, 0, 1))
    assert torch.equal(first.train.target, again.train.target)
    assert torch.equal(first.train.images, again.train.images)
    assert not torch.equal(first.train.images, other.train.images)


@pytest.mark.parametrize("key", ["symmetric_40", "asymmetric_40"])
def test_held_out_labels_are_wrong_as_often_as_those_learnt_from(key: str) -> None:
    examples = drawn("pets", SETTINGS[key], 0, FEATURES)
    wrong = examples.train.target != examples.truth
    confused = torch.isin(examples.truth, torch.tensor(list(TASKS["pets"].confused)))
    share = wrong.float().mean() if key == "symmetric_40" else wrong[confused].float().mean()
    assert float(share) == pytest.approx(0.4, abs=0.01)
    assert bool((wrong <= confused).all()) or key == "symmetric_40"
    clean = drawn("pets", SETTINGS["clean"], 0, FEATURES)
    assert torch.equal(clean.held_out.images, examples.held_out.images)
    changed = (clean.held_out.target != examples.held_out.target).float().mean()
    assert float(changed) == pytest.approx(0.4 if key == "symmetric_40" else 0.2, abs=0.03)


def test_counts_fall_evenly_from_the_commonest_class_to_the_rarest() -> None:
    balanced = Dataset(torch.zeros(3_000, 1), torch.arange(3).repeat(1_000))
    counts = imbalanced(balanced, ratio=100, most=400, seed=3).counts(3)
    assert sorted(counts.tolist()) == [4, 40, 400]
    other = imbalanced(balanced, ratio=100, most=400, seed=4).counts(3)
    assert not torch.equal(counts, other)


def test_only_confused_classes_lose_labels() -> None:
    dataset = Dataset(torch.zeros(300, 1), torch.arange(3).repeat(100))
    found = with_confusions(dataset, 0.4, {0: 2}, seed=0).target
    assert int(((dataset.target == 0) & (found == 2)).sum()) == 40
    assert int((found != dataset.target).sum()) == 40


def test_a_setting_whose_wrong_labels_outnumber_the_right_is_left_out() -> None:
    assert "symmetric_60" in {each.key for each in settings_of("digits")}
    assert "symmetric_60" not in {each.key for each in settings_of("pets")}


def test_a_plan_leaves_out_losses_that_train_as_another_does() -> None:
    cells = plan_of("digits", "clean,imbalance_100", "all", 3).cells()
    losses = {
        setting: {loss for _, each, loss in cells if each == setting} for _, setting, _ in cells
    }
    assert losses["imbalance_100"] - losses["clean"] >= {"logit_adjusted", "class_weighted"}
    assert "nll" not in losses["clean"] | losses["imbalance_100"]
    with pytest.raises(ValueError, match="unknown setting 'few'; choose from clean"):
        plan_of("digits", "few", "all", 3)


def test_the_learning_rate_has_worse_neighbours(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = RATES[1]
    tried: list[float] = []

    def score(self: Study, cell: object, rate: float) -> float:
        tried.append(rate)
        return -abs(RATES.index(rate) - RATES.index(best))

    monkeypatch.setattr(Study, "_tuning_score", score)
    assert study.tuned_rate(CELL) == best
    assert set(RATES[:3]) <= set(tried) and len(tried) == len(set(tried))


def test_a_run_goes_on_from_what_is_there(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RATES", "_DECADES"):
        monkeypatch.setattr(training, name, (1e-2,))
    plan = Plan(("pets",), ("few_100",), ("cross_entropy", "gce"), (0,))
    study.run(plan)
    (path,) = tmp_path.glob("*.jsonl")
    before = path.read_text()
    # The last network was being written when the run was killed.
    path.write_text(before[: before.rindex("\n", 0, -1) + 20])
    again = Study(study.job, Journal(tmp_path), "")
    again.run(plan)
    lines = [json.loads(line) for line in before.splitlines()]
    assert list(collected(Journal(tmp_path))) == list(collected(lines))
    written = path.read_text()
    again.run(plan)
    assert path.read_text() == written


def test_losses_of_one_seed_start_from_the_same_network(study: Study) -> None:
    examples = drawn("pets", SETTINGS["few_100"], 0, FEATURES)
    networks = [
        study._trained(("pets", "few_100", loss), 0, 1e-7, examples)[0]
        for loss in ("cross_entropy", "mse")
    ]
    for one, other in zip(*(each.parameters() for each in networks), strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=0)


def test_a_picture_network_is_measured_in_every_way(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini = {task: TASKS[task].live.load()[0] for task in ("digits", "fashion")}

    def pool(task: str, _: str) -> Splits:
        part = mini[task]
        return Splits(*(part.pick(torch.arange(start, 4_000, 4)) for start in range(3)))

    for module in (training, training.thorough.__globals__["__name__"]):
        name = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{name}.pool_of", pool)
    found = study._measured(("digits", "clean", "cross_entropy"), 0, 3e-2)
    assert found["accuracy"] > 0.8 and found["probe"] > 0.4
    assert found["attacked"] < found["accuracy"] and found["corrupted"] < found["accuracy"]
    assert 1 <= found["epochs_to_95"] <= SETTINGS["clean"].epochs
    assert all(0.5 < value <= 1 for key, value in found.items() if key.startswith("auroc"))


def test_runs_are_kept_whole_in_one_file(tmp_path: Path) -> None:
    line = {"kind": "run", "task": "pets", "setting": "clean", "loss": "gce", "seed": 0}
    tuning = [
        line | {"kind": "tuning", "seed": seed, "rate": rate, "measures": {"score": rate}}
        for seed in TUNING_SEEDS
        for rate in (0.1, 0.2)
    ]
    runs = [
        line | {"seed": seed, "rate": rate, "measures": {"accuracy": rate + seed / 100}}
        for seed in (1, 0)
        for rate in (0.1, 0.2)
    ]
    found = collected([*tuning, *runs])
    results = found.place("pets", "clean")["gce"]
    assert (results.rate, results.of("accuracy")) == (0.2, {0: 0.2, 1: 0.21})
    save(found, tmp_path / "runs.json")
    assert load(tmp_path / "runs.json") == found
    assert isinstance(found, Runs) and found.networks == 2


def test_of_equal_rates_the_lowest_is_taken() -> None:
    assert best_rate({0.1: 0.5, 0.01: 0.5, 0.001: 0.4}) == 0.01
