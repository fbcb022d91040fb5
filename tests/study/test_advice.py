"""From a situation to one loss, by the runs that are there."""

from itertools import product

import pytest
import torch

from losslens.losses import LOSSES
from losslens.study.advice import QUESTIONS, Situation, advise, sensitivity
from losslens.study.runs import Results, Runs, load

SHIPPED = load()
JITTER = (0.001, -0.001, 0.002, 0.0, -0.002)


def results(accuracy: float, spread: float = 1.0) -> Results:
    values = [accuracy + spread * each for each in JITTER]
    measures = dict.fromkeys(("accuracy", "balanced", "brier_calibrated", "worst"), values)
    return Results(0.01, {"0.003": 0.8, "0.01": 0.9, "0.03": 0.7}, list(range(5)), measures)


def runs(setting: str, **accuracies: float) -> Runs:
    place = {loss: results(value) for loss, value in accuracies.items()}
    return Runs("2026-11-25", {}, 2, {"digits": {setting: place}})


def test_a_better_loss_is_taken() -> None:
    found = runs("symmetric_40", cross_entropy=0.7, gce=0.8, mse=0.75)
    advice = advise(Situation(wrong="symmetric_40"), found)
    assert (advice.kind, advice.loss) == ("take", "gce")
    assert advice.comparison is not None and advice.comparison.difference == pytest.approx(0.1)


def test_where_others_are_equal_it_is_cross_entropy() -> None:
    advice = advise(Situation(), runs("clean", cross_entropy=0.9, gce=0.9, mse=0.8))
    assert (advice.kind, advice.loss) == ("same", "cross_entropy")


def test_where_all_others_are_worse_it_is_cross_entropy() -> None:
    advice = advise(Situation(), runs("clean", cross_entropy=0.9, mse=0.8))
    assert (advice.kind, advice.loss) == ("best", "cross_entropy")


def test_what_is_not_known_is_said_so() -> None:
    place = {"cross_entropy": results(0.9), "gce": results(0.91, 30)}
    found = Runs("2026-11-25", {}, 2, {"digits": {"clean": place}})
    advice = advise(Situation(), found)
    assert (advice.kind, advice.loss, advice.compared) == ("unknown", "cross_entropy", "gce")
    assert advise(Situation(rare="100"), found).kind == "not_run"


def test_where_low_is_better_the_lower_loss_is_taken() -> None:
    found = runs("clean", cross_entropy=0.3, gce=0.2, mse=0.4)
    assert advise(Situation(use="probabilities"), found).loss == "gce"


def test_whole_networks_and_heads_on_features_are_apart() -> None:
    found = runs("clean", cross_entropy=0.7, gce=0.8)
    assert advise(Situation(start="features"), found).kind == "not_run"


def test_what_was_not_tried_together_is_named() -> None:
    found = runs("symmetric_40", cross_entropy=0.7, gce=0.8)
    advice = advise(Situation(wrong="symmetric_40", rare="100", examples="200"), found)
    assert advice.not_together == ("imbalance_100", "few_200")


def test_a_worse_measure_is_a_cost() -> None:
    place = {"cross_entropy": results(0.7), "gce": results(0.8)}
    place["gce"].measures["worst"] = [0.1 + each for each in JITTER]
    found = Runs("2026-11-25", {}, 2, {"digits": {"symmetric_40": place}})
    (cost,) = advise(Situation(wrong="symmetric_40"), found).costs
    assert cost.measure == "worst" and cost.comparison.difference == pytest.approx(-0.6)


def test_how_much_a_wrong_learning_rate_costs() -> None:
    assert sensitivity(results(0.5)) == pytest.approx(0.15)
    assert sensitivity(Results(0.01)) is None


def test_an_answer_that_was_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown rare '7'; choose from even, 10, 100"):
        Situation(rare="7")


SITUATIONS = [
    Situation(**dict(zip(QUESTIONS, answers, strict=True)))
    for answers in product(*QUESTIONS.values())
]
# One of those that are judged by the same networks and the same measure.
DISTINCT = {(each.several, each.start, each.setting, each.measure): each for each in SITUATIONS}
FOUND = [advise(situation, SHIPPED) for situation in DISTINCT.values()]


def test_every_situation_has_one_loss_of_the_catalogue() -> None:
    assert {advice.loss for advice in FOUND} <= set(LOSSES)
    assert len(FOUND) >= 8


@pytest.mark.parametrize("loss", sorted({advice.loss for advice in FOUND}))
def test_the_lines_to_copy_compute_the_loss(loss: str) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(16, 10, generator=generator)
    target = torch.randint(10, (16,), generator=generator)
    counts = torch.bincount(target, minlength=10).clamp_min(1)
    names = {"logits": logits, "target": target, "counts": counts}
    exec(LOSSES[loss].code, names)
    expected = LOSSES[loss].for_counts(counts)(logits, target).mean()
    torch.testing.assert_close(names["loss"], expected)
