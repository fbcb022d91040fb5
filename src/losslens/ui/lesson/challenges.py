"""Ten challenges: predict, try, reveal. What was found stays in the visitor's browser."""

from pathlib import Path

import gradio as gr

from losslens.checkpoints.files import CheckpointError
from losslens.inference.predictor import Prediction
from losslens.ui.html import Markup, anew, render
from losslens.ui.i18n import Words
from losslens.ui.lesson.challenge_catalogue import CHALLENGES, Challenge, Choice, Estimate
from losslens.ui.lesson.reader import DIGITS
from losslens.ui.lesson.verdicts import choice_name, verdict
from losslens.ui.page import QUICK, Page
from losslens.ui.security.refusals import refused

_STATIC = Path(__file__).parents[1] / "static"
_SCRIPT = "\n".join((_STATIC / f"{name}.js").read_text("utf-8") for name in ("pager", "challenges"))


def build_challenges(page: Page) -> None:
    """Lay out the challenges; a verdict is computed when it is asked for."""
    words = page.words
    shown = gr.HTML(
        "", html_template=challenges_html(words), js_on_load=_SCRIPT, elem_id="challenges"
    )

    def on_reveal(drawing: Prediction | None, event: gr.EventData) -> Markup:
        return anew(verdict_html(words, event.index, drawing))

    shown.click(on_reveal, page.answers[DIGITS].answered, shown, **QUICK)


def challenges_html(words: Words) -> Markup:
    """All challenges, without what is right."""
    return render(
        "lesson/challenges.html",
        words=words,
        challenges=[
            (each, _asked(words, each), words.tab(each.tab)) for each in CHALLENGES.values()
        ],
    )


def verdict_html(words: Words, asked: object, drawing: Prediction | None) -> Markup:
    """What is said to the answer "challenge:answer". Raises ``gr.Error`` for anything else."""
    key, mark, answer = asked.partition(":") if isinstance(asked, str) else ("", "", "")
    if not mark:
        raise refused("An answer is the key of a challenge, a colon, and what is answered.")
    try:
        found = verdict(words, key, answer, drawing)
    except CheckpointError as error:
        return render("answers/message.html", text=str(error))
    return render("lesson/verdict.html", words=words, key=key, verdict=found)


def _asked(words: Words, challenge: Challenge) -> dict[str, object]:
    """What can be answered: choices, or a number's range."""
    kind = challenge.kind
    if isinstance(kind, Choice):
        return {"choices": [(key, choice_name(words, kind, key)) for key in kind.choices]}
    if isinstance(kind, Estimate):
        percent = "%" in kind.form
        return {"number": kind, "percent": percent}
    return {}
