"""The worker of a live run, a process of its own: ``python -m losslens.live.worker``.

``live.process`` starts it. JSON lines go in and out: the first one in is the configuration; then
come "pause" and "go on". When the input ends, so does the worker. A large run goes through the same
``messages``, on a GPU.
"""

import base64
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from losslens.data.dataset import Dataset
from losslens.evaluation.metrics import (
    Values,
    calibration_error,
    confidence_and_correct,
    outputs_of,
)
from losslens.live.config import MEASURED_AT_ONCE, LiveConfig, Point
from losslens.live.gate import Gate
from losslens.live.material import Material, material
from losslens.tasks import TASKS
from losslens.training.config import TrainConfig
from losslens.training.loop import Progress, Share, train
from losslens.training.state import TrainState, new_state

POINTS = 25  # of a run, about
# Rightly and wrongly labelled training examples that are looked at on the way: a share of so many
# is known to 5 points, and to look at all would take as long as to learn from them.
SAMPLED = 400
# Of the operating system's 19: an answer, which takes milliseconds, goes before a run, which takes
# seconds, and a run still goes on beside one.
_STEPS_BACK = 15

Message = dict[str, Any]  # as JSON has it


@dataclass(frozen=True)
class Training:
    """All networks of one seed, what they learn from, and what they are measured on."""

    config: LiveConfig
    material: Material
    held_out: Dataset
    states: list[TrainState]
    device: str = "cpu"


def prepared(config: LiveConfig, device: str = "cpu") -> Training:
    """The training of the first seed before its first step: all networks have the same first
    weights."""
    given = material(config)
    plans = [
        TrainConfig(
            task=config.task,
            seed=config.seed,
            epochs=config.epochs,
            batch_size=min(config.batch, len(given.dataset)),
            learning_rate=rate,
            optimizer=config.optimizer,
            average=0.0,
        )
        for rate in config.learning_rates
    ]
    states = [new_state(plan, device, config.live.network) for plan in plans]
    return Training(config, given, config.live.load()[1], states, device)


def points(training: Training, gate: Gate) -> Iterator[Point]:
    """Train all losses and report about ``POINTS`` times.

    It does so at the same steps in every run of the same length. Between them the networks go on
    side by side, on as many threads as there are cores. Raises ArithmeticError for a loss that is
    no longer finite, and TimeoutError as ``Gate`` does.
    """
    threads = min(len(training.states), os.cpu_count() or 1)
    # Each of them a core's: torch counts the threads of an operation by the thread that asks.
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        yield from _points(training, gate, pool)


def _points(training: Training, gate: Gate, pool: Executor) -> Iterator[Point]:
    config, dataset = training.config, training.material.dataset
    counts = dataset.counts(len(TASKS[config.task].labels)).to(training.device)
    functions = [config.loss(key).for_counts(counts) for key in config.losses]
    runs = [
        train(state, function, dataset, config.live.augment, share=Share(device=training.device))
        for state, function in zip(training.states, functions, strict=True)
    ]
    began, held, ahead = time.monotonic(), gate.held, 1
    while ahead:
        stretches = list(pool.map(partial(_taken, ahead, gate), runs))
        now = stretches[0][-1]
        means = [sum(each.loss for each in taken) / len(taken) for taken in stretches]
        seconds = time.monotonic() - began - (gate.held - held)
        yield _point(training, now, means, seconds, pool)
        ahead = _steps_to_next_point(now)


def _taken(steps: int, gate: Gate, run: Iterator[Progress]) -> list[Progress]:
    """The next ``steps`` of a run; where all wait for each other at each of them, they take a
    twentieth longer."""
    taken = []
    for _ in range(steps):
        gate.pass_through()
        taken.append(next(run))
    return taken


def _steps_to_next_point(now: Progress) -> int:
    """0 at the end."""
    between = max(1, now.steps // POINTS)
    return min(now.steps, (now.step // between + 1) * between) - now.step


def _point(
    training: Training, progress: Progress, losses: list[float], seconds: float, pool: Executor
) -> Point:
    held_out, size = training.held_out, training.states[0].config.batch_size
    networks = [state.network() for state in training.states]
    outputs = pool.map(lambda network: _outputs(network, held_out), networks)
    measured = [confidence_and_correct(each, held_out.target) for each in outputs]
    done = progress.step == progress.steps
    return Point(
        seen=progress.step * size,
        total=progress.steps * size,
        seconds=round(seconds, 2),
        loss=losses,
        accuracy=[float(correct.mean()) for _, correct in measured],
        calibration_error=[calibration_error(*each) for each in measured],
        reading=_readings(training.config, networks),
        right=[correct.astype(int).tolist() for _, correct in measured] if done else [],
        confidence=[each.round(5).tolist() for each, _ in measured] if done else [],
        **_memory(training.material, networks, done=done),
    )


@torch.inference_mode()
def _readings(config: LiveConfig, networks: list[nn.Module]) -> list[list[float]]:
    if not config.picture:
        return []
    device = next(networks[0].parameters()).device
    picture = torch.tensor(config.picture, device=device).reshape(1, *config.live.shape)
    return [network(picture).softmax(dim=1)[0].tolist() for network in networks]


def _memory(given: Material, networks: list[nn.Module], *, done: bool) -> dict[str, Any]:
    """What the networks make of rightly and of wrongly labelled training examples: of ``SAMPLED``
    each, or, when they are done, of all."""
    if not len(given.wrong):
        return {}
    most = None if done else SAMPLED
    wrong, right = given.wrong[:most], given.rightly_labelled[:most]
    repeats, kept = (
        [_as_labelled(network, given.dataset.pick(part)) for network in networks]
        for part in (wrong, right)
    )
    return {
        "memorised": [float(each.mean()) for each in repeats],
        "kept_right": [float(each.mean()) for each in kept],
        "repeats": [each.astype(int).tolist() for each in repeats] if done else [],
    }


def _as_labelled(network: nn.Module, examples: Dataset) -> Values:
    """Which examples (N,) get the answer of their label, 0 or 1."""
    return confidence_and_correct(_outputs(network, examples), examples.target)[1]


def _outputs(network: nn.Module, examples: Dataset) -> Tensor:
    """The logits of all examples (N, C), on the CPU."""
    device = next(network.parameters()).device
    there = examples if device.type == "cpu" else examples.to(device)
    return outputs_of(network, there, MEASURED_AT_ONCE).cpu()


def main() -> None:
    """Train as the first line of the input says, and print points and, at the end, the networks."""
    torch.set_num_threads(1)
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_STEPS_BACK)
    wanted = sys.stdin.readline()
    if not wanted:  # this worker was kept ready and is not needed any more
        return
    config = LiveConfig.of(json.loads(wanted))
    gate = Gate()
    threading.Thread(target=_obey, args=[gate], daemon=True).start()
    for message in messages(config, gate):
        print(json.dumps(message), flush=True)


def messages(config: LiveConfig, gate: Gate, device: str = "cpu") -> Iterator[Message]:
    """All that is said of a run: each point, and at the end the networks, or why it broke off."""
    networks: list[str] = []
    try:
        for run, each in enumerate(config.each_seed):
            training = prepared(each, device)
            for point in points(training, gate):
                yield asdict(replace(point, run=run))
            networks += [_as_file(state.network()) for state in training.states]
    except (ArithmeticError, TimeoutError) as error:
        yield {"error": str(error)}
        return
    yield {"networks": networks}


def _as_file(network: nn.Module) -> str:
    tensors = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    return base64.b64encode(save(tensors)).decode()


def _obey(gate: Gate) -> None:
    for line in sys.stdin:
        if line.strip() == "pause":
            gate.pause()
        else:
            gate.go_on()
    os._exit(0)  # whoever started this is done with it, or gone


if __name__ == "__main__":
    main()
