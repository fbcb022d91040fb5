"""Add the interval of the fitted temperature to cards that were made before it was measured.

The shipped networks are asked about the held-out data that their temperatures were fitted on;
nothing else in a card changes, and the report card follows. Cards of
other seeds, whose networks are not kept, stay as they are.

    python scripts/temperature_intervals.py digits fashion pets --data-root data
"""

import argparse
from dataclasses import replace

from losslens.checkpoints.ensemble import load_ensemble
from losslens.checkpoints.files import checkpoint_path, models_folder, write_card
from losslens.evaluation.temperature import fit_temperature, temperature_interval
from losslens.report import build
from losslens.tasks import TASKS

NEAR = 0.02  # a temperature fitted anew lies no further, as a share, from the card's


def main() -> None:
    """Write the cards, and print each interval."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("tasks", nargs="+", choices=TASKS)
    parser.add_argument("--data-root", default="data")
    options = parser.parse_args()
    for task in options.tasks:
        held_out = TASKS[task].load(options.data_root).held_out
        ensemble = load_ensemble(task, models_folder()).required()
        for loss, logits in ensemble.outputs(held_out).items():
            fitted = ensemble.temperatures[loss]
            anew = fit_temperature(logits, held_out.target)
            if abs(anew / fitted - 1) > NEAR:
                raise SystemExit(
                    f"{task}/{loss}: the card's temperature is {fitted:.3f}, and {anew:.3f} is "
                    "fitted here: these are not the data that it was fitted on"
                )
            interval = temperature_interval(logits, held_out.target, fitted)
            card = replace(ensemble.members[loss].card, temperature_interval=[*interval])
            write_card(card, checkpoint_path(task, loss, models_folder()))
            print(f"{task} {loss}: T = {fitted:.2f} ({interval[0]:.2f} to {interval[1]:.2f})")
        build.remeasure(task)


if __name__ == "__main__":
    main()
