"""What the page may ask of the server, and a sentence for what it may not."""

import json
from typing import Any

import gradio as gr
import pytest
from torch import Tensor

from losslens.losses import LOSSES, Loss
from losslens.losses.graph import traced
from losslens.ui.playground.graphs import BATCH, playground_graphs


def test_the_page_gets_the_graphs_it_asks_for() -> None:
    found = playground_graphs({"losses": ["gce", "ldam"], "classes": 3})
    assert list(found) == ["gce", "ldam"]
    assert found["gce"] == traced(LOSSES["gce"], 3, BATCH)
    assert len(json.dumps(found)) < 10_000


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "gce",
        {},
        {"losses": ["gce"]},
        {"losses": "gce", "classes": 2},
        {"losses": [], "classes": 2},
        {"losses": ["gce"] * 5, "classes": 2},
        {"losses": ["gce"], "classes": 4},
        {"losses": ["gce"], "classes": [2]},
        {"losses": ["hinge"], "classes": 2},
        {"losses": [["gce"]], "classes": 2},
    ],
)
def test_what_no_page_asks_for_is_refused_in_a_sentence(asked: Any) -> None:
    with pytest.raises(gr.Error, match=r"\.'$"):
        playground_graphs(asked)


def test_a_loss_that_is_no_graph_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def moody(logits: Tensor, target: Tensor) -> Tensor:
        return logits.sum(dim=1) * (1 if bool((logits > 0).all()) else -1)

    monkeypatch.setitem(LOSSES, "moody", Loss(key="moody", label="Moody", fn=moody))
    found = playground_graphs({"losses": ["moody", "mse"], "classes": 2})
    assert found["moody"] is None and found["mse"] is not None
