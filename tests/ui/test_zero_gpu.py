"""On a ZeroGPU Space: the package ``spaces`` as it is, stand-ins for its server and its card."""

import base64
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from gradio_client import Client
from starlette.datastructures import Headers

from losslens.data.bundled import SAMPLE_PHOTOS
from losslens.live.config import LiveConfig, NoGpuError, Point, Trained
from losslens.live.gate import Gate
from losslens.live.process import LiveRun, started
from losslens.live.worker import messages
from losslens.losses.catalogue import card_losses
from losslens.networks.digit_net import DigitNet
from losslens.ui.i18n import WORDS
from losslens.ui.live import large_worker
from losslens.ui.live.large import enlarged, start_for
from losslens.ui.live.large_worker import MOST_SECONDS, seconds
from losslens.ui.live.runner import Runner
from losslens.ui.live.settings import first
from support.live import run_script
from support.waiting import until
from support.zero_gpu import WITHOUT_GPU, Lender, lender, space

ROOT = Path(__file__).resolve().parents[2]
LARGE = LiveConfig(
    losses=("cross_entropy", "class_balanced"),
    task="pets",  # whose head is soon trained without a GPU
    examples=100,
    epochs=1,
    batch_size=50,
    seeds=2,
    large=True,
)
PATIENCE = 600.0  # seconds, on a busy machine: a worker imports torch, gradio and ``spaces``
needs_spaces = pytest.mark.skipif(
    subprocess.run(
        [sys.executable, "-c", "import importlib.util as u; exit(not u.find_spec('spaces'))"]
    ).returncode
    != 0,
    reason='the package spaces is not installed: pip install -e ".[zero]"',
)


@pytest.fixture
def lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lender]:
    """The server that lends, and a Space's variables for the processes that are started."""
    with lender() as lent:
        for name, value in space(lent, tmp_path).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PYTHONPATH", f"{WITHOUT_GPU}{os.pathsep}{ROOT / 'src'}")
        yield lent


def visitor(token: str = "") -> Any:
    """The request of a visitor, whom ZeroGPU knows by a token."""
    return SimpleNamespace(headers=Headers({"x-ip-token": token}), session_hash="visitor")


def news_of(run: LiveRun) -> list[Point | Trained]:
    """All that comes of a run."""
    said: list[Any] = []
    while not said or not isinstance(said[-1], Trained):
        said.append(run.news(wait=PATIENCE))
        assert said[-1] is not None, "no word in time"
    return said


def test_a_large_run_has_the_whole_network_all_examples_and_several_seeds() -> None:
    large = enlarged(LiveConfig(examples=200, epochs=2))
    assert (large.large, large.examples, large.seeds) == (True, 4_000, 3)
    assert large.live.network is DigitNet
    pets = enlarged(LiveConfig(task="pets"))
    assert pets.live == LiveConfig(task="pets").live  # the head is all there is to learn
    assert LiveConfig().live.network is not DigitNet


def test_the_whole_network_learns_and_its_script_gives_the_same_figures(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    config = LiveConfig(losses=("cross_entropy",), examples=100, epochs=1, large=True)
    *_, end, _ = messages(config, Gate())
    assert f"accuracy {end['accuracy'][0]:.4f}" in run_script(config, tmp_path)


def test_the_time_asked_for_grows_with_the_run_and_is_bounded() -> None:
    longer = replace(LARGE, epochs=20, examples=4_000)
    assert 0 < seconds(LARGE) < seconds(longer) <= MOST_SECONDS
    assert seconds(enlarged(LiveConfig(epochs=30, batch_size=10))) == MOST_SECONDS


@needs_spaces
def test_a_large_run_is_lent_a_gpu_and_says_what_a_run_here_says(lent: Lender) -> None:
    run = start_for(visitor("a.e30.c"))(LARGE)
    try:
        *points, trained = news_of(run)
    finally:
        run.close()
    assert lent.names() == ["schedule", "allow", "release"]
    asked = lent.calls[0][1]
    assert asked["token"] == "a.e30.c" and int(asked["durationSeconds"]) == seconds(LARGE)
    torch.set_num_threads(1)
    *here, last = list(messages(LARGE, Gate()))
    assert isinstance(trained, Trained)
    assert [base64.b64encode(network).decode() for network in trained.networks] == last["networks"]
    assert [point.accuracy for point in points] == [word["accuracy"] for word in here]  # type: ignore[union-attr]


@needs_spaces
def test_without_time_on_the_gpu_the_visitor_is_told_and_can_go_on(
    lent: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("losslens.live.queue._PATIENCE", PATIENCE)
    lent.spent = True
    words = WORDS["ja"]
    values = [*first().values(), "", "", {}]
    *_, (line, said, *_) = Runner(words, ()).run_large(visitor("a.e30.c"), *values)
    assert said == words["live.gpu_spent"] and 'data-state="error"' in line
    assert lent.names() == ["schedule"]


@needs_spaces
def test_where_no_server_lends_it_says_so(
    lent: Lender, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPACES_ZERO_DEVICE_API_URL", "http://127.0.0.1:9")  # nobody is there
    run = LiveRun(LARGE, started("losslens.ui.live.large_worker", errors=None), {"token": ""})
    try:
        with pytest.raises(NoGpuError) as refused:
            news_of(run)
    finally:
        run.close()
    assert not refused.value.spent
    assert "A large run got no GPU" in capfd.readouterr().err


def test_a_worker_that_nobody_listens_to_ends_by_itself_and_leaves_no_gpus_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it waits for is a word from the GPU's process, which may take minutes."""
    said, child = [], SimpleNamespace(kill=lambda: said.append("the GPU's process killed"))
    monkeypatch.setattr(large_worker, "_IN_ORDER", 0.0)
    monkeypatch.setattr(large_worker.sys, "stdin", SimpleNamespace(fileno=lambda: 0))
    monkeypatch.setattr(large_worker.os, "read", lambda *_: b"")  # its input was closed
    monkeypatch.setattr(large_worker.os, "_exit", lambda status: said.append(f"exit {status}"))
    monkeypatch.setattr(large_worker.multiprocessing, "active_children", lambda: [child])
    left = Event()
    large_worker._until_left(left)
    assert left.is_set() and said == ["the GPU's process killed", "exit 0"]


def answered(client: Client, endpoint: str, file: Path) -> set[str]:
    """What the networks of all losses of the cards answer to a picture."""
    picture = base64.b64encode(file.read_bytes()).decode()
    told = client.predict(picture, api_name=endpoint)["answers"]
    assert list(told) == card_losses()
    return {each["label"] for each in told.values()}


@needs_spaces
def test_the_app_starts_on_such_a_space_and_answers_a_digit_and_a_pet(lent: Lender) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    log = Path(os.environ["ZEROGPU_OFFLOAD_DIR"]).with_name("log")
    with log.open("w") as stream:
        app = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=os.environ | {"GRADIO_SERVER_PORT": port, "PYTHONUNBUFFERED": "1"},
            stdout=stream,
            stderr=stream,
        )
    try:
        until(lambda: app.poll() is not None or "Running on" in log.read_text(), PATIENCE)
        address = f"http://127.0.0.1:{port}"
        config = urllib.request.urlopen(f"{address}/config").read()
        assert b'"live-large"' in config
        client = Client(address, verbose=False)
        assert answered(client, "/predict_digit", ROOT / "examples" / "seven.png") == {"7"}
        assert answered(client, "/predict_pet", SAMPLE_PHOTOS[0]) == {"cat"}
        assert lent.names() == ["startup-report"]  # and nothing of a visitor's time
    finally:
        app.terminate()
        app.wait(60)
