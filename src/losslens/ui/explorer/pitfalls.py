"""Pitfalls: wrong code beside right code, found by an error message or a few words, and run when
the visitor presses; then short lessons."""

import math
from collections import Counter
from functools import cache
from typing import Any

import gradio as gr

from losslens.training.pitfall_catalogue import LESSONS, PITFALLS
from losslens.training.pitfalls import HELD_OUT, STEPS, Outcome, run
from losslens.ui.charts.line import Axes, Level, Line, line_chart
from losslens.ui.html import Markup, render
from losslens.ui.i18n import FALLBACK, WORDS, Words
from losslens.ui.page import LATEST, QUICK, Page

_COLOURS = {"wrong": "#d94f3d", "right": "#5b9c2e"}  # of the two curves
_ROOM = 1.05  # of the loss's axis, by the greatest and least value
_FOUND = 6  # pitfalls that a search shows, at most
_ALIKE = 0.2  # share of a search's weight that a pitfall must have to be shown


def build_pitfalls_page(page: Page) -> None:
    """A search, a list of pitfalls, the two pieces of code, what came of running them, lessons."""
    words, first = page.words, next(iter(PITFALLS))
    page.markdown(words["explorer.pitfalls_intro"].format(steps=STEPS), elem_classes="intro")
    asked = gr.Textbox(
        label=words["explorer.search"],
        placeholder=words["explorer.search_hint"],
        elem_id="pitfall-search",
    )
    pick = gr.Dropdown(
        _named(words, list(PITFALLS)),
        value=first,
        label=words["explorer.pick_pitfall"],
        elem_id="pitfall",
    )
    story_text, wrong_code, right_code = _told(words, first)
    story = gr.Markdown(story_text, elem_classes="story")
    with gr.Row(elem_classes="codes"):
        wrong = gr.Markdown(wrong_code, elem_classes="code")
        right = gr.Markdown(right_code, elem_classes="code")
    press = gr.Button(words["explorer.run"], variant="primary", elem_classes="pitfall-run")
    result = gr.HTML()
    _lessons(words)

    def on_run(key: str) -> Markup:
        pitfall = PITFALLS[key]
        outcomes = run(pitfall.wrong), run(pitfall.right)
        return outcome_html(words, *outcomes, pitfall.floor, tells_digits=pitfall.tells_digits)

    shown = [story, wrong, right, result]
    pick.change(lambda key: (*_told(words, key), ""), pick, shown, **QUICK)
    asked.change(lambda text: _searched(words, text), asked, pick, **LATEST)
    one_at_a_time: dict[str, Any] = {"concurrency_id": "pitfalls", "concurrency_limit": 1}
    page.links.add("explorer/pitfalls", {"pitfall": pick})
    press.click(on_run, pick, result, api_visibility="private", **one_at_a_time)


def _named(words: Words, keys: list[str]) -> list[tuple[str, str]]:
    """What the list shows for each pitfall: its group and its title."""
    return [
        (f"{words[f'explorer.group_{PITFALLS[key].group}']}: {words[f'pitfalls.{key}.title']}", key)
        for key in keys
    ]


def _searched(words: Words, text: str) -> Any:
    found = search(words, text)
    return gr.Dropdown(_named(words, found), value=found[0])


def search(words: Words, text: str) -> list[str]:
    """The pitfalls that ``text`` speaks of, likeliest first; all of them where none is like it.

    It may be torch's message, code, or a question, in English or in the page's language: what
    counts is which three letters in a row they share, the rarer the more.
    """
    entries = _grams_of_all(words.language)
    common = Counter(gram for grams in entries.values() for gram in grams)
    weight = {
        gram: math.log((1 + len(entries)) / common[gram]) for gram in _grams(text) & {*common}
    }
    score = {key: sum(weight.get(gram, 0) for gram in grams) for key, grams in entries.items()}
    least = _ALIKE * len(_grams(text)) if text.strip() else math.inf
    likely = [key for key in sorted(score, key=lambda key: -score[key]) if score[key] > least]
    return likely[:_FOUND] or list(PITFALLS)


@cache
def _grams_of_all(language: str) -> dict[str, set[str]]:
    """What each pitfall is found by: its texts, its code and what torch says."""
    told = {FALLBACK: WORDS[FALLBACK], language: WORDS[language]}
    return {
        key: _grams(
            " ".join(
                [pitfall.wrong, pitfall.right, pitfall.says]
                + [
                    words.get(f"pitfalls.{key}.{part}", "")
                    for words in told.values()
                    for part in ("title", "symptom", "story")
                ]
            )
        )
        for key, pitfall in PITFALLS.items()
    }


def _grams(text: str) -> set[str]:
    plain = " ".join(text.lower().split())
    return {plain[start : start + 3] for start in range(len(plain) - 2)}


def _told(words: Words, key: str) -> tuple[str, str, str]:
    """The story of a pitfall, its wrong and its right code, in Markdown."""
    pitfall = PITFALLS[key]
    symptom = words.get(f"pitfalls.{key}.symptom", "")
    said = f"{words['explorer.it_says']}:\n```text\n{pitfall.says}\n```" if pitfall.says else ""
    story = [f"*{symptom}*" if symptom else "", said, words[f"pitfalls.{key}.story"]]
    wrong = _code(words["explorer.wrong_code"], pitfall.wrong)
    right = _code(words["explorer.right_code"], pitfall.right)
    return "\n\n".join(filter(None, story)), wrong, right


def _lessons(words: Words) -> None:
    gr.HTML(Markup("<h2>{}</h2>").format(words["explorer.lessons"]), elem_classes="lessons-title")
    for key, code in LESSONS.items():
        with gr.Accordion(words[f"lessons.{key}.title"], open=False):
            gr.Markdown(f"{words[f'lessons.{key}.text']}\n```python\n{code}\n```")


def _code(title: str, snippet: str) -> str:
    return f"**{title}**\n```python\n{snippet}\n```"


def outcome_html(
    words: Words,
    wrong: Outcome,
    right: Outcome,
    floor: float | None = None,
    *,
    tells_digits: bool = True,
) -> Markup:
    """What torch said, and the curves of those that ran.

    ``floor`` is what the wrong code's loss cannot fall below; unless the code ``tells_digits``, it
    learns something else, and accuracy is not shown.
    """
    both = {"wrong": wrong, "right": right}
    ran = {kind: outcome for kind, outcome in both.items() if outcome.losses}
    charts = [_loss_chart(words, ran, floor)] if ran else []
    if ran and tells_digits:
        charts.append(_accuracy_chart(words, ran))
    return render(
        "explorer/outcome.html",
        words=words,
        accuracy_title=_accuracy_title(words),
        tells_digits=tells_digits,
        outcomes=[(words[f"explorer.{kind}_code"], outcome) for kind, outcome in both.items()],
        charts=charts,
    )


def _accuracy_title(words: Words) -> str:
    return words["explorer.chart_accuracy"].format(count=f"{HELD_OUT:,}")


def _loss_chart(words: Words, ran: dict[str, Outcome], floor: float | None) -> Markup:
    values = [loss for each in ran.values() for loss in each.losses if math.isfinite(loss)]
    y_range = (_ROOM * min(0.0, *values), _ROOM * max(1.0, *values))
    level = None
    if floor:
        level = Level(floor, words["explorer.floor"].format(value=f"{floor:.4f}"))
    axes = Axes(
        words["explorer.chart_loss"],
        words["explorer.x_steps"],
        (0, STEPS),
        y_range,
        level=level,
        data=words["common.data"],
    )
    lines = [_line(words, kind, outcome, outcome.losses) for kind, outcome in ran.items()]
    return line_chart(lines, axes)


def _accuracy_chart(words: Words, ran: dict[str, Outcome]) -> Markup:
    title, x_title = _accuracy_title(words), words["explorer.x_steps"]
    axes = Axes(title, x_title, (0, STEPS), (0.0, 1.0), data=words["common.data"])
    lines = [_line(words, kind, outcome, outcome.accuracies) for kind, outcome in ran.items()]
    return line_chart(lines, axes)


def _line(words: Words, kind: str, outcome: Outcome, values: list[float]) -> Line:
    return Line(words[f"explorer.{kind}_code"], outcome.steps, values, _COLOURS[kind], strong=True)
