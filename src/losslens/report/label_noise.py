"""How each loss bears wrong training labels: a small network learns from partly wrong ones."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from losslens.data.dataset import Dataset, Splits, with_label_noise
from losslens.evaluation.metrics import outputs_of
from losslens.evaluation.significance import paired_differences
from losslens.files import atomic_write
from losslens.networks.digit_net import DigitNet
from losslens.report.schema import LabelNoise
from losslens.tasks.digits import DIGITS
from losslens.training.config import TrainConfig
from losslens.training.runner import Job, run
from losslens.training.state import new_state

TASK = DIGITS  # whose report has this part
EXAMPLES = 10_000  # of the training data, the first: all runs take a quarter of an hour
_BATCH = 100


@dataclass(frozen=True)
class Study:
    """What is trained: every loss with every share of wrong labels and every seed."""

    losses: tuple[str, ...] = ("cross_entropy", "mse", "brier", "gce")
    shares: tuple[float, ...] = (0.0, 0.2, 0.4, 0.6)
    seeds: tuple[int, ...] = (0, 1, 2)
    epochs: int = 5
    # Of 1, 2 and 4e-2 the best on held-out data, on the mean of the losses, with 40 % wrong labels.
    learning_rate: float = 2e-2

    def config(self, loss: str, seed: int, train: Dataset) -> TrainConfig:
        """How one network is trained: no augmentation, no averaging of weights, the last step
        counts."""
        return TrainConfig(
            task=TASK.key,
            loss=loss,
            seed=seed,
            epochs=self.epochs,
            batch_size=min(_BATCH, len(train)),
            learning_rate=self.learning_rate,
            average=0.0,
        )


_SHIPPED = Study()


def small_network() -> nn.Module:
    """A seventh of the shipped network's multiplications."""
    return DigitNet((8, 16, 32))


def measure(splits: Splits, job: Job, study: Study = _SHIPPED) -> LabelNoise:
    """Train every network of the study, and test it on right labels.

    What ``job.runs`` holds already is not trained again. With one seed all losses see the same
    wrong labels in the same batches. Raises TrainingInterrupted after Ctrl-C.
    """
    losses, shares, seeds = study.losses, study.shares, study.seeds
    train = splits.train.pick(torch.arange(min(EXAMPLES, len(splits.train))))
    right = {
        (share, seed, loss): right_answers(
            study.config(loss, seed, train), share, train, splits.test, job
        )
        for share in shares
        for seed in seeds
        for loss in losses
    }
    config = asdict(study.config(losses[0], seeds[0], train))
    return LabelNoise(
        shares=shares,
        seeds=seeds,
        accuracy={
            loss: [[float(right[share, seed, loss].mean()) for seed in seeds] for share in shares]
            for loss in losses
        },
        differences=[
            paired_differences(*([right[share, seed, loss] for loss in losses] for seed in seeds))
            for share in shares
        ],
        learnt=len(train),
        examples=len(splits.test),
        config={key: value for key, value in config.items() if key not in ("loss", "seed")},
    )


def right_answers(
    config: TrainConfig, share: float, train: Dataset, test: Dataset, job: Job
) -> NDArray[np.bool_]:
    """Which of ``test`` (N,) a network has right that learnt from ``train`` with ``share`` of its
    labels wrong.

    Kept in ``job.runs``, and read from there the next time.
    """
    name = f"wrong-labels-{share:g}-{config.loss}-{config.seed}"
    path = job.runs / f"{name}-right.safetensors"
    made_from = {key: str(value) for key, value in asdict(config).items()}
    made_from |= {"share": str(share), "train": train.sha256(), "test": test.sha256()}
    kept = _kept(path, made_from)
    if kept is not None:
        return kept
    state, state_path = (
        new_state(config, job.device, small_network),
        job.runs / f"{name}.safetensors",
    )
    wrong = with_label_noise(train, share, classes=len(TASK.labels), seed=config.seed)
    run(state, wrong, None, replace(job, resume=True), state_path)
    right = outputs_of(state.network().cpu(), test).argmax(dim=1) == test.target
    with atomic_write(path) as partial:
        save_file({"right": right}, partial, made_from)
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
