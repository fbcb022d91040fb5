"""Shared pieces of the tests: small data, and checkpoints with random weights in a folder of their
own."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
import torch

from losslens.checkpoints import files as checkpoints
from losslens.data.bundled import mini_mnist
from losslens.data.dataset import Dataset, Splits
from losslens.inference import predictor as inference
from losslens.losses.catalogue import card_losses
from losslens.report.schema import PROBABILITIES
from losslens.tasks import TASKS

torch.set_num_threads(1)  # as the app does; small networks lose by sharing a picture between cores


@pytest.fixture(scope="session")
def mini() -> Dataset:
    """The digits that ship with the package, as many of each class, ordered by class."""
    return mini_mnist()


@pytest.fixture
def small_splits(mini: Dataset) -> Splits:
    """A few hundred digits in three parts, in mixed order."""
    order = torch.randperm(len(mini), generator=torch.Generator().manual_seed(0))
    return Splits(mini.pick(order[:250]), mini.pick(order[250:400]), mini.pick(order[400:550]))


def random_card(task: str, loss: str) -> checkpoints.Card:
    """A card that a test may save; its figures are made up."""
    figure = {"value": 0.1, "low": 0.0, "high": 0.2}
    names = ("accuracy", "nll", "brier", "calibration_error", "aurc")
    measured = {kind: dict.fromkeys(names, figure) for kind in PROBABILITIES}
    date = "2026-01-01T00:00:00+00:00"
    return checkpoints.Card(task, loss, {"seed": 0}, 1.0, {}, measured, 0.0, "", {}, date)


@pytest.fixture
def random_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A models folder with a network of random weights for each loss, in use for this test
    alone."""
    torch.manual_seed(0)
    folder = tmp_path / "models"
    for loss in card_losses():
        network = TASKS["digits"].network().eval()
        checkpoints.save(checkpoints.Checkpoint(network, random_card("digits", loss)), folder)
    monkeypatch.setenv("LOSSLENS_MODELS", str(folder))
    inference.forget()
    yield folder
    inference.forget()


@contextmanager
def served(**options: object) -> Iterator[str]:
    """The app on a free port."""
    app = import_module("losslens.ui.app")  # only here: the tests of all else need no gradio
    demo = app.build()
    _, url, _ = demo.launch(**app.launch_options(), prevent_thread_lock=True, quiet=True, **options)
    try:
        yield url
    finally:
        demo.close(verbose=False)


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The app with the shipped checkpoints."""
    inference.forget()
    with served() as url:
        for task in TASKS:
            inference.warm_up(task)
        yield url


@pytest.fixture
def app(random_models: Path) -> Iterator[str]:
    """The app with networks of random weights."""
    with served() as url:
        yield url


@pytest.fixture
def mcp_url() -> Iterator[str]:
    """The app as an MCP server; skips, loudly, where the package for it is missing."""
    pytest.importorskip("mcp", reason='no MCP here: pip install -e ".[mcp]"')
    inference.forget()
    with served(mcp_server=True) as url:
        yield url
