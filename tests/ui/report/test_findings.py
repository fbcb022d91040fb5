"""The report's sentences: which are said follows from the figures alone."""

from dataclasses import replace

import pytest

from losslens.evaluation.metrics import Figure
from losslens.evaluation.significance import SIGNIFICANT, Difference
from losslens.report import schema
from losslens.report.schema import PROBABILITIES, Report
from losslens.ui.i18n import WORDS
from losslens.ui.report.findings import findings
from losslens.ui.report.section import percent

EN = WORDS["en"]
WORST, BEST = "margin", "gce"


@pytest.fixture(scope="module")
def shipped() -> Report:
    return replace(schema.load("digits"), corrupted=None, wrong_labels=None)


def says(part: str, **values: object) -> str:
    return EN[f"report.findings.{part}"].format(**values)


def with_errors(shipped: Report, before: dict[str, float], after: dict[str, float]) -> Report:
    """The report with these calibration errors: of the softmax, and calibrated."""
    networks = {}
    for loss, network in shipped.tested.networks.items():
        errors = zip(PROBABILITIES, (before[loss], after[loss]), strict=True)
        figures = {
            kind: network.figures[kind] | {"calibration_error": Figure(error, error, error)}
            for kind, error in errors
        }
        networks[loss] = replace(network, figures=figures)
    return replace(shipped, tested=replace(shipped.tested, networks=networks))


def told(shipped: Report, left: float, best: float = 0.02, best_after: float = 0.005) -> list[str]:
    """All sentences but the first; the worst error was 0.1, calibrated it is ``left`` at most."""
    losses = shipped.tested.losses
    before = {loss: 0.05 for loss in losses} | {WORST: 0.1, BEST: best}
    after = {loss: 0.005 for loss in losses} | {"focal": left, BEST: best_after}
    return findings(with_errors(shipped, before, after), EN)[1:]


@pytest.mark.parametrize("left", [0.0195, 0.015, 0.006])
def test_calibration_is_said_to_mend_when_less_than_a_fifth_of_the_worst_error_is_left(
    shipped: Report, left: float
) -> None:
    differs, mended = told(shipped, left)
    assert mended == says("calibrated", high=percent(left), networks=len(shipped.tested.losses))
    named = {"best": EN.loss(BEST), "worst": EN.loss(WORST)}
    assert differs == says("calibration", **named, low="2.00 %", high="10.00 %")


@pytest.mark.parametrize("left", [0.0205, 0.03, 0.08])
def test_calibration_is_not_said_to_mend_when_more_is_left(shipped: Report, left: float) -> None:
    assert len(told(shipped, left)) == 1


def test_that_the_good_gain_nothing_is_said_when_one_got_worse(shipped: Report) -> None:
    nothing = says("calibrated_none")
    assert told(shipped, 0.01, best=0.004, best_after=0.005)[1].endswith(nothing)
    assert not told(shipped, 0.01, best=0.005, best_after=0.005)[1].endswith(nothing)


@pytest.mark.parametrize("differing", [0, 1, 5])
def test_the_first_sentence_counts_the_pairs_that_differ(shipped: Report, differing: int) -> None:
    pairs = [
        replace(pair, p_value=SIGNIFICANT - 0.001 if index < differing else SIGNIFICANT)
        for index, pair in enumerate(shipped.tested.differences)
    ]
    changed = replace(shipped, tested=replace(shipped.tested, differences=pairs))
    networks = shipped.tested.networks.values()
    values = [network.figures["softmax"]["accuracy"].value for network in networks]
    assert findings(changed, EN)[0] == says(
        "accuracy_some" if differing else "accuracy_same",
        low=percent(min(values)),
        high=percent(max(values)),
        networks=len(values),
        count=differing,
        pairs=len(pairs),
    )


@pytest.mark.parametrize(("p_value", "key"), [(0.01, "corrupted_differ"), (0.5, "corrupted_same")])
def test_the_best_differs_from_the_worst_only_where_their_own_pair_does(
    p_value: float, key: str
) -> None:
    digits = schema.load("digits")
    losses = digits.corrupted.losses
    mean = {loss: 0.6 for loss in losses} | {losses[2]: 0.7, losses[4]: 0.5}
    pairs = [Difference(2, 4, 9, 1, p_value), Difference(0, 1, 9, 1, 0.001)]
    changed = replace(digits, corrupted=replace(digits.corrupted, mean=mean, differences=pairs))
    named = {"best": EN.loss(losses[2]), "worst": EN.loss(losses[4])}
    assert findings(changed, EN)[-1] == says(key, **named, high="70.00 %", low="50.00 %")


def test_the_sentence_on_label_noise_is_of_the_largest_share_and_the_mean_of_the_seeds() -> None:
    digits = schema.load("digits")
    measured = digits.wrong_labels
    losses = list(measured.accuracy)
    accuracy = {loss: [[0.1, 0.1]] * 3 + [[0.5, 0.6]] for loss in losses}
    accuracy[losses[1]] = [[0.9, 0.9]] * 3 + [[0.4, 0.5]]
    accuracy[losses[3]] = [[0.1, 0.1]] * 3 + [[0.8, 0.9]]
    pairs = [[Difference(1, 3, 0, 9, p_value)] for p_value in (0.5, 0.5, 0.5, 0.01)]
    noise = replace(measured, shares=(0.0, 0.1, 0.3, 0.4), accuracy=accuracy, differences=pairs)
    said = findings(replace(digits, wrong_labels=noise, corrupted=None), EN)[-1]
    named = {"best": EN.loss(losses[3]), "worst": EN.loss(losses[1]), "share": "40 %"}
    assert said == says("wrong_differ", **named, high="85.00 %", low="45.00 %")
