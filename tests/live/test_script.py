"""The exported script: executed on its own, it gives the figures of the run; a typed formula stays what it was."""

import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest
import torch

from losslens.live.config import LiveConfig
from losslens.live.script import DATA, own_source, script
from losslens.losses.formula import parse
from support.live import finished

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
        examples=400,
        epochs=2,
        optimizer="sgd",
        learning_rate=0.002,
        batch_size=33,
    ),
    LiveConfig(task="pets", losses=("bce", "brier"), examples=1000, epochs=2, wrong_labels=0.2),
]


@pytest.mark.parametrize("config", RUNS, ids=["wrong labels, own loss", "SGD, one rate", "pets"])
def test_the_script_runs_alone_and_gives_the_figures_of_the_run(
    config: LiveConfig, tmp_path: Path
) -> None:
    last = finished(config)[-1]
    (tmp_path / "train.py").write_text(script(config))
    shutil.copy(DATA[config.task], tmp_path)
    command = [
        sys.executable,
        "-I",
        "train.py",
    ]  # isolated: torch and numpy, and nothing of this project
    printed = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "losslens" not in re.sub(r'""".*?"""', "", script(config), flags=re.S).lower()
    accuracies, errors = (
        [float(value) for value in re.findall(rf"{name} (\d\.\d+)", printed)]
        for name in ("accuracy", "error")
    )
    assert accuracies == [round(value, 4) for value in last.accuracy]
    assert errors == pytest.approx(last.calibration_error, abs=1e-4)


@pytest.mark.parametrize(
    "formula",
    [
        "sum((p - e) ** 2)",
        "-(1 - p_y) ** 2 * sum(e * logp) / log(K)",
        "where(p_y > 0.5, 1 - p_y, -log(p_y)) + max(z) - mean(abs(z))",
        "clamp(max(p_y, 0.3), 0.1, 0.9) * sum(e * relu(1 - z)) + (p_y < 0.2) * 2",
        "sum(sqrt(p) + sigmoid(z) - softplus(-z) + exp(-z)) + sum(z == max(z)) + 1 / 2 ** -1",
        "p_y + 1 / 0",
    ],
)
def test_a_typed_formula_as_a_script_is_the_same_function(formula: str) -> None:
    module = types.ModuleType("own")
    names = {"torch": torch, "F": torch.nn.functional, "Tensor": torch.Tensor}
    module.__dict__.update(names)
    exec(own_source(formula), module.__dict__)
    logits, target = (
        torch.randn(20, 5, generator=torch.Generator().manual_seed(0)),
        torch.arange(20) % 5,
    )
    torch.testing.assert_close(module.own(logits, target), parse(formula).fn(logits, target))
