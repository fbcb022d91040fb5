"""What a run leaves: a table of its curves, and a zip with networks that answer as they did."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

from safetensors.torch import load

from losslens.evaluation.metrics import outputs_of
from losslens.live.export import COLUMNS, curves_csv, write_files
from support.live import SHORT, ended, finished


def test_curves_have_a_row_for_each_loss_and_point() -> None:
    points = finished(SHORT)
    rows = list(csv.DictReader(io.StringIO(curves_csv(SHORT, points))))
    assert tuple(rows[0]) == COLUMNS and len(rows) == len(points)
    assert (
        float(rows[-1]["accuracy"]) == points[-1].accuracy[0] and rows[-1]["examples_seen"] == "400"
    )
    assert rows[0]["seed"] == "0" and rows[0]["wrong_labels_repeated"] == ""


def test_with_wrong_labels_and_seeds_the_curves_have_both(tmp_path: Path) -> None:
    config = replace(SHORT, wrong_labels=0.3, seeds=2, seed=7)
    points, trained = ended(config)
    rows = list(csv.DictReader(io.StringIO(curves_csv(config, points))))
    assert {row["seed"] for row in rows} == {"7", "8"}
    assert float(rows[-1]["wrong_labels_repeated"]) == points[-1].memorised[0]
    with zipfile.ZipFile(write_files(tmp_path, config, points, trained.networks)[-1]) as archive:
        names = set(archive.namelist())
    assert names >= {f"networks/1-cross_entropy-seed{seed}.safetensors" for seed in (7, 8)}


def test_the_zip_holds_all_and_the_networks_answer_as_they_did(tmp_path: Path) -> None:
    points, trained = ended(SHORT)
    everything = write_files(tmp_path, SHORT, points, trained.networks)[-1]
    with zipfile.ZipFile(everything) as archive:
        assert set(archive.namelist()) == {
            *("curves.csv", "train.py", "train.ipynb", "mnist_5k.npz", "LICENSE-data"),
            "networks/1-cross_entropy.safetensors",
        }
        weights = load(archive.read("networks/1-cross_entropy.safetensors"))
    network = SHORT.live.network()
    network.load_state_dict(weights)
    _, held_out = SHORT.live.load()
    right = outputs_of(network, held_out).argmax(dim=1) == held_out.target
    assert right.int().tolist() == points[-1].right[0]
