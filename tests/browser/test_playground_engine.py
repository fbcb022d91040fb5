"""What the playground computes in the browser, against torch: every loss's value and gradient, the
network's gradient, and what its presets promise. No app runs here, only the scripts."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from losslens.losses import LOSSES
from losslens.losses.graph import traced
from losslens.ui.i18n import WORDS
from losslens.ui.playground.graphs import BATCH
from losslens.ui.playground.settings import FIRST, PRESETS, setup
from losslens.ui.tabs.playground import ENGINE

# A run as the page makes it, and where its boundaries cross the line from one place to another.
CROSSINGS = """
({ settings, graphs, steps, from, to }) => {
  const losses = settings.losses.map((key) => [key, compile(graphs[key])]);
  const run = makeRun(settings, makePoints(settings), losses);
  while (run.steps < steps) run.step(settings.rate);
  const between = (i, axis) => from[axis] + ((to[axis] - from[axis]) * i) / 1000;
  const shares = Array.from({ length: 1001 }, (_, i) =>
    sharesAt(run, { x: between(i, "x"), y: between(i, "y") }).map((own) => own[0] > 0.5));
  const crosses = (k) => shares.findIndex((own, i) => i && own[k] !== shares[i - 1][k]);
  return {
    crossings: settings.losses.map((_, k) => crosses(k) / 1000),
    figures: measure(run, unseenPoints(settings), settings.imbalance),
    weights: run.networks.map(({ weights }) => [...weights]),
  };
}
"""


@pytest.fixture(scope="module")
def engine(browser: Any) -> Iterator[Any]:
    """A blank page with the scripts."""
    page = browser.new_page()
    page.add_script_tag(content=ENGINE)
    yield page
    page.close()


def batch(classes: int, reach: float) -> tuple[Tensor, Tensor, Tensor]:
    """Logits of that reach, every true class, and counts that differ."""
    generator = torch.Generator().manual_seed(classes)
    logits = (torch.rand(BATCH, classes, generator=generator, dtype=torch.float64) - 0.5) * 2
    counts = torch.tensor([200.0, 9.0, 1.0][:classes], dtype=torch.float64)
    return logits * reach, torch.arange(BATCH) % classes, counts


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("reach", [0.1, 3, 40, 300])
def test_every_loss_is_computed_as_torch_does(engine: Any, classes: int, reach: float) -> None:
    logits, target, counts = batch(classes, reach)
    graphs = {key: traced(loss, classes, BATCH) for key, loss in LOSSES.items()}
    found = engine.evaluate(
        """([graphs, ...inputs]) => {
          const lists = ({ values, gradient }) => [[...values], [...gradient]];
          const computed = (key) => [key, lists(compile(graphs[key])(...inputs))];
          return Object.fromEntries(Object.keys(graphs).map(computed));
        }""",
        [graphs, logits.flatten().tolist(), target.tolist(), counts.tolist()],
    )
    for key, loss in LOSSES.items():
        scores = logits.clone().requires_grad_()
        expected = loss.for_counts(counts)(scores, target)
        (slope,) = torch.autograd.grad(expected.sum(), scores)
        values, gradient = (torch.tensor(each, dtype=torch.float64) for each in found[key])
        torch.testing.assert_close(values, expected.detach(), rtol=1e-9, atol=1e-12, msg=key)
        torch.testing.assert_close(gradient, slope.flatten(), rtol=1e-9, atol=1e-12, msg=key)


def test_an_operation_that_is_not_known_is_named(engine: Any) -> None:
    nodes = [{"shape": [2]}, {"shape": [2], "op": "erfinv", "args": [{"node": 0}]}]
    said = engine.evaluate(
        "(graph) => { try { compile(graph); } catch (error) { return error.message; } }",
        {"nodes": nodes, "outputs": [1, 1]},
    )
    assert said == "the operation erfinv is not known here"


@pytest.mark.parametrize(("size", "classes"), [(0, 2), (8, 3), (16, 2)])
def test_the_networks_gradient_is_that_of_torch(engine: Any, size: int, classes: int) -> None:
    sizes = [2, size, size, classes] if size else [2, classes]
    generator = torch.Generator().manual_seed(size)
    inputs = torch.randn(BATCH, 2, generator=generator, dtype=torch.float64)
    slope = torch.randn(BATCH, classes, generator=generator, dtype=torch.float64)
    weights, logits, gradient = engine.evaluate(
        """([sizes, inputs, slope]) => {
          const network = makeNetwork(sizes, 3, slope.length / sizes.at(-1));
          const logits = [...forward(network, inputs, inputs.length / 2, network.places)];
          backward(network, inputs, inputs.length / 2, slope);
          return [[...network.weights], logits, [...network.gradient]];
        }""",
        [sizes, inputs.flatten().tolist(), slope.flatten().tolist()],
    )
    layers = [nn.Linear(*pair).double() for pair in pairwise(sizes)]
    parameters = [each for layer in layers for each in (layer.weight, layer.bias)]
    nn.utils.vector_to_parameters(torch.tensor(weights, dtype=torch.float64), parameters)
    given = inputs
    for layer in layers:
        given = layer(torch.tanh(given) if layer is not layers[0] else given)
    given.backward(slope)
    expected = torch.cat([each.grad.flatten() for each in parameters])
    torch.testing.assert_close(torch.tensor(logits).double(), given.detach().flatten())
    error = (torch.tensor(gradient, dtype=torch.float64) - expected).abs().max()
    assert float(error) < 1e-5 * float(expected.abs().max())


def run(engine: Any, settings: dict[str, Any], line: tuple[Any, Any], steps: int = 600) -> Any:
    classes = 3 if settings["data"] == "three" else 2
    graphs = {key: traced(LOSSES[key], classes, BATCH) for key in settings["losses"]}
    ends = [dict(zip("xy", end, strict=True)) for end in line]
    asked = {"settings": settings, "graphs": graphs, "steps": steps, "from": ends[0], "to": ends[1]}
    return engine.evaluate(CROSSINGS, asked)


def test_one_far_mislabelled_point_bends_squared_error_and_hardly_gce(engine: Any) -> None:
    """Where the boundary crosses the line y = 2, 6 units long, with the point and without it."""
    line = ((-3, 2), (3, 2))
    settings = FIRST | PRESETS["far"] | {"losses": ["mse", "gce"]}
    moved = []
    for seed in (1, 2, 3):
        with_it, without = (
            run(engine, settings | {"far": far, "seed": seed}, line)["crossings"] for far in (1, 0)
        )
        assert min(with_it + without) > 0  # each boundary does cross it
        moved.append([6 * abs(one - other) for one, other in zip(with_it, without, strict=True)])
    assert min(mse for mse, _ in moved) > 0.5
    assert max(gce for _, gce in moved) < 0.25


def test_a_rare_class_is_given_room_by_the_losses_made_for_it(engine: Any) -> None:
    """The boundary between the clusters' centres, from the common (0) to beyond the rare (1)."""
    settings = FIRST | PRESETS["rare"]
    found = run(engine, settings, ((-1.1, 0.4), (3.3, -1.2)))
    place = dict(zip(settings["losses"], found["crossings"], strict=True))
    assert place["cross_entropy"] - place["logit_adjusted"] > 0.15
    assert place["cross_entropy"] - place["class_weighted"] > 0.15
    recall = {
        key: each["recall"][1]
        for key, each in zip(settings["losses"], found["figures"], strict=True)
    }
    assert recall["logit_adjusted"] > recall["cross_entropy"] + 0.2


def test_a_run_follows_from_its_settings_and_only_the_loss_differs(engine: Any) -> None:
    settings = FIRST | {"losses": ["cross_entropy", "nll", "gce"]}
    start = run(engine, settings, ((0, 0), (1, 1)), steps=0)["weights"]
    assert start[0] == start[1] == start[2]
    one, again = (run(engine, settings, ((0, 0), (1, 1)), steps=50)["weights"] for _ in range(2))
    assert one == again and one[0] != one[2]
    # The negative log-likelihood is cross-entropy: it sees the same batches.
    torch.testing.assert_close(torch.tensor(one[0]), torch.tensor(one[1]))
    other = run(engine, settings | {"seed": 2}, ((0, 0), (1, 1)), steps=0)["weights"]
    assert other[0] != start[0]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_learnt(engine: Any, preset: str) -> None:
    settings = FIRST | PRESETS[preset]
    figures = run(engine, settings, ((0, 0), (1, 1)))["figures"]
    assert max(each["balanced"] for each in figures) > (0.85 if preset == "rare" else 0.95)
    assert all(0.5 < each["confidence"] <= 1 for each in figures)


def test_points_are_as_the_settings_say(engine: Any) -> None:
    points = engine.evaluate("makePoints", FIRST | {"wrong": 30, "points": 400, "imbalance": 3})
    wrong = sum(point["label"] != point["truth"] for point in points)
    assert 80 < wrong < 160
    common = sum(point["truth"] == 0 for point in points)
    assert common == 300 and len(points) == 400
    assert all(max(abs(point["x"]), abs(point["y"])) <= 3 for point in points)


@pytest.mark.parametrize(
    ("said", "name", "becomes"),
    [
        ({"noise": "99"}, "noise", 50),
        ({"wrong": "x"}, "wrong", FIRST["wrong"]),
        ({"data": "birds"}, "data", FIRST["data"]),
        ({"losses": "gce,gce,hinge"}, "losses", ["gce"]),
        ({"losses": "hinge"}, "losses", FIRST["losses"]),
        ({"losses": ",".join(LOSSES)}, "losses", list(LOSSES)[:4]),
        ({"rate": "0.1"}, "rate", 0.1),
        ({}, "seed", FIRST["seed"]),  # a link to another tab
    ],
)
def test_what_a_link_asks_for_is_made_possible(
    engine: Any, said: dict[str, str], name: str, becomes: Any
) -> None:
    read = "([said, setup]) => readLink(said, setup).settings"
    assert engine.evaluate(read, [said, setup(WORDS["en"])])[name] == becomes


def test_a_link_brings_a_state_back(engine: Any) -> None:
    settings = FIRST | PRESETS["three"] | {"seed": 12, "noise": 22, "far": 1}
    first, again = engine.evaluate(
        """([settings, setup]) => {
          const points = makePoints(settings), said = linkOf(settings, points, 321, setup);
          const given = Object.entries(said).filter(([_, value]) => value !== null);
          const read = readLink(Object.fromEntries(given), setup);
          return [{ settings, step: 321, edited: points }, read];
        }""",
        [settings, setup(WORDS["en"])],
    )
    assert again["settings"] == settings and again["step"] == 321
    assert len(first["edited"]) == len(again["edited"])
    for one, other in zip(first["edited"], again["edited"], strict=True):
        assert one == pytest.approx(other, abs=0.005)  # a thousandth of the plane


@pytest.mark.parametrize("text", ["zz", "0000x", "00009" * 2, "00004" * 500, "0000?"])
def test_points_that_cannot_be_are_left_out(engine: Any, text: str) -> None:
    assert engine.evaluate("(text) => pointsFromText(text, 2, MOST_POINTS)", text) is None
