"""A loss's graph is plain data of known shapes. That it computes what the loss computes is tested
where it is computed: in tests/browser/test_playground_engine.py."""

import json

import pytest
import torch
from torch import Tensor

from losslens.losses import LOSSES, Loss
from losslens.losses.graph import INPUTS, traced


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_is_a_graph_of_plain_data(key: str) -> None:
    graph = traced(LOSSES[key], 3, 32)
    assert json.loads(json.dumps(graph, allow_nan=False)) == graph
    nodes = graph["nodes"]
    assert [node["shape"] for node in nodes[: len(INPUTS)]] == [[32, 3], [32], [3]]
    assert all("op" in node for node in nodes[len(INPUTS) :])
    values, gradient = graph["outputs"]
    assert nodes[values]["shape"] == [32] and nodes[gradient]["shape"] == [32, 3]


def test_a_node_uses_only_what_comes_before_it() -> None:
    for place, node in enumerate(traced(LOSSES["ldam"], 2, 32)["nodes"]):
        for given in node.get("args", []):
            assert not isinstance(given, dict) or given.get("node", -1) < place


def test_counts_are_used_by_the_losses_that_ask_for_them_alone() -> None:
    counts = INPUTS.index("counts")
    for key, loss in LOSSES.items():
        assert (f'{{"node": {counts}}}' in json.dumps(traced(loss, 2, 32))) == loss.uses_counts, key


def test_a_loss_that_looks_at_its_logits_is_refused() -> None:
    def moody(logits: Tensor, target: Tensor) -> Tensor:
        return logits.sum(dim=1) if bool((logits > 0).all()) else -logits.sum(dim=1)

    with pytest.raises(ValueError, match="the loss moody is no graph of operations"):
        traced(Loss(key="moody", label="Moody", fn=moody), 2, 4)


def test_a_value_that_does_not_depend_on_the_logits_has_gradient_0() -> None:
    def flat(logits: Tensor, target: Tensor) -> Tensor:
        return torch.ones_like(logits[:, 0])

    graph = traced(Loss(key="flat", label="Flat", fn=flat), 2, 4)
    assert graph["nodes"][graph["outputs"][1]]["shape"] == [4, 2]
