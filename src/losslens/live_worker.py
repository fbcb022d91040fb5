"""The worker of a live run: ``python -m losslens.live_worker``, JSON lines in and out. ``live.LiveRun`` starts it.

The first line in is the configuration; then "pause" and "go on". When the input ends, so does the worker.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from losslens.data import Dataset, mini_mnist, with_wrong_labels
from losslens.evaluation import calibration_error, outputs_of
from losslens.live import HELD_OUT, LEARNING_RATES, MAX_SECONDS, LiveConfig, Point, loss_of
from losslens.networks import DigitNet
from losslens.training import Progress, TrainConfig, TrainState, new_state, train

WIDTHS = (8, 16, 32)  # a seventh of DigitNet's multiplications: four of them learn together while somebody watches
POINTS = 40
_SPLIT_SEED = 7


def digits(config: LiveConfig) -> tuple[Dataset, Dataset]:
    """(to train on, held out): the same 1,000 digits are held out of every run, and their labels are never wrong."""
    mini = mini_mnist()
    order = torch.randperm(len(mini), generator=torch.Generator().manual_seed(_SPLIT_SEED))
    train_part = mini.pick(order[HELD_OUT:][: config.examples])
    return with_wrong_labels(train_part, config.wrong_labels, 10, config.seed), mini.pick(order[:HELD_OUT])


def small_network() -> DigitNet:
    """The network of live training."""
    return DigitNet(WIDTHS)


def new_states(config: LiveConfig) -> list[TrainState]:
    """One state a loss, all with the same first weights."""
    rate = config.learning_rate or LEARNING_RATES[config.optimizer]
    plan = TrainConfig(
        seed=config.seed,
        epochs=config.epochs,
        batch_size=min(config.batch_size, config.examples),
        learning_rate=rate,
        optimizer=config.optimizer,
        average=0.0,
    )
    return [new_state(plan, network=small_network) for _ in config.losses]


class Gate:
    """What every step of a run passes: it holds while the run is paused, and raises TimeoutError once time is up."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._deadline = time.monotonic() + seconds
        self._open = threading.Event()
        self._open.set()
        self.held = 0.0  # seconds that runs have stood here

    def pause(self) -> None:
        """Hold whoever comes next."""
        self._open.clear()

    def go_on(self) -> None:
        """Hold nobody any more."""
        self._open.set()

    def pass_through(self) -> None:
        """Return at once, or as soon as the pause is over."""
        came = time.monotonic()
        if not self._open.wait(max(0.0, self._deadline - came)) or came > self._deadline:
            raise TimeoutError(f"The run took longer than {MAX_SECONDS:g} seconds and was stopped.")
        self.held += time.monotonic() - came


def points(config: LiveConfig, gate: Gate) -> Iterator[Point]:
    """Train all losses in step and report about 40 times, at the same steps in every run of the same length."""
    dataset, held_out = digits(config)
    states = new_states(config)
    runs = [train(state, loss_of(key, config.formula).fn, dataset) for state, key in zip(states, config.losses, strict=True)]
    drawing = torch.tensor(config.drawing).reshape(1, 1, 28, 28) if config.drawing else None
    began = time.monotonic()
    recent: list[list[float]] = [[] for _ in runs]
    for together in zip(*runs, strict=True):
        gate.pass_through()
        for losses, progress in zip(recent, together, strict=True):
            losses.append(progress.loss)
        step, steps = together[0].step, together[0].steps
        if step == 1 or step % max(1, steps // POINTS) == 0 or step == steps:
            yield _point(config, states, held_out, drawing, together, recent, time.monotonic() - began - gate.held)
            recent = [[] for _ in runs]


def _point(
    config: LiveConfig,
    states: list[TrainState],
    held_out: Dataset,
    drawing: Tensor | None,
    together: tuple[Progress, ...],
    recent: list[list[float]],
    seconds: float,
) -> Point:
    networks = [state.network() for state in states]
    logits = [outputs_of(network, held_out) for network in networks]
    right = [(each.argmax(dim=1) == held_out.target).int() for each in logits]
    sure = [each.softmax(dim=1).amax(dim=1) for each in logits]
    batch, last = states[0].config.batch_size, together[0].step == together[0].steps
    return Point(
        seen=together[0].step * batch,
        total=together[0].steps * batch,
        seconds=round(seconds, 2),
        loss=[sum(losses) / len(losses) for losses in recent],
        accuracy=[float(each.float().mean()) for each in right],
        calibration_error=[
            calibration_error(confidence.double().numpy(), each.double().numpy())
            for confidence, each in zip(sure, right, strict=True)
        ],
        drawing=[] if drawing is None else [_softmax(network, drawing) for network in networks],
        right=[each.tolist() for each in right] if last else [],
    )


@torch.inference_mode()
def _softmax(network: nn.Module, drawing: Tensor) -> list[float]:
    probs: list[float] = network(drawing).softmax(dim=1)[0].tolist()
    return probs


def main() -> None:
    """Train as the first line of the input says, and print points."""
    torch.set_num_threads(1)
    config = LiveConfig(**_tupled(json.loads(sys.stdin.readline())))
    gate = Gate()
    threading.Thread(target=_obey, args=[gate], daemon=True).start()
    try:
        for point in points(config, gate):
            _say(asdict(point))
    except (ArithmeticError, TimeoutError) as error:
        _say({"error": str(error)})
        return
    _say({"done": True})


def _tupled(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"losses": tuple(values["losses"])}


def _obey(gate: Gate) -> None:
    for line in sys.stdin:
        if line.strip() == "pause":
            gate.pause()
        else:
            gate.go_on()
    os._exit(0)  # whoever started this is done with it, or gone


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
