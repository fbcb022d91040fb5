"""Training with wrong labels on a few hundred digits: it is kept, resumed, and hurts as it must."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from accelerate import Accelerator

from losslens.data.bundled import mini_mnist
from losslens.data.dataset import Splits
from losslens.report import label_noise
from losslens.report.label_noise import Study
from losslens.training.runner import Job

SMALL = Study(losses=("cross_entropy", "gce"), shares=(0.0, 0.9), seeds=(0, 1), epochs=3)


@pytest.fixture
def splits(monkeypatch: pytest.MonkeyPatch) -> Splits:
    monkeypatch.setattr(label_noise, "_BATCH", 50)
    mini = mini_mnist()
    return Splits(
        mini.pick(slice(0, 5000, 4)), mini.pick(slice(1, 5000, 50)), mini.pick(slice(2, 5000, 20))
    )


def test_accuracy_falls_with_wrong_labels_and_what_is_done_is_not_done_again(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(Accelerator(cpu=True), runs=tmp_path)
    found = label_noise.measure(splits, job, SMALL)
    assert found.accuracy.keys() == {"cross_entropy", "gce"} and found.examples == len(splits.test)
    for clean, noisy in found.accuracy.values():
        assert len(clean) == len(noisy) == 2
        assert np.mean(clean) > np.mean(noisy) + 0.2
    assert [list(pairs.keys) for pairs in found.pairs] == [["cross_entropy", "gce"]] * 2
    assert len(list(tmp_path.iterdir())) == len(SMALL.losses) * len(SMALL.shares) * len(SMALL.seeds)

    def again(*_: object, **__: object) -> None:
        raise AssertionError("a finished run was trained again")

    with monkeypatch.context() as patched:
        patched.setattr(label_noise, "run", again)
        assert label_noise.measure(splits, job, SMALL) == found
        with pytest.raises(AssertionError):  # another configuration is another run
            label_noise.measure(splits, job, replace(SMALL, epochs=1))


def test_a_damaged_file_of_a_finished_run_is_made_again(splits: Splits, tmp_path: Path) -> None:
    job = Job(Accelerator(cpu=True), runs=tmp_path)
    config = replace(SMALL, epochs=1).config("brier", 0, splits.train)
    first = label_noise.right_answers(config, 0.2, splits.train, splits.test, job)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"damaged")
    again = label_noise.right_answers(config, 0.2, splits.train, splits.test, job)
    assert first.shape == (len(splits.test),) and (first == again).all()
