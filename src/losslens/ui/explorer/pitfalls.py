"""Pitfalls: wrong code beside right code, run when the visitor presses."""

from typing import Any

import gradio as gr

from losslens.training.pitfalls import HELD_OUT, PITFALLS, STEPS, Outcome, run
from losslens.ui.charts.line import Axes, Level, Line, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.page import QUICK, Page

_COLOURS = {"wrong": "#d94f3d", "right": "#5b9c2e"}  # of the two curves
_ROOM = 1.05  # of the loss's axis, by the greatest and least value


def build_pitfalls_page(page: Page) -> None:
    """A list of pitfalls, the two pieces of code, and what came of running them."""
    words, first = page.words, next(iter(PITFALLS))
    gr.Markdown(words["explorer.pitfalls_intro"].format(steps=STEPS))
    names = [(words[f"pitfalls.{key}.title"], key) for key in PITFALLS]
    pick = gr.Dropdown(names, value=first, label=words["explorer.pick_pitfall"])
    story_text, wrong_code, right_code = _told(words, first)
    story = gr.Markdown(story_text)
    with gr.Row(elem_classes="codes"):
        wrong = gr.Markdown(wrong_code, elem_classes="code")
        right = gr.Markdown(right_code, elem_classes="code")
    press = gr.Button(words["explorer.run"], variant="primary", elem_classes="pitfall-run")
    result = gr.HTML()

    def on_run(key: str) -> Markup:
        pitfall = PITFALLS[key]
        return outcome_html(words, run(pitfall.wrong), run(pitfall.right), pitfall.floor)

    shown = [story, wrong, right, result]
    pick.change(lambda key: (*_told(words, key), ""), pick, shown, **QUICK)
    one_at_a_time: dict[str, Any] = {"concurrency_id": "pitfalls", "concurrency_limit": 1}
    press.click(on_run, pick, result, api_visibility="private", **one_at_a_time)


def _told(words: Words, key: str) -> tuple[str, str, str]:
    """The story of a pitfall, its wrong and its right code, in Markdown."""
    pitfall = PITFALLS[key]
    wrong = _code(words["explorer.wrong_code"], pitfall.wrong)
    return words[f"pitfalls.{key}.story"], wrong, _code(words["explorer.right_code"], pitfall.right)


def _code(title: str, snippet: str) -> str:
    return f"**{title}**\n```python\n{snippet}\n```"


def outcome_html(
    words: Words, wrong: Outcome, right: Outcome, floor: float | None = None
) -> Markup:
    """What torch said, and the curves of those that ran.

    ``floor`` is what the wrong code's loss cannot fall below.
    """
    both = {"wrong": wrong, "right": right}
    ran = {kind: outcome for kind, outcome in both.items() if outcome.losses}
    return render(
        "explorer/outcome.html",
        words=words,
        accuracy_title=_accuracy_title(words),
        outcomes=[(words[f"explorer.{kind}_code"], outcome) for kind, outcome in both.items()],
        charts=[_loss_chart(words, ran, floor), _accuracy_chart(words, ran)] if ran else [],
    )


def _accuracy_title(words: Words) -> str:
    return words["explorer.chart_accuracy"].format(count=f"{HELD_OUT:,}")


def _loss_chart(words: Words, ran: dict[str, Outcome], floor: float | None) -> Markup:
    values = [loss for outcome in ran.values() for loss in outcome.losses]
    y_range = (_ROOM * min(0.0, *values), _ROOM * max(1.0, *values))
    level = None
    if floor:
        level = Level(floor, words["explorer.floor"].format(value=f"{floor:.4f}"))
    axes = Axes(
        words["explorer.chart_loss"], words["explorer.x_steps"], (0, STEPS), y_range, level=level
    )
    lines = [_line(words, kind, outcome, outcome.losses) for kind, outcome in ran.items()]
    return line_chart(lines, axes)


def _accuracy_chart(words: Words, ran: dict[str, Outcome]) -> Markup:
    axes = Axes(_accuracy_title(words), words["explorer.x_steps"], (0, STEPS), (0.0, 1.0))
    lines = [_line(words, kind, outcome, outcome.accuracies) for kind, outcome in ran.items()]
    return line_chart(lines, axes)


def _line(words: Words, kind: str, outcome: Outcome, values: list[float]) -> Line:
    return Line(words[f"explorer.{kind}_code"], outcome.steps, values, _COLOURS[kind], strong=True)
