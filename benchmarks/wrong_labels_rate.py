"""Learning rates for training with wrong labels, compared on held-out pictures with another seed.

The seed is none that the report uses:
python benchmarks/wrong_labels_rate.py --data-root data
"""

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import torch
from accelerate import Accelerator

from losslens.report.label_noise import EXAMPLES, TASK, Study, right_answers
from losslens.training.runner import Job

RATES = (1e-2, 2e-2, 4e-2)
SHARE = 0.4
SEED = 100


def main() -> None:
    """Print one line a learning rate, and the mean of its losses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-root", default="data")
    splits = TASK.load(parser.parse_args().data_root)
    torch.set_num_threads(1)
    job = Job(Accelerator(cpu=True))
    train = splits.train.pick(torch.arange(EXAMPLES))
    for rate in RATES:
        study, anew = Study(learning_rate=rate), replace(job, runs=Path(mkdtemp()))
        right = {
            loss: right_answers(
                study.config(loss, SEED, train), SHARE, train, splits.held_out, anew
            ).mean()
            for loss in study.losses
        }
        each = "  ".join(f"{loss} {share:.2%}" for loss, share in right.items())
        print(f"{rate:g}: mean {sum(right.values()) / len(right):.2%}  {each}", flush=True)


if __name__ == "__main__":
    main()
