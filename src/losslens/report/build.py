"""Making a report card: from checkpoints and data to ``report.json``."""

import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from losslens.checkpoints import files as checkpoints
from losslens.checkpoints.ensemble import load_ensemble
from losslens.checkpoints.files import Card, CheckpointError
from losslens.data.dataset import Dataset
from losslens.evaluation.metrics import (
    Figure,
    Spread,
    accuracy,
    confidence_and_correct,
    confusion,
    figures,
    log_odds,
    reliability,
    risk_coverage,
    spread,
)
from losslens.evaluation.significance import paired_differences
from losslens.report import predictions, robustness, schema
from losslens.report.predictions import Predictions
from losslens.report.schema import (
    COVERAGES,
    PROBABILITIES,
    Disputed,
    Measured,
    Report,
    Tested,
)

PARTS = ("predictions", "corruptions")


def make(
    task: str,
    test: Dataset,
    parts: Collection[str] = PARTS,
    folder: Path | None = None,
) -> Report:
    """Measure the ``parts`` anew, each saved when it is done, and leave the others as they are.

    The losses that have a checkpoint are measured; of the others stderr says why they are not. A
    part that the task does not have is passed over. Raises CheckpointError where no checkpoint can
    be used, or where there is no report yet and ``parts`` has no predictions.
    """
    ensemble = load_ensemble(task, folder).required()
    for problem in ensemble.missing.values():
        print(f"losslens: {problem}", file=sys.stderr)
    if "predictions" in parts:
        predictions.save(task, predictions.predict_all(ensemble, test), folder)
        remeasure(task, folder)
    schema.load(task, folder)  # the other parts are added to it
    variants = robustness.variants_of(ensemble.task)
    if "corruptions" in parts and variants:
        with tqdm(total=variants, desc=f"{task}, corruptions") as bar:
            measured = robustness.measure(ensemble, test, bar.update)
        _put(task, folder, corrupted=measured)
    return schema.load(task, folder)


def remeasure(task: str, folder: Path | None = None) -> None:
    """Save what follows from the stored predictions and the cards, anew: no network is asked.

    Raises CheckpointError where there are no predictions.
    """
    _put(task, folder, tested=measure(task, predictions.load(task, folder), folder))


def _put(task: str, folder: Path | None, **measured: Any) -> None:
    """Save the report with the fields given; the others stay as they stand on disk now, if they are
    of the same networks."""
    try:
        former = schema.load(task, folder)
    except CheckpointError:  # none, or one of another version: there is nothing to keep
        former = Report(task, "", {}, **measured)
    if "tested" in measured and _trained(measured["tested"]) != _trained(former.tested):
        former = replace(former, corrupted=None)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    versions = {name: version(name) for name in ("torch", "numpy", "scipy")}
    schema.save(replace(former, made=now, versions=versions, **measured), folder)


def _trained(tested: Tested) -> dict[str, str]:
    return {loss: network.trained for loss, network in tested.networks.items()}


def measure(task: str, predicted: Predictions, folder: Path | None = None) -> Tested:
    """All that follows from the predictions and from the cards below ``folder``."""
    target, logits = predicted.target, predicted.logits
    cards = {loss: _cards(task, loss, folder) for loss in logits}
    answers = torch.stack([each.float().argmax(dim=1) for each in logits.values()])  # (L, N)
    right = answers == target
    disputed = [
        Disputed(at, int(target[at]), answers[:, at].tolist()) for at in predicted.disputed.tolist()
    ]
    return Tested(
        examples=len(target),
        networks={loss: _measured(predicted, loss, cards[loss]) for loss in logits},
        together=_together(predicted, {loss: each[0].temperature for loss, each in cards.items()}),
        differences=paired_differences(list(right.numpy())),
        networks_right=torch.bincount(right.sum(dim=0), minlength=len(logits) + 1).tolist(),
        split=int((answers != answers[0]).any(dim=0).sum()),
        disputed=disputed,
    )


def _together(predicted: Predictions, temperatures: Mapping[str, float]) -> Figure:
    """The accuracy of the mean of all calibrated probabilities."""
    calibrated = [
        (logits.double() / temperatures[loss]).softmax(dim=1)
        for loss, logits in predicted.logits.items()
    ]
    right = torch.stack(calibrated).mean(dim=0).argmax(dim=1) == predicted.target
    return accuracy(right.double().numpy())


def _measured(predicted: Predictions, loss: str, cards: list[Card]) -> Measured:
    shipped, logits, target = cards[0], predicted.logits[loss].double(), predicted.target
    temperatures = dict(zip(PROBABILITIES, (1.0, shipped.temperature), strict=True))
    correct = (logits.argmax(dim=1) == target).double().numpy()
    risk = risk_coverage(log_odds(logits).numpy(), correct)
    return Measured(
        figures={kind: figures(logits, target, each) for kind, each in temperatures.items()},
        seeds={kind: _spreads(cards, kind) for kind in PROBABILITIES},
        reliability={
            kind: reliability(*confidence_and_correct(logits, target, each))
            for kind, each in temperatures.items()
        },
        by_seed={card.config["seed"]: _accuracy(card) for card in cards},
        risk=[float(risk[max(1, round(len(risk) * coverage)) - 1]) for coverage in COVERAGES],
        confusion=confusion(logits, target),
        temperature=shipped.temperature,
        temperature_interval=_pair(shipped.temperature_interval),
        train_seconds=shipped.train_seconds,
        trained=shipped.date,
    )


def _accuracy(card: Card) -> float:
    return card.test["softmax"]["accuracy"]["value"]


def _pair(interval: list[float] | None) -> tuple[float, float] | None:
    return None if interval is None else (interval[0], interval[1])


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


def _spreads(cards: list[Card], kind: str) -> dict[str, Spread]:
    """The figures that every card has, over the seeds; ``kind`` is one of PROBABILITIES."""
    if len(cards) < 2:
        return {}
    names = [name for name in cards[0].test[kind] if all(name in card.test[kind] for card in cards)]
    return {name: spread([card.test[kind][name]["value"] for card in cards]) for name in names}
