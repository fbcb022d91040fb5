"""The command line: ``losslens train | evaluate | predict | report | publish | app | ...``.

Each command imports what it needs when it is asked for: ``losslens --help`` imports none of it.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losslens.training.runner import Job

_INTERRUPTED = 130  # exit status after Ctrl-C, as of a shell
_REFUSED = 2
_ROOM = 50  # MB that checkpoints and states may take


@dataclass(frozen=True)
class Command:
    """One command: what it takes, and what it does with it."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. What a person got wrong becomes one line on stderr."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(given).parse_args(given)
    try:
        COMMANDS[options.command].run(options)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        status = _status(error)
        if status is None:
            raise
        return status
    return 0


def _status(error: Exception) -> int | None:
    """The exit status for what a person can do something about, said on stderr; None for else."""
    kinds = _import("checkpoints.files"), _import("training.runner")
    if isinstance(error, kinds[1].TrainingInterrupted):
        resume = "the same command with --resume goes on from there"
        print(f"losslens: {error}; {resume}", file=sys.stderr)
        return _INTERRUPTED
    if isinstance(error, (ValueError, OSError, ArithmeticError, kinds[0].CheckpointError)):
        print(f"losslens: {error}", file=sys.stderr)
        return _REFUSED
    return None


def _import(module: str) -> Any:
    return import_module(f"losslens.{module}")


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """All commands by name and help; the arguments only of the one that is ``given``."""
    parser = argparse.ArgumentParser(
        prog="losslens", description="See what a loss function teaches a network."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    wanted = next((word for word in given if not word.startswith("-")), "")
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.help)
        if name == wanted:
            command.arguments(subparser)
    return parser


def _task_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", choices=_import("tasks").TASKS)


def _data_argument(parser: argparse.ArgumentParser, help: str | None = None) -> None:
    parser.add_argument("--data-root", default="data", help=help)


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    losses = ", ".join(_import("losses").LOSSES)
    _task_argument(parser)
    parser.add_argument(
        "--loss",
        default="all",
        help=f"all (those of the cards), none, or of: {losses} (several with commas)",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=0, help="0: the task's own")
    parser.add_argument("--learning-rate", type=float, default=0.0, help="0: the task's own")
    _data_argument(parser, "folder with the data, or to download it into")
    parser.add_argument(
        "--out", type=Path, default=Path("models"), help="folder for the checkpoints"
    )
    _runs_argument(parser, "folder for resumable states")
    parser.add_argument(
        "--others",
        type=Path,
        nargs="+",
        help="folders with other things, for the OOD detector: photos of neither (pets), fonts and "
        "Fashion-MNIST's files (digits)",
    )
    parser.add_argument("--resume", action="store_true", help="go on from an interrupted run")


def _runs_argument(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument("--runs", type=Path, default=Path("runs"), help=help)


def _train(options: argparse.Namespace) -> None:
    config, pipeline = _import("training.config"), _import("training.pipeline")
    losses = {"all": _import("losses.catalogue").card_losses(), "none": []}.get(
        options.loss, options.loss.split(",")
    )
    configs = [
        config.TrainConfig(
            options.task, loss, options.seed, options.epochs, learning_rate=options.learning_rate
        )
        for loss in losses
    ]
    job = _job(options.out, options.runs, resume=options.resume)
    if job.is_main and job.accelerator.num_processes > 1:
        print(f"{job.accelerator.num_processes} processes share each batch")
    pictures = _import("tasks").TASKS[options.task].load(options.data_root)
    if configs:
        splits = _import("training.backbone").splits_for(options.task, pictures, job)
    for each in configs:
        path = pipeline.make_checkpoint(each, splits, job)
        if path is not None:
            print(f"wrote {path}")
    if job.is_main:
        _make_detector(options, pictures)


def _make_detector(options: argparse.Namespace, pictures: Any) -> None:
    """Where it is asked for by ``--loss none``, or due."""
    detectors = _import("training.ood_detector")
    if options.loss == "none" or detectors.is_due(options.task, options.out):
        print(detectors.make_detector(options.task, pictures, options.out, options.others or []))


def _job(out: Path, runs: Path, *, resume: bool = False) -> "Job":
    runner, files = _import("training.runner"), _import("files")
    for folder in (out, runs):  # before hours of work
        files.check_writable(folder, _ROOM)
    job: Job = runner.Job(runner.new_accelerator(), out, runs, resume)
    return job


def _evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    _task_argument(parser)
    _data_argument(parser)


def _evaluate(options: argparse.Namespace) -> None:
    test = _import("tasks").TASKS[options.task].load(options.data_root).test
    ensemble = _import("checkpoints.ensemble").load_ensemble(options.task).required()
    for line in _import("inference.evaluation_table").lines(ensemble, test):
        print(line)


def _predict_arguments(parser: argparse.ArgumentParser) -> None:
    _task_argument(parser)
    parser.add_argument("picture", type=Path)


def _predict(options: argparse.Namespace) -> None:
    predictor, task = _import("inference.predictor"), _import("tasks").TASKS[options.task]
    picture = _import("images.reading").read_picture(options.picture)
    reading = predictor.read_parts(task.key, picture)
    if reading.problem:
        raise ValueError(_import("images.marks").PROBLEMS[reading.problem])
    for place, prediction in enumerate(reading.parts, start=1):
        if reading.rows:
            print(f"Part {place} of {len(reading.parts)}:")
        _print_answers(task, prediction)


def _print_answers(task: Any, prediction: Any) -> None:
    predictor = _import("inference.predictor")
    for answer in prediction.answers:
        if isinstance(answer, predictor.Missing):
            print(f"{answer.loss:14} {answer.problem}")
            continue
        print(
            f"{answer.loss:14} {answer.label}   softmax {max(answer.softmax):.3f}   "
            f"calibrated {max(answer.calibrated):.3f}"
        )
    if predictor.is_flagged(task.key, prediction):
        print(
            f"This is not like any of the {task.key} these networks know; the answers are guesses."
        )


def _report_arguments(parser: argparse.ArgumentParser) -> None:
    tasks, parts = _import("tasks").TASKS, _import("report.build").PARTS
    parser.add_argument("tasks", choices=tasks, nargs="+", metavar="TASK", help=" or ".join(tasks))
    parser.add_argument(
        "--only",
        default=",".join(parts),
        help="parts to remake, with commas (default: all, %(default)s)",
    )
    _data_argument(parser)


def _report(options: argparse.Namespace) -> None:
    build, parts = _import("report.build"), options.only.split(",")
    for part in parts:
        _import("validation").one_of("part", part, build.PARTS)
    for task in options.tasks:
        test = _import("tasks").TASKS[task].load(options.data_root).test
        print(_import("report.markdown").markdown(build.make(task, test, parts)))


def _study_arguments(parser: argparse.ArgumentParser) -> None:
    choices = {
        "tasks": _import("tasks").TASKS,
        "settings": _import("study.settings").SETTINGS,
        "losses": _import("losses").LOSSES,
    }
    for name, keys in choices.items():
        parser.add_argument(f"--{name}", default="all", help=f"all, or of: {', '.join(keys)}")
    parser.add_argument(
        "--seeds",
        type=int,
        default=_import("study.settings").SEEDS,
        help="how many (default: %(default)s); 0: train nothing, collect what is there",
    )
    _data_argument(parser)
    _runs_argument(parser, "folder for finished networks")
    parser.add_argument(
        "--out", type=Path, default=_import("study.runs").SHIPPED, help="file for all runs"
    )


def _study(options: argparse.Namespace) -> None:
    plan = _import("study.plan").plan_of(
        options.tasks, options.settings, options.losses, options.seeds
    )
    if find_spec("skimage") is None:
        raise ValueError('the study needs one more package: pip install -e ".[study]"')
    job, runs = _job(Path("models"), options.runs), _import("study.runs")
    journal = runs.Journal(job.runs / "study", job.accelerator.process_index)
    try:
        _import("study.training").Study(job, journal, options.data_root).run(plan)
    finally:  # also after Ctrl-C: the same command goes on from what is there
        if job.is_main:
            found = runs.collected(runs.Journal(job.runs / "study"))
            runs.save(found, options.out)
            print(_import("study.markdown").markdown(found))


def _choose_arguments(parser: argparse.ArgumentParser) -> None:
    for name, answers in _import("study.advice").QUESTIONS.items():
        parser.add_argument(f"--{name}", choices=answers, default=answers[0])


def _choose(options: argparse.Namespace) -> None:
    advice = _import("study.advice")
    answers = {name: getattr(options, name) for name in advice.QUESTIONS}
    for line in _import("ui.choose.advice").advice_lines(advice.Situation(**answers)):
        print(line)


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _task_argument(parser)
    parser.add_argument("--loss", default="all", help="one (default: all in one file)")
    parser.add_argument("--out", type=Path, help="the file (default: TASK.onnx)")


def _export(options: argparse.Namespace) -> None:
    path = options.out or Path(f"{options.task}.onnx")
    losses = _import("inference.onnx_export").export_onnx(options.task, path, options.loss)
    print(f"{path}: logits of {', '.join(losses)}")


def _publish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo-id", required=True, help="USER/NAME of the model repository")
    parser.add_argument("--space", help="USER/NAME of a Space for the app")
    parser.add_argument(
        "--private",
        action="store_true",
        help="for you alone; without it what is created is public",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _publish(options: argparse.Namespace) -> None:
    _import("publishing.upload").run(
        options.repo_id,
        options.space,
        private=options.private,
        dry_run=options.dry_run,
        yes=options.yes,
    )


def _translations_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "language", nargs="?", help="such as ja (default: every language but English)"
    )


def _translations(options: argparse.Namespace) -> None:
    i18n = _import("ui.i18n")
    languages = [language for language in i18n.WORDS if language != i18n.FALLBACK]
    if options.language:
        _import("validation").one_of("language", options.language, i18n.WORDS)
        languages = [options.language]
    for language in languages:
        paths = i18n.missing(language)
        total = len(i18n.WORDS[i18n.FALLBACK])
        print(f"{language}: {total - len(paths)} of {total} texts")
        for path in paths:
            print(f"  {path}: {' '.join(i18n.WORDS[i18n.FALLBACK][path].split())}")


def _app_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mcp", action="store_true", help="its endpoints are MCP tools too")


def _app(options: argparse.Namespace) -> None:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle threads sleep instead of spinning
    gc.disable()  # until the page is up: it would collect nothing, and take a quarter of the time
    _import("ui.quick_gradio")  # before all that imports gradio
    _import("ui.app").launch(mcp=options.mcp)


COMMANDS: dict[str, Command] = {
    "train": Command("train checkpoints and measure them", _train_arguments, _train),
    "evaluate": Command("measure the checkpoints on the test data", _evaluate_arguments, _evaluate),
    "predict": Command("every loss's answer to a picture", _predict_arguments, _predict),
    "report": Command(
        "remake the report cards from checkpoints and data", _report_arguments, _report
    ),
    "study": Command("compare the losses, with seeds, in many settings", _study_arguments, _study),
    "choose": Command("which loss to take, by what the study found", _choose_arguments, _choose),
    "export": Command("write trained networks as one ONNX file", _export_arguments, _export),
    "publish": Command(
        "put the checkpoints, and the app, on Hugging Face", _publish_arguments, _publish
    ),
    "translations": Command(
        "list the texts that a language still lacks", _translations_arguments, _translations
    ),
    "app": Command("start the app", _app_arguments, _app),
}


if __name__ == "__main__":
    sys.exit(main())
