"""Step by step: from the logits of the visitor's own picture to a loss, its gradient, and one step
of SGD."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from losslens.inference import predictor
from losslens.inference.predictor import Answer, Prediction
from losslens.losses import LOSSES
from losslens.losses.catalogue import by_family
from losslens.tasks import TASKS
from losslens.ui.data_urls import grey_url
from losslens.ui.explorer.steps_view import Example, steps_html
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.links import Query, reader
from losslens.ui.page import LATEST, QUICK, UNSEEN, Page

_SCRIPT = (Path(__file__).parents[1] / "static" / "steps.js").read_text(encoding="utf-8")
_ONE_MORE = "(count) => String(Number(count) + losslensLink.inView('explorer/steps'))"
_RATES = (0.1, 2.0, 0.5)  # of SGD: least, most, at first


def build_steps_page(page: Page, tab: gr.Tab, inner: gr.Tab) -> None:
    """Choices above, the steps below; computed anew as the page comes into view."""
    words, tasks = page.words, list(page.answers)
    page.markdown(words["steps.intro"], elem_classes="intro")
    with gr.Row(elem_classes="steps-choices"):
        named = [(words.task(key, "tab"), key) for key in tasks]
        task = gr.Dropdown(named, value=tasks[0], label=words["steps.task"], elem_id="steps-task")
        losses = [(words.loss_in_family(key), key) for key in by_family(LOSSES)]
        first = next(iter(LOSSES))
        loss = gr.Dropdown(losses, value=first, label=words["steps.loss"], elem_id="steps-loss")
        truth = gr.Dropdown(
            _classes(words, tasks[0]), value="", label=words["steps.truth"], elem_id="steps-truth"
        )
        least, most, at_first = _RATES
        rate = gr.Slider(
            least,
            most,
            at_first,
            step=0.1,
            label=words["steps.learning_rate"],
            elem_id="steps-rate",
        )
    shown = gr.HTML(js_on_load=_SCRIPT, elem_id="steps")

    def show(key: str, loss: str, truth: str, rate: float, *answered: Any) -> Markup:
        place = tasks.index(key)
        said = truth or answered[len(tasks) + place]
        return steps_of(words, key, loss, (answered[place], said), rate)

    tabs = page.answers.values()
    states, truths = [each.answered for each in tabs], [each.truth for each in tabs]
    inputs: list[Any] = [task, loss, truth, rate, *states, *truths]
    chosen = task.input(
        lambda key: gr.Dropdown(_classes(words, key), value=""), task, truth, **LATEST
    )
    chosen.then(show, inputs, shown, **LATEST)
    gr.on([tab.select, inner.select], show, inputs, shown, **QUICK)
    gr.on([loss.input, truth.input, rate.change], show, inputs, shown, **LATEST)
    _show_after_answers(page, show, inputs, shown)
    _link(page, {"task": task, "loss": loss, "truth": truth, "rate": rate})


def _show_after_answers(
    page: Page, show: Callable[..., Markup], inputs: list[Any], shown: gr.HTML
) -> None:
    """A link's drawing is answered while its steps are in view already."""
    cards = [each.cards for each in page.answers.values() if each.cards is not None]
    count = gr.HTML("0", html_template=UNSEEN)
    gr.on([each.change for each in cards], None, count, count, js=_ONE_MORE, **LATEST)
    count.change(show, inputs, shown, **LATEST)


def _link(page: Page, controls: dict[str, Any]) -> None:
    """Have a link carry what is chosen; the classes to choose from are those of the task."""
    read = reader(controls, {name: each.value for name, each in controls.items()})

    def restored(query: Query) -> list[Any]:
        task, loss, _, rate = read(query)
        asked = query.get("truth", "")
        truth = asked if asked in TASKS[task].labels else ""
        return [task, loss, gr.Dropdown(_classes(page.words, task), value=truth), rate]

    page.links.add("explorer/steps", controls, restored=([*controls.values()], restored))


def _classes(words: Words, task: str) -> list[tuple[str, str]]:
    names = [(words.label(task, label), label) for label in TASKS[task].labels]
    return [(words["steps.truth_open"], ""), *names]


def steps_of(
    words: Words, task: str, loss: str, given: tuple[Prediction | None, str], rate: float
) -> Markup:
    """The steps of a loss for what is answered on a task's tab, and the true class that is said.

    Where nothing is answered it is the task's sample; where no class is said, the network's answer.
    """
    prediction, truth = given
    own = prediction is not None and bool(prediction.given)
    prediction = prediction if own else _sample(task)
    if prediction is None or not prediction.given:
        said = words["explorer.no_drawing"].format(tab=words.task(task, "tab"))
        return render("answers/message.html", text=said)
    labels = list(TASKS[task].labels)
    answer = _answer(prediction, loss)
    target = truth if truth in labels else answer.label
    names = [words.label(task, label) for label in labels]
    example = Example(answer.logits, names, labels.index(target))
    intro = _intro(words, task, own, (loss, answer), prediction)
    low, high, _ = _RATES
    return steps_html(words, loss, example, min(max(rate, low), high), intro)


@cache
def _sample(task: str) -> Prediction | None:
    sample = TASKS[task].opening()
    return predictor.predict_picture(task, sample.picture) if sample else None


def _answer(prediction: Prediction, loss: str) -> Answer:
    """Of the network that learnt under this loss, else under one that trains the same, else the
    first."""
    by_loss = {answer.loss: answer for answer in prediction.given}
    twin = LOSSES[loss].same_as
    return by_loss.get(loss) or by_loss.get(twin) or prediction.given[0]


def _intro(
    words: Words, task: str, own: bool, asked: tuple[str, Answer], prediction: Prediction
) -> Markup:
    loss, answer = asked
    whose = words["steps.own" if own else "steps.sample"].format(tab=words.task(task, "tab"))
    path = "steps.answers" if answer.loss == loss else "steps.answers_for_another"
    answers = words[path].format(
        trained=words.loss(answer.loss),
        answer=words.label(task, answer.label),
        loss=words.loss(loss),
    )
    picture = grey_url(prediction.features) if TASKS[task].backbone is None else ""
    return render("explorer/steps_intro.html", picture=picture, whose=whose, answers=answers)
