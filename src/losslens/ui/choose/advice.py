"""A situation answered: as HTML for the page, as plain data for programs, as lines for a
terminal."""

from dataclasses import asdict
from typing import Any

from losslens.losses import LOSSES
from losslens.study import runs as study
from losslens.study.advice import Advice, Situation, advise
from losslens.study.runs import Runs
from losslens.ui.choose.sentences import code_of, live_query, sentences
from losslens.ui.glossary import Explainer
from losslens.ui.html import Markup, render
from losslens.ui.i18n import FALLBACK, WORDS, Words


def advice_html(situation: Situation, runs: Runs, words: Words) -> Markup:
    """The recommendation, its reasons, the paper, the lines to copy, and the way to live
    training."""
    advice = advise(situation, runs)
    first, *rest = sentences(advice, runs, words)
    loss = LOSSES[advice.loss]
    return render(
        "choose/advice.html",
        words=words,
        kind=advice.kind,
        first=first,
        rest=list(map(Explainer(words), rest)),
        paper=loss.paper,
        url=loss.url,
        code=code_of(advice),
        query=live_query(advice),
        note=note(runs, words),
    )


def note(runs: Runs, words: Words) -> str:
    """What the figures rest on, and how far they reach."""
    return words["choose.note"].format(networks=f"{runs.networks:,}", date=runs.made[:10])


def advice_data(situation: Situation, runs: Runs) -> dict[str, Any]:
    """The same for programs: "kind", "loss", "sentences" in English, the comparison with
    cross-entropy ("figures", null where nothing was measured), every loss's verdict, paper and
    PyTorch lines."""
    advice: Advice = advise(situation, runs)
    loss = LOSSES[advice.loss]
    return {
        "kind": advice.kind,
        "loss": advice.loss,
        "sentences": sentences(advice, runs, WORDS[FALLBACK]),
        "setting": situation.setting,
        "measure": situation.measure,
        "figures": asdict(advice.comparison) if advice.comparison else None,
        "tasks": {task: asdict(each) for task, each in advice.by_task.items()},
        "verdicts": advice.verdicts,
        "paper": loss.paper,
        "url": loss.url,
        "code": loss.code,
    }


def advice_lines(situation: Situation, words: Words = WORDS[FALLBACK]) -> list[str]:
    """The same for a terminal, on the runs that ship."""
    runs = study.load()
    advice = advise(situation, runs)
    loss = LOSSES[advice.loss]
    said = [*sentences(advice, runs, words), f"{loss.paper} {loss.url}".strip()]
    return [*said, note(runs, words), "", loss.code]
