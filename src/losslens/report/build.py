"""Making a report card: from checkpoints and data to ``report.json``."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from tqdm import tqdm

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.files import Card, CheckpointError
from losslens.data.dataset import Splits
from losslens.evaluation.metrics import (
    Spread,
    accuracy,
    confidence_and_correct,
    confusion,
    figures,
    reliability,
    risk_coverage,
    spread,
)
from losslens.evaluation.significance import compare
from losslens.images.corruptions import CORRUPTIONS, LEVELS
from losslens.losses import LOSSES
from losslens.report import label_noise as wrong_labels
from losslens.report import predictions, robustness
from losslens.report import schema as report
from losslens.report.predictions import Predictions
from losslens.report.schema import COVERAGES, LINKS, Disputed, Measured, Report, Tested

PARTS = ("predictions", "corruptions", "wrong-labels")


def make(
    task: str,
    splits: Splits,
    accelerator: Accelerator,
    runs: Path,
    parts: Collection[str] = PARTS,
    folder: Path | None = None,
) -> Report:
    """Measure the ``parts`` anew, each saved when it is done, and leave the others as they are.

    Raises CheckpointError where a checkpoint is missing, or where there is no report yet and
    ``parts`` has no predictions, and TrainingInterrupted after Ctrl-C.
    """
    networks = predictions.load_networks(task, folder)
    if "predictions" in parts:
        predicted = predictions.predict_all(task, networks, splits.test)
        predictions.save(task, predicted, folder)
        _put(task, folder, tested=measure(task, predicted, folder))
    report.load(task, folder)  # the others have nowhere to stand without it
    if "corruptions" in parts:
        with tqdm(total=len(CORRUPTIONS) * len(LEVELS), desc=f"{task}, corruptions") as bar:
            _put(
                task, folder, corrupted=robustness.measure(task, networks, splits.test, bar.update)
            )
    if "wrong-labels" in parts and task == wrong_labels.TASK:
        _put(task, folder, wrong_labels=wrong_labels.measure(splits, accelerator, runs))
    return report.load(task, folder)


def _put(task: str, folder: Path | None, **measured: Any) -> None:
    """Save the report with the fields given; the others stay as they stand on disk now, if they are
    of the same networks."""
    try:
        former = report.load(task, folder)
    except CheckpointError:  # none, or one of another version: there is nothing to keep
        former = Report(task, "", {}, **measured)
    if "tested" in measured and _trained(measured["tested"]) != _trained(former.tested):
        former = replace(former, corrupted=None)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    versions = {name: version(name) for name in ("torch", "numpy", "scipy")}
    report.save(replace(former, made=now, versions=versions, **measured), folder)


def _trained(tested: Tested) -> dict[str, str]:
    return {loss: network.trained for loss, network in tested.networks.items()}


def measure(task: str, predicted: Predictions, folder: Path | None = None) -> Tested:
    """All that follows from the predictions and the cards below ``folder``."""
    target = predicted.target
    cards = {loss: _cards(task, loss, folder) for loss in LOSSES}
    answers = torch.stack(
        [predicted.logits[loss].float().argmax(dim=1) for loss in LOSSES]
    )  # (L, N)
    right = answers == target
    calibrated = [
        (predicted.logits[loss].double() / cards[loss][0].temperature).softmax(dim=1)
        for loss in LOSSES
    ]
    together = torch.stack(calibrated).mean(dim=0).argmax(dim=1) == target
    return Tested(
        examples=len(target),
        networks={loss: _measured(predicted, loss, cards[loss]) for loss in LOSSES},
        together=accuracy(together.double().numpy()),
        differences=compare(list(right.numpy())),
        networks_right=torch.bincount(right.sum(dim=0), minlength=len(LOSSES) + 1).tolist(),
        split=int((answers != answers[0]).any(dim=0).sum()),
        disputed=[
            Disputed(at, int(target[at]), answers[:, at].tolist())
            for at in predicted.disputed.tolist()
        ],
    )


def _measured(predicted: Predictions, loss: str, cards: list[Card]) -> Measured:
    shipped, logits, target = cards[0], predicted.logits[loss].double(), predicted.target
    links = dict(zip(LINKS, (1.0, shipped.temperature), strict=True))
    risk = risk_coverage(*confidence_and_correct(logits, target))
    return Measured(
        figures={link: figures(logits, target, temperature) for link, temperature in links.items()},
        seeds={link: _spreads(cards, link) for link in LINKS},
        reliability={
            link: reliability(*confidence_and_correct(logits, target, t))
            for link, t in links.items()
        },
        risk=[float(risk[max(1, round(len(risk) * coverage)) - 1]) for coverage in COVERAGES],
        confusion=confusion(logits, target),
        temperature=shipped.temperature,
        train_seconds=shipped.train_seconds,
        trained=shipped.date,
    )


def _cards(task: str, loss: str, folder: Path | None) -> list[Card]:
    """The card of the shipped network, then those in ``seeds/<seed>`` below ``folder`` that differ
    in their seed alone."""
    folder = folder or checkpoints.models_folder()
    folders = [folder, *sorted((folder / "seeds").glob("*"))]
    paths = [checkpoints.checkpoint_path(task, loss, each).with_suffix(".json") for each in folders]
    shipped, *others = (checkpoints.read_card(path) for path in paths if path.is_file())
    return [shipped, *(other for other in others if _recipe(other) == _recipe(shipped))]


def _recipe(card: Card) -> dict[str, Any]:
    return {name: value for name, value in card.config.items() if name != "seed"}


def _spreads(cards: list[Card], link: str) -> dict[str, Spread]:
    if len(cards) < 2:
        return {}
    names = [name for name in cards[0].test[link] if all(name in card.test[link] for card in cards)]
    return {name: spread([card.test[link][name]["value"] for card in cards]) for name in names}
