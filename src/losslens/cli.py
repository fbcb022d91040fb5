"""The command line: ``losslens train | evaluate | predict | app``."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from tqdm import tqdm

from losslens import checkpoints
from losslens.data import Splits
from losslens.evaluation import figures, fit_temperature, logits_of
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.training import Share, TrainConfig, TrainState, new_state, train

_SAVE_EVERY = 60.0  # seconds between resumable states
_RUNS = Path("runs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. What a person got wrong becomes one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (ValueError, FileNotFoundError, ArithmeticError, checkpoints.CheckpointError) as error:
        print(f"losslens: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("losslens: stopped; the same command with --resume goes on from here", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="losslens", description="See what a loss function teaches a network.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    training = commands.add_parser("train", help="train checkpoints and measure them")
    training.add_argument("task", choices=TASKS)
    training.add_argument("--loss", default="all", help=f"all, or of: {', '.join(LOSSES)} (several with commas)")
    training.add_argument("--seed", type=int, default=0)
    training.add_argument("--epochs", type=int, default=0, help="0: the task's own")
    training.add_argument("--learning-rate", type=float, default=0.0, help="0: the task's own")
    training.add_argument("--data-root", default="data", help="folder with the data, or to download it into")
    training.add_argument("--out", type=Path, default=Path("models"), help="folder for the checkpoints")
    training.add_argument("--resume", action="store_true", help="go on from an interrupted run")
    training.set_defaults(command=_train)

    evaluating = commands.add_parser("evaluate", help="measure the checkpoints on the test data")
    evaluating.add_argument("task", choices=TASKS)
    evaluating.add_argument("--data-root", default="data")
    evaluating.set_defaults(command=_evaluate)
    return parser


def _train(options: argparse.Namespace) -> None:
    names = list(LOSSES) if options.loss == "all" else options.loss.split(",")
    configs = [
        TrainConfig(options.task, name, options.seed, options.epochs, learning_rate=options.learning_rate) for name in names
    ]
    accelerator = Accelerator(cpu=not torch.cuda.is_available())
    if accelerator.device.type == "cpu" and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(1)  # networks this small lose more than they gain by sharing a picture between cores
    splits = TASKS[options.task].load(options.data_root)
    for config in configs:
        _train_one(config, splits, accelerator, options.out, resume=options.resume)


def _train_one(config: TrainConfig, splits: Splits, accelerator: Accelerator, out: Path, *, resume: bool) -> None:
    state = new_state(config)
    state_path = _RUNS / f"{config.task}-{config.loss}-{config.seed}.safetensors"
    if resume and state_path.is_file():
        state.restore(state_path)
    forward = accelerator.prepare(state.model)
    share = Share(accelerator.process_index, accelerator.num_processes, accelerator.device)
    started = saved = time.monotonic()
    run = train(state, LOSSES[config.loss].fn, splits.train, TASKS[config.task].vary, forward=forward, share=share)
    bar = tqdm(desc=config.loss, initial=state.step, unit="step", disable=not accelerator.is_main_process)
    try:
        for progress in run:
            bar.total = progress.steps
            bar.update()
            if progress.step % 50 == 0:
                bar.set_postfix(loss=f"{progress.loss:.4f}", accuracy=f"{progress.accuracy:.3f}")
            if time.monotonic() - saved > _SAVE_EVERY and accelerator.is_main_process:
                state.save(state_path)
                saved = time.monotonic()
    except KeyboardInterrupt:
        if accelerator.is_main_process:
            state.save(state_path)
        raise
    finally:
        bar.close()
    if accelerator.is_main_process:
        path = checkpoints.save(_measured(state, splits, time.monotonic() - started), out)
        state_path.unlink(missing_ok=True)
        print(f"{config.loss}: wrote {path}")
    accelerator.wait_for_everyone()


def _measured(state: TrainState, splits: Splits, seconds: float) -> checkpoints.Checkpoint:
    network = state.network().cpu()
    held_out, test = logits_of(network, splits.held_out), logits_of(network, splits.test)
    temperature = fit_temperature(held_out, splits.held_out.target)
    card = checkpoints.Card(
        task=state.config.task,
        loss=state.config.loss,
        config=asdict(state.config),
        temperature=temperature,
        held_out=_both(held_out, splits.held_out.target, temperature),
        test=_both(test, splits.test.target, temperature),
        train_seconds=round(seconds, 1),
        data_sha256=splits.train.sha256(),
        versions={name: version(name) for name in ("torch", "torchvision", "safetensors")},
        date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    return checkpoints.Checkpoint(network, card)


def _both(logits: torch.Tensor, target: torch.Tensor, temperature: float) -> dict[str, Any]:
    links = {"softmax": 1.0, "calibrated": temperature}
    return {link: {name: asdict(f) for name, f in figures(logits, target, t).items()} for link, t in links.items()}


def _evaluate(options: argparse.Namespace) -> None:
    test = TASKS[options.task].load(options.data_root).test
    print(f"{'loss':14} accuracy (95 % interval)       NLL   Brier   calibration error: softmax, calibrated")
    for name in LOSSES:
        checkpoint = checkpoints.load(options.task, name)
        logits = logits_of(checkpoint.network, test)
        plain, linked = figures(logits, test.target), figures(logits, test.target, checkpoint.card.temperature)
        accuracy = plain["accuracy"]
        print(
            f"{name:14} {accuracy.value:8.2%} ({accuracy.low:.2%} to {accuracy.high:.2%})  {plain['nll'].value:.4f}  "
            f"{plain['brier'].value:.4f}  {plain['calibration_error'].value:7.2%}  {linked['calibration_error'].value:.2%}"
        )


if __name__ == "__main__":
    sys.exit(main())
