"""How far the probabilities of live training's networks can be trusted, on digits and on clothes.

For each task and loss: the accuracy, the calibration error, and by how much the mean confidence
exceeds the accuracy (below 0: under-confident), of the plain softmax on the 1,000 held-out
examples; mean and standard deviation over the seeds, with which batches and first weights change.
The losses of one row saw the same batches. Learning rates are those recommended.

    python benchmarks/calibration.py digits fashion --epochs 30
"""

import argparse

import numpy as np
import torch
from numpy.typing import NDArray

from losslens.evaluation.metrics import calibration_error, confidence_and_correct, outputs_of
from losslens.live.config import LiveConfig, live_tasks
from losslens.losses import LOSSES
from losslens.training.config import TrainConfig
from losslens.training.loop import train
from losslens.training.state import new_state

FIGURES = ("accuracy", "calibration error", "confidence - accuracy")


def measured(task: str, loss: str, epochs: int, seed: int) -> NDArray[np.float64]:
    """``FIGURES`` of one network, 0..1."""
    config = LiveConfig((loss,), task, epochs=epochs, seed=seed)
    live, (rate,) = config.live, config.learning_rates
    learnt, held_out = live.load()
    plan = TrainConfig(
        task, loss, seed, epochs, config.batch_size, rate, config.optimizer, average=0.0
    )
    state = new_state(plan, network=live.network)
    for _ in train(state, LOSSES[loss].fn, learnt, live.augment):
        pass
    logits = outputs_of(state.network(), held_out)
    confidence, correct = confidence_and_correct(logits, held_out.target)
    error = calibration_error(confidence, correct)
    return np.array([correct.mean(), error, confidence.mean() - correct.mean()])


def main() -> None:
    """Print a table for each task, in percent."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("tasks", choices=live_tasks(), nargs="+")
    parser.add_argument("--losses", nargs="+", default=["cross_entropy", "brier", "focal"])
    parser.add_argument("--epochs", type=int, default=LiveConfig.epochs)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for task in options.tasks:
        print(f"{task:16}" + "".join(f"{name:>24}" for name in FIGURES), flush=True)
        for loss in options.losses:
            rows = np.array(
                [measured(task, loss, options.epochs, seed) for seed in range(options.seeds)]
            )
            cells = zip(rows.mean(axis=0) * 100, rows.std(axis=0, ddof=1) * 100, strict=True)
            print(f"{loss:16}" + "".join(f"{m:15.2f} ± {s:.2f}   " for m, s in cells), flush=True)


if __name__ == "__main__":
    main()
