"""How each loss bears wrong training labels: a small network learns MNIST with 0 to 60 % of them wrong, and is tested."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from losslens.data.dataset import Dataset, Splits, with_label_noise
from losslens.evaluation.metrics import outputs_of
from losslens.evaluation.significance import Difference, compare
from losslens.networks.digit_net import DigitNet
from losslens.training.config import TrainConfig
from losslens.training.loop import new_state
from losslens.training.runner import run

TASK = "digits"
SHARES = (0.0, 0.2, 0.4, 0.6)
SEEDS = (0, 1, 2)
COMPARED = ("cross_entropy", "mse", "brier", "gce")
EXAMPLES = 10_000  # of the training digits, the first: forty-eight networks learn them in a quarter of an hour
EPOCHS = 5
LEARNING_RATE = 2e-2  # of 1, 2 and 4e-2 the best on held-out digits, on the mean of the losses, with 40 % wrong labels
_BATCH = 100


@dataclass(frozen=True)
class LabelNoise:
    """What was measured; ``accuracy`` is in 0..1, for each loss, share and seed, in the order of
    these."""

    shares: tuple[float, ...]
    seeds: tuple[int, ...]
    accuracy: dict[str, list[list[float]]]
    differences: list[
        list[Difference]
    ]  # for each share, over all seeds; positions are those of ``accuracy``
    learnt: int  # training examples
    examples: int  # tested on
    config: dict[str, Any]  # of each run, but for loss and seed


def small_network() -> nn.Module:
    """A seventh of the shipped network's multiplications."""
    return DigitNet((8, 16, 32))


def config_for(
    loss: str,
    seed: int,
    train: Dataset,
    *,
    epochs: int = EPOCHS,
    learning_rate: float = LEARNING_RATE,
) -> TrainConfig:
    """How one network is trained: no augmentation, no averaging of weights, the last step
    counts."""
    batch_size = min(_BATCH, len(train))
    return TrainConfig(
        loss=loss,
        seed=seed,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        average=0.0,
    )


def measure(
    splits: Splits,
    accelerator: Accelerator,
    runs: Path,
    *,
    losses: Sequence[str] = COMPARED,
    shares: Sequence[float] = SHARES,
    seeds: Sequence[int] = SEEDS,
    epochs: int = EPOCHS,
) -> LabelNoise:
    """Train every loss with every share and seed, and test. What ``runs`` holds already is not
    trained again.

    With one seed all losses see the same wrong labels in the same batches. Raises
    TrainingInterrupted after Ctrl-C.
    """
    train = splits.train.pick(torch.arange(min(EXAMPLES, len(splits.train))))
    right = {
        (share, seed, loss): right_answers(
            config_for(loss, seed, train, epochs=epochs),
            share,
            train,
            splits.test,
            accelerator,
            runs,
        )
        for share in shares
        for seed in seeds
        for loss in losses
    }
    config = asdict(config_for(losses[0], seeds[0], train, epochs=epochs))
    return LabelNoise(
        shares=tuple(shares),
        seeds=tuple(seeds),
        accuracy={
            loss: [[float(right[share, seed, loss].mean()) for seed in seeds] for share in shares]
            for loss in losses
        },
        differences=[
            compare(*([right[share, seed, loss] for loss in losses] for seed in seeds))
            for share in shares
        ],
        learnt=len(train),
        examples=len(splits.test),
        config={key: value for key, value in config.items() if key not in ("loss", "seed")},
    )


def right_answers(
    config: TrainConfig,
    share: float,
    train: Dataset,
    test: Dataset,
    accelerator: Accelerator,
    runs: Path,
) -> NDArray[np.bool_]:
    """Which of ``test`` (N,) a network has right that learnt from ``train`` with ``share`` of its
    labels wrong.

    Kept in ``runs``, and read from there the next time.
    """
    name = f"wrong-labels-{share:g}-{config.loss}-{config.seed}"
    path = runs / f"{name}-right.safetensors"
    made_from = {key: str(value) for key, value in asdict(config).items()}
    made_from |= {"share": str(share), "train": train.sha256(), "test": test.sha256()}
    kept = _kept(path, made_from)
    if kept is not None:
        return kept
    state, state_path = (
        new_state(config, accelerator.device, small_network),
        runs / f"{name}.safetensors",
    )
    wrong = with_label_noise(train, share, classes=10, seed=config.seed)
    run(state, wrong, None, accelerator, state_path, resume=state_path.is_file())
    right = outputs_of(state.network().cpu(), test).argmax(dim=1) == test.target
    partial = path.with_suffix(".partial")
    save_file({"right": right}, partial, made_from)
    partial.replace(path)
    state_path.unlink()
    return right.numpy()


def _kept(path: Path, made_from: dict[str, str]) -> NDArray[np.bool_] | None:
    try:
        with safe_open(path, framework="pt") as file:
            if file.metadata() == made_from:
                right: torch.Tensor = file.get_tensor("right")
                return right.numpy()
    except (SafetensorError, OSError):
        pass
    return None
