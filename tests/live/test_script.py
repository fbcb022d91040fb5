"""The exported script: executed on its own, it gives the figures of the run."""

import re
from pathlib import Path

import pytest

from losslens.live.config import LiveConfig, by_run
from losslens.live.script import script
from losslens.losses.formula import to_source
from support.live import finished, run_script

RUNS = [
    LiveConfig(
        losses=("cross_entropy", "gce", "own", "softmax_twice"),
        formula="-sum(e * logp) + 1 / 2 * max(p_y, 0.2)",
        wrong_labels=0.3,
        examples=500,
        epochs=2,
        seed=3,
    ),
    LiveConfig(
        losses=("focal", "mse", "margin", "kl_div"),
        parameters="focal=3.5,kl_div=0.2",
        examples=400,
        epochs=2,
        optimizer="sgd",
        learning_rate=0.002,
        batch_size=33,
    ),
    LiveConfig(
        losses=("logit_adjusted", "ldam", "nce_rce", "class_balanced"), examples=400, epochs=1
    ),
    LiveConfig(task="pets", losses=("bce", "brier"), examples=1000, epochs=2, wrong_labels=0.2),
    LiveConfig(
        losses=("cross_entropy", "logit_adjusted"),
        parameters="logit_adjusted=1.5",
        seeds=2,
        examples=500,
        epochs=2,
        wrong_labels=0.4,
        noise="asymmetric",
        imbalance=20,
    ),
]


@pytest.mark.parametrize(
    "config",
    RUNS,
    ids=["wrong labels, own loss", "SGD, one rate", "class counts", "pets", "rare and confused"],
)
def test_the_script_runs_alone_and_gives_the_figures_of_the_run(
    config: LiveConfig, tmp_path: Path
) -> None:
    ends = [run[-1] for run in by_run(finished(config))]
    printed = run_script(config, tmp_path)
    assert "losslens" not in re.sub(r'""".*?"""', "", script(config), flags=re.S).lower()
    accuracies, errors = (
        [float(value) for value in re.findall(rf"{name} (\d\.\d+)", printed)]
        for name in ("accuracy", "error")
    )
    assert accuracies == [round(value, 4) for last in ends for value in last.accuracy]
    known = [value for last in ends for value in last.calibration_error]
    assert errors == pytest.approx(known, abs=1e-4)


def test_a_typed_formula_is_exported_as_the_source_that_was_trained() -> None:
    assert f"\n{to_source(RUNS[0].formula)}\n" in script(RUNS[0])


def test_functions_that_a_loss_calls_are_exported_once_and_before_it() -> None:
    source = script(LiveConfig(losses=("focal", "gce", "cross_entropy")))
    places = [source.index(f"def {name}(") for name in ("cross_entropy", "focal", "gce")]
    assert places == sorted(places) and source.count("def cross_entropy(") == 1
