"""Mistakes: wrong code beside right code, run when the visitor presses."""

from html import escape
from typing import Any

import gradio as gr

from losslens.training.pitfalls import PITFALLS, STEPS, Outcome, run
from losslens.ui.charts.line import COLOURS, Line, line_chart
from losslens.ui.i18n import Words

_WRONG, _RIGHT = COLOURS[2], COLOURS[4]


def build_mistakes_page(words: Words) -> None:
    """A list of mistakes, the two pieces of code, and what came of running them."""
    first = next(iter(PITFALLS.values()))
    gr.Markdown(words["explorer.mistakes_intro"].format(steps=STEPS))
    pick = gr.Dropdown(
        [(words["mistake_" + key], key) for key in PITFALLS],
        value=first.key,
        label=words["explorer.pick_mistake"],
    )
    story = gr.Markdown(words["story_" + first.key])
    with gr.Row(elem_classes="codes"):
        wrong = gr.Markdown(_code(words["explorer.wrong_code"], first.wrong), elem_classes="code")
        right = gr.Markdown(_code(words["explorer.right_code"], first.right), elem_classes="code")
    press = gr.Button(words["explorer.run"], variant="primary", elem_classes="mistakes-run")
    result = gr.HTML()

    def show(key: str) -> tuple[str, str, str, str]:
        mistake = PITFALLS[key]
        codes = (
            _code(words["explorer.wrong_code"], mistake.wrong),
            _code(words["explorer.right_code"], mistake.right),
        )
        return words["story_" + key], *codes, ""

    def on_run(key: str) -> str:
        mistake = PITFALLS[key]
        return outcome_html(words, run(mistake.wrong), run(mistake.right), mistake.floor)

    private: dict[str, Any] = {"api_visibility": "private"}
    pick.change(show, pick, [story, wrong, right, result], show_progress="hidden", **private)
    press.click(on_run, pick, result, concurrency_id="mistakes", concurrency_limit=1, **private)


def _code(title: str, snippet: str) -> str:
    return f"**{title}**\n```python\n{snippet}\n```"


def outcome_html(words: Words, wrong: Outcome, right: Outcome, floor: float | None = None) -> str:
    """What torch said, and the curves of those that ran; ``floor`` is what the wrong loss cannot
    fall below."""
    said = "".join(
        f"<div><h2>{escape(title)}</h2>{_said(words, outcome)}</div>"
        for title, outcome in (
            (words["explorer.wrong_code"], wrong),
            (words["explorer.right_code"], right),
        )
    )
    ran = [
        (words["explorer.wrong_code"], wrong, _WRONG),
        (words["explorer.right_code"], right, _RIGHT),
    ]
    ran = [(title, outcome, colour) for title, outcome, colour in ran if outcome.losses]

    def chart(name: str, title: str, low: float, high: float, **level: Any) -> str:
        lines = [
            Line(label, outcome.steps, getattr(outcome, name), colour, True)
            for label, outcome, colour in ran
        ]
        return line_chart(
            lines,
            title=title,
            x_title=words["explorer.x_steps"],
            x_range=(0, STEPS),
            y_range=(low, high),
            **level,
        )

    low = 1.05 * min(0.0, *(min(outcome.losses) for _, outcome, _ in ran))
    high = 1.05 * max(1.0, *(max(outcome.losses) for _, outcome, _ in ran))
    level = (
        {"level": floor, "level_label": words["explorer.floor"].format(value=f"{floor:.4f}")}
        if floor
        else {}
    )
    charts = chart("losses", words["explorer.chart_loss"], low, high, **level) + chart(
        "accuracies", words["explorer.chart_accuracy"], 0.0, 1.0
    )
    return f'<div class="outcome"><div class="said">{said}</div><div class="charts">{charts}</div></div>'


def _said(words: Words, outcome: Outcome) -> str:
    if outcome.error:
        return f"<p>{escape(words['explorer.it_says'])}:</p><pre>{escape(outcome.error)}</pre>"
    ending = (
        f"<p>{escape(words['explorer.chart_accuracy'])}: <b>{outcome.accuracies[-1]:.1%}</b></p>"
    )
    if outcome.warning:
        return f"<p>{escape(words['explorer.it_warns'])}:</p><pre>{escape(outcome.warning)}</pre>{ending}"
    return f"<p>{escape(words['explorer.silent'])}</p>{ending}"
