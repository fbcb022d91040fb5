"""The worker of a live run, a process of its own: ``python -m losslens.live.worker``.

``live.process`` starts it. JSON lines go in and out: the first one in is the configuration; then
come "pause" and "go on". When the input ends, so does the worker.
"""

import base64
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import torch
from safetensors.torch import save
from torch import Tensor, nn

from losslens.data.dataset import Dataset, imbalanced, with_confusions, with_label_noise
from losslens.evaluation.metrics import calibration_error, confidence_and_correct, outputs_of
from losslens.live.config import MAX_SECONDS, MEASURED_AT_ONCE, LiveConfig, Point, loss_of
from losslens.tasks import TASKS
from losslens.training.config import TrainConfig
from losslens.training.loop import Progress, train
from losslens.training.state import TrainState, new_state

POINTS = 25  # of a run, about


class Gate:
    """What every step of a run passes: it holds while the run is paused, and raises TimeoutError
    once ``seconds`` are over."""

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


@dataclass(frozen=True)
class Training:
    """All networks of a run, and what they are measured on."""

    config: LiveConfig
    dataset: Dataset
    held_out: Dataset
    states: list[TrainState]


def prepared(config: LiveConfig) -> Training:
    """The run before its first step: all networks have the same first weights.

    Labels of held-out examples are never wrong.
    """
    examples, held_out = config.live.load()
    dataset = _to_learn_from(examples.pick(torch.arange(config.examples)), config)
    plans = [
        TrainConfig(
            task=config.task,
            seed=config.seed,
            epochs=config.epochs,
            batch_size=min(config.batch, len(dataset)),
            learning_rate=rate,
            optimizer=config.optimizer,
            average=0.0,
        )
        for rate in config.learning_rates
    ]
    states = [new_state(plan, network=config.live.network) for plan in plans]
    return Training(config, dataset, held_out, states)


def _to_learn_from(dataset: Dataset, config: LiveConfig) -> Dataset:
    """The examples with some classes rare and some labels wrong, as the settings say."""
    task = TASKS[config.task]
    classes = len(task.labels)
    if config.imbalance > 1:
        most = len(dataset) // classes
        dataset = imbalanced(dataset, config.imbalance, most, config.seed)
    if config.noise == "asymmetric":
        return with_confusions(dataset, config.wrong_labels, task.confused, config.seed)
    return with_label_noise(dataset, config.wrong_labels, classes, config.seed)


def points(training: Training, gate: Gate) -> Iterator[Point]:
    """Train all losses in step and report about ``POINTS`` times.

    It does so at the same steps in every run of the same length. Raises ArithmeticError for a loss
    that is no longer finite, and TimeoutError as ``Gate`` does.
    """
    config = training.config
    counts = training.dataset.counts(len(TASKS[config.task].labels))
    functions = [loss_of(key, config.formula).for_counts(counts) for key in config.losses]
    runs = [
        train(state, function, training.dataset, config.live.augment)
        for state, function in zip(training.states, functions, strict=True)
    ]
    began = time.monotonic()
    recent: list[list[float]] = [[] for _ in runs]
    for together in zip(*runs, strict=True):
        gate.pass_through()
        for losses, progress in zip(recent, together, strict=True):
            losses.append(progress.loss)
        step, steps = together[0].step, together[0].steps
        if step == 1 or step % max(1, steps // POINTS) == 0 or step == steps:
            means = [sum(losses) / len(losses) for losses in recent]
            yield _point(training, together[0], means, time.monotonic() - began - gate.held)
            recent = [[] for _ in runs]


def _point(training: Training, progress: Progress, losses: list[float], seconds: float) -> Point:
    config, held_out = training.config, training.held_out
    networks = [state.network() for state in training.states]
    measured = [
        confidence_and_correct(outputs_of(network, held_out, MEASURED_AT_ONCE), held_out.target)
        for network in networks
    ]
    done = progress.step == progress.steps
    picture = (
        torch.tensor(config.picture).reshape(1, *config.live.shape) if config.picture else None
    )
    return Point(
        seen=progress.step * training.states[0].config.batch_size,
        total=progress.steps * training.states[0].config.batch_size,
        seconds=round(seconds, 2),
        loss=losses,
        accuracy=[float(correct.mean()) for _, correct in measured],
        calibration_error=[
            calibration_error(confidence, correct) for confidence, correct in measured
        ],
        reading=[] if picture is None else [_softmax(network, picture) for network in networks],
        right=[correct.astype(int).tolist() for _, correct in measured] if done else [],
    )


@torch.inference_mode()
def _softmax(network: nn.Module, picture: Tensor) -> list[float]:
    probs: list[float] = network(picture).softmax(dim=1)[0].tolist()
    return probs


def main() -> None:
    """Train as the first line of the input says, and print points and, at the end, the networks."""
    torch.set_num_threads(1)
    wanted = sys.stdin.readline()
    if not wanted:  # this worker was kept ready and is not needed any more
        return
    values = json.loads(wanted)
    training = prepared(LiveConfig(**values | {"losses": tuple(values["losses"])}))
    gate = Gate()
    threading.Thread(target=_obey, args=[gate], daemon=True).start()
    try:
        for point in points(training, gate):
            _say(asdict(point))
    except (ArithmeticError, TimeoutError) as error:
        _say({"error": str(error)})
        return
    _say(
        {
            "networks": [
                base64.b64encode(_as_file(state.network())).decode() for state in training.states
            ]
        }
    )


def _as_file(network: nn.Module) -> bytes:
    return save({name: value.contiguous() for name, value in network.state_dict().items()})


def _obey(gate: Gate) -> None:
    for line in sys.stdin:
        if line.strip() == "pause":
            gate.pause()
        else:
            gate.go_on()
    os._exit(0)  # whoever started this is done with it, or gone


def _say(message: dict[str, object]) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
