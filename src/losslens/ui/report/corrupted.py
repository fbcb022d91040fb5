"""What corrupted pictures do: to these networks, and, by the study over seeds, to each loss."""

from losslens.report.schema import Corrupted, Report
from losslens.study.runs import Runs
from losslens.ui.html import render
from losslens.ui.i18n import Words
from losslens.ui.report.over_seeds import OverSeeds, over_seeds
from losslens.ui.report.pictures import corrupted_samples
from losslens.ui.report.section import Part, data_table, report_command, section, span


def on_corrupted(runs: Runs, task: str, words: Words) -> OverSeeds | None:
    """What the study found of the losses on pictures that are corrupted in MNIST-C's ways."""
    return over_seeds(runs, task, "clean", "corrupted", words)


def corrupted_section(report: Report, runs: Runs, words: Words) -> Part | None:
    """Each corruption with a sample and every network's accuracy, and the losses over seeds; None
    where it was not measured."""
    measured = report.corrupted
    if measured is None:
        return None
    losses, over = measured.losses, on_corrupted(runs, report.task, words)
    body = render(
        "report/corrupted.html",
        words=words,
        head=[words["report.corrupted.kind"], "", *map(words.loss, losses)],
        clean=[f"{measured.clean[loss] * 100:.1f}" for loss in losses],
        kinds=[_kind(report.task, key, measured, words) for key in measured.accuracy],
        mean_name=words["report.corrupted.mean"].format(count=measured.variants),
        mean=[f"{measured.mean[loss] * 100:.1f}" for loss in losses],
        verdict=over.by_name(words) if over else "",
        data=_table(over, words) if over else "",
    )
    return section(
        "corrupted",
        report.task,
        report_command(report.task, "corruptions"),
        body,
        words,
        examples=f"{measured.examples:,}",
        range=span(min(measured.mean.values()), max(measured.mean.values()), words),
        variants=measured.variants,
    )


def _kind(task: str, key: str, measured: Corrupted, words: Words) -> dict[str, object]:
    """A corruption's row: a cell has the accuracies at its strengths."""
    name = words.get(f"corruptions.{key}", key)
    return {
        "name": name,
        "alt": words["report.corrupted.alt"].format(kind=name),
        "samples": corrupted_samples(task, key),
        "cells": [
            " · ".join(f"{value * 100:.0f}" for value in measured.accuracy[key][loss])
            for loss in measured.losses
        ],
    }


def _table(over: OverSeeds, words: Words) -> object:
    head = [words["report.loss"], words["report.corrupted.seeds"]]
    return data_table(
        head, [[words.loss(loss), over.cell(loss, words)] for loss in over.found], words
    )
