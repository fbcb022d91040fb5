"""Which networks differ significantly, and on which pictures: the grid of paired tests, and the
disputed pictures."""

from collections import Counter

from losslens.evaluation.significance import SIGNIFICANT, Pairs
from losslens.losses.catalogue import colour_of
from losslens.report import predictions
from losslens.report.schema import Disputed, Report
from losslens.tasks import TASKS, Task
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.pictures import picture_url
from losslens.ui.report.section import section


def pairs_section(report: Report, words: Words) -> Markup:
    """Every network against every other."""
    losses, pairs = report.tested.losses, report.tested.pairs
    rows = [
        {
            "name": words.loss(row),
            "colour": colour_of(row),
            "cells": [_cell(pairs, row, column, words) for column in losses],
        }
        for row in losses
    ]
    grid = render("report/pairs.html", head=["", *map(words.loss, losses)], rows=rows)
    return section(
        "pairs",
        report.task,
        "predictions",
        grid,
        words,
        pairs=len(pairs),
        threshold=SIGNIFICANT,
    )


def _cell(pairs: Pairs, row: str, column: str, words: Words) -> dict[str, str] | None:
    """How the network of ``row`` compares to that of ``column``."""
    if row == column:
        return None
    pair, better = pairs.between(row, column), pairs.better(row, column)
    verdict = "same" if better is None else "better" if better == row else "worse"
    title = words["report.pairs.title"].format(
        first=words.loss(row),
        second=words.loss(column),
        only_first=pair.only_first,
        only_second=pair.only_second,
        p=f"{pair.p_value:.2g}",
    )
    return {"verdict": verdict, "text": words[f"report.pairs.{verdict}"], "title": title}


def disputed_section(report: Report, words: Words) -> Markup:
    """The pictures on which the networks disagree most, to click; or, where they may not be shown,
    how many networks have how many pictures right."""
    tested = report.tested
    body = (_disputed if TASKS[report.task].shareable else _withheld)(report, words)
    return section(
        "disputed",
        report.task,
        "predictions",
        body,
        words,
        networks=len(tested.networks),
        examples=f"{tested.examples:,}",
        all_right=f"{tested.networks_right[-1]:,}",
        none_right=tested.networks_right[0],
        split=tested.split,
    )


def _withheld(report: Report, words: Words) -> Markup:
    counts = report.tested.networks_right
    return render(
        "report/withheld.html",
        words=words,
        heading=words["report.disputed.counts"].format(networks=len(report.tested.networks)),
        head=[words["report.disputed.right"], *map(str, range(len(counts)))],
        counts=[f"{count:,}" for count in counts],
    )


def _disputed(report: Report, words: Words) -> Markup:
    task, losses = TASKS[report.task], report.tested.losses
    named = [{"name": words.loss(loss), "colour": colour_of(loss)} for loss in losses]
    kept = predictions.load(task.key).pictures
    pictures = [
        _picture(each, named, task, words) | {"url": picture_url(picture, task)}
        for each, picture in zip(report.tested.disputed, kept, strict=False)
    ]
    return render("report/disputed.html", words=words, legend=named, pictures=pictures)


def _picture(
    disputed: Disputed, named: list[dict[str, str]], task: Task, words: Words
) -> dict[str, object]:
    """A picture's true class, and who answers what; ``named`` are the networks in their order."""
    labels = [words.label(task.key, label) for label in task.labels]
    truth = words["report.disputed.truth"].format(truth=labels[disputed.truth])
    counted = Counter(disputed.answers).most_common()
    votes = words["common.list_comma"].join(
        words["report.disputed.votes"].format(count=count, answer=labels[answer])
        for answer, count in counted
    )
    return {
        "truth": truth,
        "label": words["report.disputed.open"].format(
            position=disputed.position, truth=truth, votes=votes
        ),
        "votes": [
            {
                "answer": labels[answer],
                "losses": [
                    each
                    for each, given in zip(named, disputed.answers, strict=True)
                    if given == answer
                ],
            }
            for answer, _ in counted
        ],
    }
