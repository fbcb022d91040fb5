"""Shape: move the logits of one example and see every loss's value, gradient and curves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import torch
import torch.nn.functional as F

from losslens.inference.predictor import Prediction
from losslens.losses import LOSSES, Loss
from losslens.losses.analysis import MAX_CLASSES, anatomy, curves
from losslens.losses.catalogue import by_family, colour_of
from losslens.losses.functions import kl_div
from losslens.tasks import TASKS, Task
from losslens.ui.charts.line import Axes, Line, Marker, Range, line_chart
from losslens.ui.explorer.asked import link_in_words
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.links import Query, nearest, reader
from losslens.ui.page import EACH, LATEST, QUICK, Page

_REACH = 12.0  # of the sliders
_BAR = 40  # pixels of a softmax bar of probability 1
_VALUES: Range = (0.0, 8.0)  # of the charts' y axes
_WEIGHTS: Range = (-0.5, 2.5)
_MARGINS: Range = (-8.0, 8.0)  # and of their x axes
_PROBABILITIES: Range = (0.0, 1.0)
_LATEX: list[dict[str, str | bool]] = [{"left": "$$", "right": "$$", "display": True}]


@dataclass(frozen=True)
class Example:
    """What the sliders stand for: the logits of one example, and the index of its true class."""

    logits: tuple[float, ...]
    target: int

    @property
    def others(self) -> tuple[float, ...]:
        """The logits of all classes but the true one."""
        return self.logits[: self.target] + self.logits[self.target + 1 :]

    @property
    def margin(self) -> float:
        """How far the true logit leads the highest other."""
        return self.logits[self.target] - max(self.others)

    @property
    def true_probability(self) -> float:
        """Softmax probability of the true class."""
        return float(torch.tensor(self.logits).softmax(dim=0)[self.target])


_START = Example((2.0, 1.0, -1.0), 0)  # links say what differs from it


@dataclass(frozen=True)
class _Sliders:
    """The left side: the example."""

    classes: gr.Slider
    truth: gr.Slider
    logits: list[gr.Slider]

    @property
    def all(self) -> list[gr.Slider]:
        return [self.classes, self.truth, *self.logits]


@dataclass(frozen=True)
class _Results:
    """The right side: what the losses make of the example, and one of them closely."""

    values: gr.HTML
    pick: gr.Dropdown
    facts: gr.Markdown
    charts: gr.HTML
    same: gr.HTML


def build_shape_page(page: Page, tab: gr.Tab) -> None:
    """Sliders on the left; values, gradients, curves and facts on the right."""
    words = page.words
    page.markdown(words["explorer.shape_intro"], elem_classes="intro")
    with gr.Row(elem_classes="predict"):
        with gr.Column(scale=1, min_width=280, elem_classes="sliders"):
            sliders = _sliders(words)
            task = _drawn_task(page)
            take = gr.Button(words["explorer.from_drawing"], size="sm") if task else None
        with gr.Column(scale=3, min_width=320):
            results = _results(page)

    def show(key: str, *values: float) -> tuple[Markup, Markup, Markup]:
        example = example_of(*values)
        return (
            values_table(words, example),
            charts_through(words, key, example),
            same_table(words, example),
        )

    inputs: list[Any] = [results.pick, *sliders.all]
    shown = [results.values, results.charts, results.same]
    tab.select(show, inputs, shown, **QUICK)
    gr.on([part.change for part in inputs], show, inputs, shown, **LATEST)
    sizes = [sliders.classes, sliders.truth]
    sliders.classes.input(_resize, sizes, [sliders.truth, *sliders.logits], **LATEST)
    pick = results.pick
    _link(page, pick, sliders)
    pick.change(lambda key: facts_text(words, key), pick, results.facts, **EACH)
    if task and take:
        answered = page.answers[task.key].answered
        taken = take.click(taking(task, words), [answered, pick], sliders.all, **LATEST)
        taken.then(show, inputs, shown, **LATEST)  # once more when all sliders stand as they should


def _link(page: Page, pick: gr.Dropdown, sliders: _Sliders) -> None:
    """Have a link carry the example and the loss."""
    controls = {"loss": pick, "classes": sliders.classes, "true": sliders.truth}
    controls |= {f"z{index}": each for index, each in enumerate(sliders.logits)}
    read = reader(controls, {name: each.value for name, each in controls.items()})

    def restored(query: Query) -> list[Any]:
        key, classes, _, *logits = read(query)
        example = example_of(classes, nearest(query.get("true", ""), 0, MAX_CLASSES, 0), *logits)
        count = len(example.logits)
        return [
            *(key, count, gr.Slider(maximum=count - 1, value=example.target)),
            *(gr.Slider(value=each, visible=at < count) for at, each in enumerate(logits)),
        ]

    page.links.add("explorer/shape", controls, restored=([*controls.values()], restored))


def _drawn_task(page: Page) -> Task | None:
    """The first task whose pictures are drawn and whose classes the sliders have room for."""
    tasks = (TASKS[key] for key in page.answers)
    fitting = (task for task in tasks if len(task.labels) <= MAX_CLASSES)
    return next((task for task in fitting if task.input_kind == "drawing"), None)


def _sliders(words: Words) -> _Sliders:
    count = len(_START.logits)
    start = [*_START.logits, *[0.0] * (MAX_CLASSES - count)]
    label = words["explorer.logit"]
    classes = words["explorer.classes"]
    return _Sliders(
        gr.Slider(2, MAX_CLASSES, count, step=1, label=classes, elem_id="classes"),
        gr.Slider(0, count - 1, _START.target, step=1, label=words["explorer.true_class"]),
        [
            gr.Slider(
                -_REACH,
                _REACH,
                value,
                step=0.1,
                label=label.format(index=index),
                visible=index < count,
            )
            for index, value in enumerate(start)
        ],
    )


def _results(page: Page) -> _Results:
    words = page.words
    first = next(iter(LOSSES))
    names = [(words.loss_in_family(key), key) for key in by_family(LOSSES)]
    values = gr.HTML(elem_classes="values")
    pick = gr.Dropdown(names, value=first, label=words["explorer.pick_loss"])
    facts = gr.Markdown(facts_text(words, first), latex_delimiters=_LATEX, elem_classes="facts")
    charts = gr.HTML(elem_classes="shape-charts")
    page.markdown(words["explorer.weight_note"], elem_classes="small")
    return _Results(values, pick, facts, charts, gr.HTML())


def example_of(classes: float, true_class: float, *logits: float) -> Example:
    """What the sliders say; the number of classes and the true class within their ranges."""
    count = min(max(int(classes), 2), MAX_CLASSES)
    target = min(max(int(true_class), 0), count - 1)
    return Example(tuple(float(value) for value in logits[:count]), target)


def _resize(classes: float, true_class: float) -> list[Any]:
    count = int(classes)
    truth = gr.Slider(maximum=count - 1, value=min(int(true_class), count - 1))
    return [truth, *(gr.Slider(visible=index < count) for index in range(MAX_CLASSES))]


def taking(task: Task, words: Words) -> Callable[..., list[Any]]:
    """The handler that sets the sliders to one loss's answer to the drawing."""
    tab = words.task(task.key, "tab")

    def take(prediction: Prediction | None, key: str) -> list[Any]:
        given = prediction.given if prediction else []
        answer = next((each for each in given if each.loss == key), None)
        if answer is None:
            said = "explorer.not_measured" if given else "explorer.no_drawing"
            gr.Info(words[said].format(tab=tab, loss=words.loss(key)))
            return [gr.skip()] * (MAX_CLASSES + 2)
        count, target = len(task.labels), task.labels.index(answer.label)
        values = [round(min(max(value, -_REACH), _REACH), 1) for value in answer.logits]
        shown = [gr.Slider(value=value, visible=True) for value in values]
        hidden = [gr.Slider(visible=False) for _ in range(MAX_CLASSES - count)]
        return [count, gr.Slider(maximum=count - 1, value=target), *shown, *hidden]

    return take


def values_table(words: Words, example: Example) -> Markup:
    """Softmax, and each loss's value and gradient per logit, as an HTML table."""
    parts = {
        key: anatomy(LOSSES[key], list(example.logits), example.target) for key in by_family(LOSSES)
    }
    softmax = torch.tensor(example.logits, dtype=torch.float64).softmax(dim=0).tolist()
    return render(
        "explorer/values.html",
        words=words,
        target=example.target,
        softmax=[(f"{share:.3f}", f"{share * _BAR:.1f}") for share in softmax],
        rows=[
            (key, words.loss(key), f"{part.value:.4g}", _pulls(part.gradient))
            for key, part in parts.items()
        ],
    )


def _pulls(gradient: Sequence[float]) -> list[tuple[str, str, str]]:
    """For each logit its slope, which way it pulls, and the length of its bar in percent.

    The longest bar, half the width, is 1 or the greatest slope.
    """
    longest = max(1.0, *(abs(slope) for slope in gradient))
    return [
        (f"{slope:+.4f}", "up" if slope < 0 else "down", f"{abs(slope) / longest * 50:.1f}")
        for slope in gradient
    ]


def charts_through(words: Words, key: str, example: Example) -> Markup:
    """A loss and its family along the true logit, through the visitor's logits, which are
    marked; beside them the first loss, which is what all are compared with."""
    first, chosen = next(iter(LOSSES.values())), LOSSES[key]
    drawn = [
        loss
        for loss in LOSSES.values()
        if loss in (first, chosen) or (loss.family == chosen.family and not loss.same_as)
    ]
    return shape_charts(words, drawn, key, example.others, example)


def shape_charts(
    words: Words,
    losses: Sequence[Loss],
    strong: str,
    others: tuple[float, ...],
    here: Example | None = None,
) -> Markup:
    """Value and gradient weight of ``losses`` while the true logit moves past the ``others``.

    Each is drawn against the margin and against p_y; ``strong`` is the key of the loss that is
    drawn thicker, ``here`` the example to mark.
    """
    drawn = {loss.key: curves(loss, others) for loss in losses}

    def chart(x: str, y: str) -> Markup:
        lines = [
            Line(words.loss(key), getattr(each, x), getattr(each, y), colour_of(key), key == strong)
            for key, each in drawn.items()
        ]
        short = "margin" if x == "margin" else "p"
        axes = Axes(
            words[f"explorer.chart_{y}_{short}"],
            words[f"explorer.x_{short}"],
            _MARGINS if x == "margin" else _PROBABILITIES,
            _VALUES if y == "value" else _WEIGHTS,
            Marker(getattr(here, x), words["explorer.you_are_here"]) if here else None,
            data=words["common.data"],
        )
        return line_chart(lines, axes)

    ways = [(x, y) for y in ("value", "weight") for x in ("margin", "true_probability")]
    return render("explorer/charts.html", charts=[chart(x, y) for x, y in ways])


def same_table(words: Words, example: Example) -> Markup:
    """Cross-entropy, NLL of the log-softmax and KL divergence with eps 0, side by side."""
    z = torch.tensor([example.logits], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([example.target])
    versions = {
        "nn.CrossEntropyLoss": F.cross_entropy(z, y),
        "nn.NLLLoss (log_softmax)": F.nll_loss(F.log_softmax(z, dim=1), y),
        "nn.KLDivLoss, eps = 0": kl_div(z, y, eps=0.0).sum(),
    }
    slopes = [torch.autograd.grad(value, z)[0] for value in versions.values()]
    values = [value.item() for value in versions.values()]
    gaps = [float((slope - slopes[0]).abs().max()) for slope in slopes]
    return render(
        "explorer/same.html",
        words=words,
        rows=[
            (name, f"{value:.9f}", f"{float(slope[0, example.target]):+.9f}")
            for name, value, slope in zip(versions, values, slopes, strict=True)
        ],
        greatest=f"{max(max(values) - min(values), *gaps):.1g}",
    )


def facts_text(words: Words, key: str) -> str:
    """Formula, use, paper and code of one loss, in Markdown; what is not known is left out."""
    loss = LOSSES[key]
    parts = [f"## {words.loss(key)}"]
    if loss.latex:
        parts += [f"$${loss.latex}$$", words["explorer.facts_symbols"]]
    said = {part: words.about_loss(key, part) for part in ("asks", "use", "avoid")}
    lines = [
        f"**{words[f'explorer.facts_{part}']}**: {text}" for part, text in said.items() if text
    ]
    if link := link_in_words(words, loss):
        lines.append(f"**{words['explorer.facts_link']}**: {link}")
    if loss.paper:
        paper = f"[{loss.paper}]({loss.url})" if loss.url else loss.paper
        lines.append(f"**{words['explorer.facts_paper']}**: {paper}")
    if lines:
        parts.append("  \n".join(lines))
    if loss.code:
        parts.append(f"{_code_title(words, loss)}:\n```python\n{loss.code}\n```")
    return "\n\n".join(parts)


def _code_title(words: Words, loss: Loss) -> str:
    if not loss.torch_class:
        return words["explorer.facts_code_alone"]
    return words["explorer.facts_code"].format(torch_class=f"`{loss.torch_class}`")
