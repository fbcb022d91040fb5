"""The command line: ``losslens train | evaluate | predict | report | publish | app``."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import torch
from accelerate import Accelerator

from losslens.checkpoints import files as checkpoints
from losslens.data.sources import other_photos
from losslens.evaluation.metrics import figures, outputs_of
from losslens.images.reading import read_picture
from losslens.inference import predictor as inference
from losslens.losses import LOSSES
from losslens.publishing import upload as publish
from losslens.report.build import PARTS, make
from losslens.report.markdown import markdown
from losslens.tasks import TASKS
from losslens.training.backbone import on_backbone, splits_for
from losslens.training.config import TrainConfig
from losslens.training.ood_detector import make_detector
from losslens.training.pipeline import make_checkpoint
from losslens.training.runner import TrainingInterrupted
from losslens.validation import one_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. What a person got wrong becomes one line on
    stderr."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except TrainingInterrupted as stop:
        print(
            f"losslens: {stop}; the same command with --resume goes on from there", file=sys.stderr
        )
        return 130
    except (ValueError, OSError, ArithmeticError, checkpoints.CheckpointError) as error:
        print(f"losslens: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="losslens", description="See what a loss function teaches a network."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    training = commands.add_parser("train", help="train checkpoints and measure them")
    training.add_argument("task", choices=TASKS)
    training.add_argument(
        "--loss", default="all", help=f"all, none, or of: {', '.join(LOSSES)} (several with commas)"
    )
    training.add_argument("--seed", type=int, default=0)
    training.add_argument("--epochs", type=int, default=0, help="0: the task's own")
    training.add_argument("--learning-rate", type=float, default=0.0, help="0: the task's own")
    training.add_argument(
        "--data-root", default="data", help="folder with the data, or to download it into"
    )
    training.add_argument(
        "--out", type=Path, default=Path("models"), help="folder for the checkpoints"
    )
    training.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder for resumable states"
    )
    training.add_argument(
        "--others",
        type=Path,
        nargs="+",
        help="folders with photos of neither class, for the detector (pets)",
    )
    training.add_argument("--resume", action="store_true", help="go on from an interrupted run")
    training.set_defaults(command=_train)

    evaluating = commands.add_parser("evaluate", help="measure the checkpoints on the test data")
    evaluating.add_argument("task", choices=TASKS)
    evaluating.add_argument("--data-root", default="data")
    evaluating.set_defaults(command=_evaluate)

    predicting = commands.add_parser("predict", help="every loss's answer to a picture")
    predicting.add_argument("task", choices=TASKS)
    predicting.add_argument("picture", type=Path)
    predicting.set_defaults(command=_predict)

    reporting = commands.add_parser(
        "report", help="remake the report cards from checkpoints and data"
    )
    reporting.add_argument(
        "tasks", choices=TASKS, nargs="+", metavar="TASK", help=" or ".join(TASKS)
    )
    reporting.add_argument(
        "--only",
        default=",".join(PARTS),
        help="parts to remake, with commas (default: all, %(default)s)",
    )
    reporting.add_argument("--data-root", default="data")
    reporting.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder for the runs with wrong labels"
    )
    reporting.set_defaults(command=_report)

    publishing = commands.add_parser(
        "publish", help="put the checkpoints, and the app, on Hugging Face"
    )
    publishing.add_argument("--repo-id", required=True, help="USER/NAME of the model repository")
    publishing.add_argument("--space", help="USER/NAME of a Space for the app")
    publishing.add_argument(
        "--private", action="store_true", help="for you alone; without it what is created is public"
    )
    publishing.add_argument("--dry-run", action="store_true", help="only say what would be done")
    publishing.add_argument("--yes", action="store_true", help="do not ask")
    publishing.set_defaults(command=_publish)

    serving = commands.add_parser("app", help="start the app")
    serving.add_argument("--mcp", action="store_true", help="its endpoints are MCP tools too")
    serving.set_defaults(command=_app)
    return parser


def _train(options: argparse.Namespace) -> None:
    losses = {"all": list(LOSSES), "none": []}.get(options.loss, options.loss.split(","))
    configs = [
        TrainConfig(
            options.task, loss, options.seed, options.epochs, learning_rate=options.learning_rate
        )
        for loss in losses
    ]
    accelerator = _accelerator()
    if accelerator.is_main_process and accelerator.num_processes > 1:
        print(f"{accelerator.num_processes} processes share each batch")
    pictures = TASKS[options.task].load(options.data_root)
    if configs:
        splits = splits_for(
            options.task,
            pictures,
            accelerator,
            options.out,
            options.runs,
            options.seed,
            resume=options.resume,
        )
    for config in configs:
        path = make_checkpoint(
            config, splits, accelerator, options.out, options.runs, resume=options.resume
        )
        if path is not None:
            print(f"wrote {path}")
    everyone = all(
        checkpoints.checkpoint_path(options.task, loss, options.out).is_file() for loss in LOSSES
    )
    if accelerator.is_main_process and everyone:
        photos = other_photos(options.others) if options.others else []
        others = (
            torch.stack([TASKS[options.task].to_tensor(photo) for photo in photos])
            if photos
            else None
        )
        print(make_detector(options.task, pictures, options.out, others))


def _accelerator() -> Accelerator:
    accelerator = Accelerator(cpu=not torch.cuda.is_available())
    if accelerator.device.type == "cpu" and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(
            1
        )  # networks this small lose more than they gain by sharing a picture between cores
    return accelerator


def _report(options: argparse.Namespace) -> None:
    parts = options.only.split(",")
    for part in parts:
        one_of("part", part, PARTS)
    accelerator = _accelerator()
    for task in options.tasks:
        report = make(task, TASKS[task].load(options.data_root), accelerator, options.runs, parts)
        print(markdown(report))


def _evaluate(options: argparse.Namespace) -> None:
    test = TASKS[options.task].load(options.data_root).test
    if TASKS[options.task].backbone:
        test = on_backbone(checkpoints.load_backbone(options.task), test)
    print(
        f"{'loss':14} accuracy (95 % interval)       NLL     Brier   calibration error: softmax, calibrated"
    )
    calibrated = []
    for loss in LOSSES:
        checkpoint = checkpoints.load(options.task, loss)
        logits, temperature = outputs_of(checkpoint.network, test), checkpoint.card.temperature
        plain, linked = figures(logits, test.target), figures(logits, test.target, temperature)
        accuracy = plain["accuracy"]
        print(
            f"{loss:14} {accuracy.value:8.2%} ({accuracy.low:.2%} to {accuracy.high:.2%})  {plain['nll'].value:.4f}  "
            f"{plain['brier'].value:.4f}  {plain['calibration_error'].value:7.2%}  {linked['calibration_error'].value:.2%}"
        )
        calibrated.append((logits / temperature).softmax(dim=1))
    accuracy = figures(torch.stack(calibrated).mean(dim=0).log(), test.target)["accuracy"]
    print(f"{'mean of all':14} {accuracy.value:8.2%} ({accuracy.low:.2%} to {accuracy.high:.2%})")


def _predict(options: argparse.Namespace) -> None:
    prediction = inference.predict_picture(options.task, read_picture(options.picture))
    if TASKS[options.task].is_blank(prediction.features):
        raise ValueError(f"{options.picture} is blank: there is nothing to read")
    for answer in prediction.answers:
        if isinstance(answer, inference.Missing):
            print(f"{answer.loss:14} {answer.problem}")
            continue
        print(
            f"{answer.loss:14} {answer.label}   softmax {max(answer.softmax):.3f}   calibrated {max(answer.calibrated):.3f}"
        )
    if inference.is_flagged(options.task, prediction):
        print(
            f"This is not like any of the {options.task} these networks know; the answers are guesses."
        )


def _publish(options: argparse.Namespace) -> None:
    publish.run(
        options.repo_id,
        options.space,
        private=options.private,
        dry_run=options.dry_run,
        yes=options.yes,
    )


def _app(options: argparse.Namespace) -> None:
    page = import_module(
        "losslens.ui.page"
    )  # only here: gradio takes seconds to import, and training needs none of it
    page.launch(mcp=options.mcp)


if __name__ == "__main__":
    sys.exit(main())
