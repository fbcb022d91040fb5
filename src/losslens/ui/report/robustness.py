"""What wrong training labels and corrupted pictures do to each loss's network."""

import numpy as np

from losslens.evaluation.metrics import spread
from losslens.evaluation.significance import Pairs
from losslens.losses.catalogue import colour_of
from losslens.report.schema import Corrupted, LabelNoise, Report
from losslens.ui.charts.line import Axes, Line, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.pictures import corrupted_samples
from losslens.ui.report.section import section


def wrong_labels_section(report: Report, words: Words) -> Markup:
    """Accuracy by the share of wrong labels; nothing where it was not measured."""
    measured = report.wrong_labels
    if measured is None:
        return Markup()
    rows = [
        {
            "name": words.loss(loss),
            "colour": colour_of(loss),
            "cells": [_mean(seeds) for seeds in shares],
        }
        for loss, shares in measured.accuracy.items()
    ]
    body = render(
        "report/wrong_labels.html",
        chart=_wrong_labels_chart(measured, words),
        head=[words["report.loss"], *map(_share, measured.shares)],
        rows=rows,
        verdicts=[
            _differences(share, pairs, words)
            for share, pairs in zip(measured.shares, measured.pairs, strict=True)
        ],
    )
    return section(
        "wrong",
        report.task,
        "wrong-labels",
        body,
        words,
        epochs=measured.config["epochs"],
        learnt=f"{measured.learnt:,}",
        examples=f"{measured.examples:,}",
    )


def _wrong_labels_chart(measured: LabelNoise, words: Words) -> Markup:
    lines = [
        Line(
            words.loss(loss),
            [share * 100 for share in measured.shares],
            [spread(seeds).mean * 100 for seeds in shares],
            colour_of(loss),
            spread=[(min(seeds) * 100, max(seeds) * 100) for seeds in shares],
        )
        for loss, shares in measured.accuracy.items()
    ]
    lowest = min(low for line in lines for low, _ in line.spread)
    axes = Axes(
        title=words["report.wrong.chart"].format(seeds=len(measured.seeds)),
        x_title=words["report.wrong.axis"],
        x_range=(-2, measured.shares[-1] * 100 + 2),
        y_range=(float(np.floor(lowest)), 100),
    )
    return line_chart(lines, axes)


def _mean(seeds: list[float]) -> str:
    over = spread(seeds)
    return f"{over.mean * 100:.2f} ± {over.deviation * 100:.2f}"


def _share(share: float) -> str:
    return f"{share * 100:.0f} %"


def _differences(share: float, pairs: Pairs, words: Words) -> str:
    """At one share of wrong labels: which losses are significantly better than which."""
    behind = {better: pairs.behind(better) for better in pairs.keys}
    orders = [
        words["report.wrong.pair"].format(better=words.loss(better), worse=words.names(worse))
        for better, worse in behind.items()
        if worse
    ]
    return words[f"report.wrong.{'differ' if orders else 'same'}"].format(
        share=_share(share), pairs=words["report.wrong.join"].join(orders)
    )


def corrupted_section(report: Report, words: Words) -> Markup:
    """Each corruption with a sample and every loss's accuracy; nothing where it was not
    measured."""
    measured = report.corrupted
    if measured is None:
        return Markup()
    losses = measured.losses
    body = render(
        "report/corrupted.html",
        words=words,
        head=[words["report.corrupted.kind"], "", *map(words.loss, losses)],
        clean=[f"{measured.clean[loss] * 100:.1f}" for loss in losses],
        kinds=[_kind(report.task, key, measured, words) for key in measured.accuracy],
        mean_name=words["report.corrupted.mean"].format(count=measured.variants),
        mean=[f"{measured.mean[loss] * 100:.1f}" for loss in losses],
        verdict=_verdict(measured, words),
    )
    examples = f"{measured.examples:,}"
    return section("corrupted", report.task, "corruptions", body, words, examples=examples)


def _kind(task: str, key: str, measured: Corrupted, words: Words) -> dict[str, object]:
    """A corruption's row: a cell has the accuracies at its strengths, with a mark where it is
    behind."""
    name = words.get(f"corruptions.{key}", key)
    cells = []
    for loss in measured.losses:
        levels = zip(measured.accuracy[key][loss], measured.behind[key], strict=True)
        texts = [f"{value * 100:.0f}{'↓' if loss in behind else ''}" for value, behind in levels]
        cells.append(" · ".join(texts))
    return {
        "name": name,
        "alt": words["report.corrupted.alt"].format(kind=name),
        "samples": corrupted_samples(task, key),
        "cells": cells,
    }


def _verdict(measured: Corrupted, words: Words) -> str:
    pairs = measured.pairs
    best = max(measured.mean, key=measured.mean.__getitem__)
    behind, count = pairs.behind(best), len(pairs.significant)
    verdict = "differ" if behind else "some" if count else "same"
    return words[f"report.corrupted.{verdict}"].format(
        variants=measured.variants,
        count=count,
        pairs=len(pairs),
        best=words.loss(best),
        behind=words.names(behind),
    )
