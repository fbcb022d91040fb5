"""Training with wrong labels on a few hundred digits: it is kept, gone on with, and hurts as it must."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from accelerate import Accelerator

from losslens.data.bundled import mini_mnist
from losslens.data.dataset import Splits
from losslens.report import label_noise as wrong_labels

SMALL = {"losses": ("cross_entropy", "gce"), "shares": (0.0, 0.9), "seeds": (0, 1), "epochs": 3}


@pytest.fixture
def splits(monkeypatch: pytest.MonkeyPatch) -> Splits:
    monkeypatch.setattr(wrong_labels, "_BATCH", 50)
    mini = mini_mnist()
    return Splits(
        mini.pick(slice(0, 5000, 4)), mini.pick(slice(1, 5000, 50)), mini.pick(slice(2, 5000, 20))
    )


def test_accuracy_falls_with_wrong_labels_and_what_is_done_is_not_done_again(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accelerator = Accelerator(cpu=True)
    found = wrong_labels.measure(splits, accelerator, tmp_path, **SMALL)
    assert found.accuracy.keys() == {"cross_entropy", "gce"} and found.examples == len(splits.test)
    for clean, noisy in found.accuracy.values():
        assert len(clean) == len(noisy) == 2
        assert np.mean(clean) > np.mean(noisy) + 0.2
    assert [len(pairs) for pairs in found.differences] == [1, 1]
    assert len(list(tmp_path.iterdir())) == 8

    def again(*_: object, **__: object) -> None:
        raise AssertionError("a finished run was trained again")

    with monkeypatch.context() as patched:
        patched.setattr(wrong_labels, "run", again)
        assert wrong_labels.measure(splits, accelerator, tmp_path, **SMALL) == found
        with pytest.raises(AssertionError):  # another configuration is another run
            wrong_labels.measure(splits, accelerator, tmp_path, **SMALL | {"epochs": 1})


def test_a_damaged_file_of_a_finished_run_is_made_again(splits: Splits, tmp_path: Path) -> None:
    accelerator = Accelerator(cpu=True)
    config = replace(wrong_labels.config_for("brier", 0, splits.train), epochs=1)
    first = wrong_labels.right_answers(
        config, 0.2, splits.train, splits.test, accelerator, tmp_path
    )
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"damaged")
    again = wrong_labels.right_answers(
        config, 0.2, splits.train, splits.test, accelerator, tmp_path
    )
    assert first.shape == (len(splits.test),) and (first == again).all()
