"""Networks as one ONNX file: another runtime gives the same logits."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from losslens.checkpoints.ensemble import load_ensemble
from losslens.data.dataset import Dataset
from losslens.inference import onnx_export
from losslens.inference.onnx_export import INPUT, export_onnx


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "digits.onnx"
    export_onnx("digits", path)
    return path


def test_every_loss_has_its_logits(digits: Path, mini: Dataset) -> None:
    ensemble = load_ensemble("digits")
    session = onnxruntime.InferenceSession(digits)
    assert [each.name for each in session.get_outputs()] == ensemble.losses
    images = mini.batch(torch.arange(0, 5_000, 700))[0]
    given = session.run(None, {INPUT: images.numpy()})
    for loss, logits in zip(ensemble.losses, given, strict=True):
        with torch.inference_mode():
            wanted = ensemble.networks[loss](images).numpy()
        assert np.abs(logits - wanted).max() < 1e-4, loss


def test_it_says_what_the_numbers_mean(digits: Path) -> None:
    facts = onnxruntime.InferenceSession(digits).get_modelmeta().custom_metadata_map
    ensemble = load_ensemble("digits")
    assert json.loads(facts["labels"]) == list(ensemble.task.labels)
    assert json.loads(facts["temperatures"]) == ensemble.temperatures


def test_one_loss_alone(tmp_path: Path) -> None:
    path = tmp_path / "focal.onnx"
    assert export_onnx("fashion", path, "focal") == ["focal"]
    session = onnxruntime.InferenceSession(path)
    (logits,) = session.run(None, {INPUT: np.zeros((1, 1, 28, 28), np.float32)})
    assert logits.shape == (1, 10) and [*tmp_path.iterdir()] == [path]


def test_a_refusal_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="choose from cross_entropy"):
        export_onnx("digits", tmp_path / "x.onnx", "none")
    monkeypatch.setattr(onnx_export, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install"):
        export_onnx("digits", tmp_path / "x.onnx")
    assert not [*tmp_path.iterdir()]
