"""The table that ``losslens evaluate`` prints."""

from pathlib import Path

import torch

from losslens.checkpoints.ensemble import load_ensemble
from losslens.data.dataset import Dataset
from losslens.inference.evaluation_table import lines
from losslens.losses.catalogue import card_losses


def test_it_has_a_line_a_loss_and_names_what_is_missing(random_models: Path, mini: Dataset) -> None:
    (random_models / "digits" / "gce.safetensors").unlink()
    few = mini.pick(torch.arange(0, len(mini), 50))
    head, *measured, missing = lines(load_ensemble("digits"), few)
    present = [loss for loss in card_losses() if loss != "gce"]
    assert head.startswith("loss")
    assert [line.split("  ")[0] for line in measured] == [*present, "mean of all"]
    assert all("%" in line for line in measured)
    assert missing.startswith("gce") and "Not measured yet" in missing
