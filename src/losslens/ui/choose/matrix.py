"""The matrix settings x losses of a task, and the runs behind one of its cells."""

from losslens.evaluation.verdicts import BASELINE, LEAST_SEEDS
from losslens.losses import LOSSES
from losslens.losses.catalogue import colour_of
from losslens.study.analysis import Comparison, compared
from losslens.study.runs import Runs
from losslens.study.settings import SETTINGS, Setting, settings_of
from losslens.ui.choose.sentences import shown, signed
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words

_MARKS = {"better": "▲", "worse": "▼", "equal": "=", "unknown": "?"}


def matrix(runs: Runs, task: str, words: Words) -> Markup:
    """Every loss in every setting against cross-entropy, in points of the setting's measure."""
    settings = [each for each in settings_of(task) if BASELINE in runs.place(task, each.key)]
    columns = {each: compared([runs.place(task, each.key)], each.measure) for each in settings}
    losses = [loss for loss in LOSSES if any(loss in found for found in columns.values())]
    if not losses:
        return render("choose/nothing.html", text=words["choose.nothing"].format(seeds=LEAST_SEEDS))
    rows = [
        {
            "name": words[f"choose.settings.{setting.key}"],
            "base": _base(runs, task, setting, words),
            "cells": [_cell(setting, loss, found.get(loss), words) for loss in losses],
        }
        for setting, found in columns.items()
    ]
    named = [{"name": words.loss(loss), "colour": colour_of(loss)} for loss in losses]
    return render("choose/matrix.html", words=words, task=task, losses=named, rows=rows)


def _base(runs: Runs, task: str, setting: Setting, words: Words) -> str:
    values = list(runs.place(task, setting.key)[BASELINE].of(setting.measure).values())
    return words["choose.base"].format(
        measure=words[f"choose.measures.{setting.measure}"],
        value=shown(sum(values) / len(values), setting.measure) if values else "?",
    )


def _cell(
    setting: Setting, loss: str, comparison: Comparison | None, words: Words
) -> dict[str, str] | None:
    if comparison is None:
        return None
    value, low, high = (
        signed(100 * each, 1) for each in (comparison.difference, comparison.low, comparison.high)
    )
    verdict = words[f"choose.verdicts.{comparison.verdict}"]
    title = words["choose.cell"].format(
        loss=words.loss(loss),
        setting=words[f"choose.settings.{setting.key}"],
        verdict=verdict,
        value=value,
        low=low,
        high=high,
        seeds=comparison.seeds,
    )
    return {
        "id": f"{setting.key}/{loss}",
        "verdict": comparison.verdict,
        "mark": _MARKS[comparison.verdict],
        "value": value,
        "low": low,
        "high": high,
        "loss": words.loss(loss),
        "title": title,
    }


def cell_runs(runs: Runs, task: str, cell: str, words: Words) -> Markup:
    """The networks behind a cell, "<setting>/<loss>", seed by seed; empty where there is none."""
    setting, _, loss = cell.partition("/")
    place = runs.place(task, setting)
    if setting not in SETTINGS or loss not in place or BASELINE not in place:
        return Markup("")
    measure = SETTINGS[setting].measure
    own, base = place[loss].of(measure), place[BASELINE].of(measure)
    rows = [
        (seed, shown(own[seed], measure), shown(base[seed], measure), signed(100 * gap, 1))
        for seed in own
        if seed in base
        for gap in [own[seed] - base[seed]]
    ]
    names = [words["choose.seed"], words.loss(loss), words.loss(BASELINE), words["choose.gap"]]
    command = f"losslens study --tasks {task} --settings {setting} --losses {BASELINE},{loss}"
    return render(
        "choose/runs.html",
        words=words,
        title=words["choose.runs"].format(
            loss=words.loss(loss),
            setting=words[f"choose.settings.{setting}"],
            task=words.task(task, "report"),
            measure=words[f"choose.measures.{measure}"],
        ),
        head=names,
        rows=rows,
        rates=words["choose.rates"].format(own=place[loss].rate, base=place[BASELINE].rate),
        command=command,
    )
