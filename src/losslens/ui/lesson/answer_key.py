"""The answer key of the challenges, for teachers: a table in Markdown, all of it computed."""

from losslens.ui.i18n import Words
from losslens.ui.lesson.challenge_catalogue import CHALLENGES, Challenge, Choice, Estimate
from losslens.ui.lesson.verdicts import choice_name


def answer_key(words: Words) -> str:
    """One row a challenge: what is right, and the figures that say so."""
    rows = [
        f"| {number} | {words[f'challenges.all.{each.key}.title']} | {right} | {figures} |"
        for number, each in enumerate(CHALLENGES.values(), start=1)
        for right, figures in [_answered(words, each)]
    ]
    return "\n".join(["| | challenge | right | figures |", "| --- | --- | --- | --- |", *rows])


def _answered(words: Words, challenge: Challenge) -> tuple[str, str]:
    kind = challenge.kind
    if isinstance(kind, Choice):
        figures = kind.figures()
        shown = [
            f"{choice_name(words, kind, key)} {kind.form.format(figure)}"
            for key, figure in sorted(figures.items(), key=lambda item: -item[1])
        ]
        right = [choice_name(words, kind, key) for key in kind.right()]
        return words["common.list_comma"].join(right), "; ".join(shown)
    if isinstance(kind, Estimate):
        return kind.form.format(kind.truth()), f"± {kind.form.format(kind.tolerance)} counts"
    return f"at least {kind.least} different answers", "what the networks read in the drawing"
