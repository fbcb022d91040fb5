"""The report's sentences: which are said follows from the figures alone."""

from dataclasses import replace

import pytest

from losslens.evaluation.metrics import Figure
from losslens.report import schema
from losslens.report.schema import PROBABILITIES, Report
from losslens.study.runs import Results, Runs
from losslens.ui.i18n import WORDS
from losslens.ui.report.calibration import advice
from losslens.ui.report.findings import findings
from losslens.ui.report.section import percent

EN = WORDS["en"]
WORST, BEST = "margin", "gce"
NO_RUNS = Runs("", {}, 0, {})


@pytest.fixture(scope="module")
def shipped() -> Report:
    return replace(schema.load("digits"), corrupted=None)


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
    return findings(with_errors(shipped, before, after), NO_RUNS, EN)[1:]


@pytest.mark.parametrize("left", [0.0195, 0.015, 0.006])
def test_calibration_is_said_to_mend_when_less_than_a_fifth_of_the_worst_error_is_left(
    shipped: Report, left: float
) -> None:
    differs, mended = told(shipped, left)
    assert mended.startswith(
        says("calibrated", high=percent(left), networks=len(shipped.tested.losses))
    )
    named = {"best": EN.loss(BEST), "worst": EN.loss(WORST)}
    assert differs == says("calibration", **named, low="2.00 %", high="10.00 %")


@pytest.mark.parametrize("left", [0.0205, 0.03, 0.08])
def test_calibration_is_not_said_to_mend_when_more_is_left(shipped: Report, left: float) -> None:
    assert len(told(shipped, left)) == 1


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_first_sentence_says_whether_it_speaks_of_losses_or_of_networks(
    shipped: Report, seeds: int
) -> None:
    networks = {
        loss: replace(network, by_seed={seed: network.by_seed[seed] for seed in range(seeds)})
        for loss, network in shipped.tested.networks.items()
    }
    changed = replace(shipped, tested=replace(shipped.tested, networks=networks))
    values = [each.figures["softmax"]["accuracy"].value for each in networks.values()]
    assert findings(changed, NO_RUNS, EN)[0] == says(
        "accuracy_seeds" if seeds > 1 else "accuracy_networks",
        range=f"{percent(min(values))} to {percent(max(values))}",
        counted="all 7 equal within 1 point",
        seeds=seeds,
    )


def test_a_loss_whose_seeds_are_all_worse_is_counted_so(shipped: Report) -> None:
    networks = dict(shipped.tested.networks)
    lower = {seed: value - 0.05 for seed, value in networks["mse"].by_seed.items()}
    networks["mse"] = replace(networks["mse"], by_seed=lower)
    changed = replace(shipped, tested=replace(shipped.tested, networks=networks))
    assert "6 equal within 1 point; 1 worse" in findings(changed, NO_RUNS, EN)[0]


def test_without_cross_entropy_no_loss_is_compared(shipped: Report) -> None:
    networks = {"mse": shipped.tested.networks["mse"]}
    alone = replace(shipped, tested=replace(shipped.tested, networks=networks, differences=[]))
    assert findings(alone, NO_RUNS, EN)[0].startswith("In accuracy these networks reach 99.")


@pytest.mark.parametrize(("interval", "said"), [((0.9, 1.1), "some"), ((1.1, 1.3), "none")])
def test_advice_on_calibration_follows_from_the_intervals_of_the_temperatures(
    shipped: Report, interval: tuple[float, float], said: str
) -> None:
    networks = {
        loss: replace(network, temperature_interval=interval if loss == "focal" else (1.5, 2.0))
        for loss, network in shipped.tested.networks.items()
    }
    changed = replace(shipped, tested=replace(shipped.tested, networks=networks))
    expected = EN[f"report.calibration.advice_{said}"].format(losses=EN.loss("focal"))
    assert findings(changed, NO_RUNS, EN)[2].endswith(expected)
    unknown = {loss: replace(each, temperature_interval=None) for loss, each in networks.items()}
    bare = replace(shipped, tested=replace(shipped.tested, networks=unknown))
    assert advice(bare, EN) == ""


def test_the_sentence_on_wrong_labels_is_of_the_largest_share_at_random() -> None:
    def place(lead: float) -> dict[str, Results]:
        base = [0.80, 0.81, 0.79]
        found = {"cross_entropy": base, "gce": [value + lead for value in base]}
        return {
            loss: Results(0.01, {}, [0, 1, 2], {"accuracy": values})
            for loss, values in found.items()
        }

    settings = {"symmetric_20": place(0.02), "symmetric_60": place(0.06), "asymmetric_40": place(0)}
    runs = Runs("", {}, 2, {"digits": settings})
    said = findings(schema.load("digits"), runs, EN)[-1]
    assert said.startswith(EN["report.study.where.symmetric_60"]) and "+6.0 points" in said
