"""Learning rates for training with wrong labels, compared on held-out digits with a seed that the report does not use.

python benchmarks/wrong_labels_rate.py --data-root data
"""

import argparse
from pathlib import Path
from tempfile import mkdtemp

import torch
from accelerate import Accelerator

from losslens.data.sources import mnist
from losslens.report.label_noise import COMPARED, EXAMPLES, config_for, right_answers

RATES = (1e-2, 2e-2, 4e-2)
SHARE = 0.4
SEED = 100


def main() -> None:
    """Print one line a learning rate, and the mean of its losses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-root", default="data")
    splits = mnist(parser.parse_args().data_root)
    torch.set_num_threads(1)
    accelerator, train = Accelerator(cpu=True), splits.train.pick(torch.arange(EXAMPLES))
    for rate in RATES:
        runs = Path(mkdtemp())
        right = {
            loss: right_answers(
                config_for(loss, SEED, train, learning_rate=rate),
                SHARE,
                train,
                splits.held_out,
                accelerator,
                runs,
            ).mean()
            for loss in COMPARED
        }
        each = "  ".join(f"{loss} {share:.2%}" for loss, share in right.items())
        print(f"{rate:g}: mean {sum(right.values()) / len(right):.2%}  {each}", flush=True)


if __name__ == "__main__":
    main()
