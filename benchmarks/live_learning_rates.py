"""Which learning rate to recommend for each loss and optimizer in live training.

It prints accuracies on examples not learnt from. Of the 4,000 examples that a live run learns from,
800 are kept apart; the others are trained on as a run does, with one seed. The 1,000 held-out
examples, whose accuracy the page shows, play no part.

    python benchmarks/live_learning_rates.py digits
"""

import argparse

import torch

from losslens.evaluation.metrics import outputs_of
from losslens.live.config import LiveConfig, live_tasks
from losslens.losses import LOSSES
from losslens.training.config import TrainConfig
from losslens.training.loop import train
from losslens.training.state import new_state

APART = 800
RATES = {"adamw": (0.003, 0.01, 0.02), "sgd": (0.005, 0.02, 0.05)}


def accuracy(task: str, loss: str, optimizer: str, rate: float) -> float:
    """The share of right answers, 0..1; 0 where the loss blew up."""
    usual = LiveConfig(task=task)
    live = usual.live
    examples, _ = live.load()
    learnt, apart = (
        examples.pick(part)
        for part in torch.arange(len(examples)).split((len(examples) - APART, APART))
    )
    plan = TrainConfig(
        task,
        loss,
        0,
        usual.epochs,
        usual.batch_size,
        learning_rate=rate,
        optimizer=optimizer,
        average=0.0,
    )
    state = new_state(plan, network=live.network)
    try:
        for _ in train(state, LOSSES[loss].fn, learnt, live.augment):
            pass
    except ArithmeticError:
        return 0.0
    right = outputs_of(state.network(), apart).argmax(dim=1) == apart.target
    return float(right.double().mean())


def main() -> None:
    """Print a row for each optimizer and loss."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=live_tasks())
    task = parser.parse_args().task
    torch.set_num_threads(1)
    for optimizer, rates in RATES.items():
        print(f"{optimizer:14}" + "".join(f"{rate:>9g}" for rate in rates), flush=True)
        for loss in LOSSES:
            print(
                f"{loss:14}"
                + "".join(f"{accuracy(task, loss, optimizer, rate):9.2%}" for rate in rates),
                flush=True,
            )


if __name__ == "__main__":
    main()
