"""The jobs of the tabs as named endpoints: for ``gradio_client``, curl and, as tools, for MCP.

Gradio reads the docstrings for its API page and for MCP: a line for each value, after "Args:".
"""

import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import api  # gr.api, which gradio does not export to type checkers
from gradio.utils import get_function_description
from PIL import Image

from losslens.images.marks import PROBLEMS
from losslens.images.pen import FORM, MOST_POINTS, Strokes
from losslens.images.reading import ACCEPTED, PictureError
from losslens.inference import predictor
from losslens.inference.predictor import Missing, Prediction, Reading
from losslens.live.queue import STREAMS_OF_PROGRAMS
from losslens.losses import LOSSES, formula
from losslens.losses.analysis import MAX_CLASSES, anatomy
from losslens.study import runs as study
from losslens.study.advice import QUESTIONS, Situation
from losslens.tasks import TASKS, Task
from losslens.tasks.base import InputKind
from losslens.ui.choose.advice import advice_data
from losslens.ui.data_urls import MOST_MEGABYTES, WHAT_TO_SEND, decode, decode_drawing
from losslens.ui.live.endpoint import train
from losslens.ui.security.refusals import refused

_EXAMPLES: dict[str, Any] = {
    "drawing": "data:image/png;base64,iVBORw0KGgo...",
    "photo": "data:image/jpeg;base64,/9j/4AAQSkZJRg...",
    "loss": "focal",
    "logits": [2.0, 0.5, -1.0],
    "target": 0,
    "losses": ["cross_entropy", "gce"],
}
_INPUTS: dict[InputKind, str] = {
    "drawing": f"dark ink on light paper or the reverse: {ACCEPTED} and {MOST_MEGABYTES} MB, as a "
    "data URL (data:image/png;base64,...) or bare base64; or a pen's strokes as JSON: "
    f"{FORM}, {MOST_POINTS:,} points at most",
    "photo": f"{ACCEPTED} and {MOST_MEGABYTES} MB, as a data URL (data:image/jpeg;base64,...) or "
    "bare base64",
}
_OF_DRAWINGS = """ "problem", only where it is
no digit, or there is none to be read: a sentence;"""
_SEVERAL = """
"digits" has the same of each digit, left to right, row by row, with its "row" from 0: one for a
single digit. Of several the answers above are to all as one, and "marked" is true."""
_DESCRIPTION = """Every loss's answer to a {kind} of the task {task}.

It has "answers", by loss: label, logits, softmax and calibrated probabilities of {labels};
"missing", by loss: why there is no answer; "blank", whether nothing is on it;{problem} "unlike",
0..1, how little it looks like any of these (null where nothing was fitted); "marked", whether that
is above the threshold; and "unclear", whether a picture that is not marked perhaps shows several of
these, or none.{several}

Args:
    {kind}: {input}
"""


def add_endpoints(demo: gr.Blocks) -> None:
    """Add the endpoints to the page that is being built; once an app, not once a language."""
    for task in TASKS.values():
        # Predictions wait in the tabs' own queue: without the limit said again, they would take
        # one at a time from it.
        api(
            answer_endpoint(task),
            api_name=task.endpoint_name,
            concurrency_id="predict",
            concurrency_limit=2,
        )
    api(loss_value, api_name="loss_value")
    api(choose_loss, api_name="choose_loss")
    api(train, api_name="train", concurrency_limit=STREAMS_OF_PROGRAMS)
    for event in demo.fns.values():
        if event.api_visibility == "public":
            _document(event)


def _document(event: Any) -> None:
    """Give the API page what ``gr.api`` leaves out: each value's name, its text and an example."""
    _, lines, _ = get_function_description(event.fn)
    for value, (name, line) in zip(event.inputs, lines.items(), strict=True):
        value.label = name
        value._api_info = value._api_info | {"additional_description": line}
        value.example_payload = partial(_EXAMPLES.get, name, value.value)
    for value in event.outputs:
        value.label = "answer"


def answer_endpoint(task: Task) -> Callable[[str], dict[str, Any]]:
    """The function behind the endpoint that answers a picture of ``task``."""
    kind = task.input_kind

    def answer(picture: str) -> dict[str, Any]:
        given = _decoded(picture, task)
        if given is None and kind == "photo":
            raise refused(f"There is no photo: {WHAT_TO_SEND}.")
        reading = Reading(None) if given is None else predictor.read_parts(task.key, given)
        whole = reading.whole or predictor.predict(task.key, task.blank())
        told = _plain(task, whole) | {"blank": reading.whole is None}
        told |= {"marked": True} if reading.rows else {}
        return told | (_of_drawing(task, reading) if kind == "drawing" else {})

    answer.__name__ = answer.__qualname__ = task.endpoint_name
    answer.__doc__ = _DESCRIPTION.format(
        kind=kind,
        task=task.key,
        labels=", ".join(task.labels),
        problem=_OF_DRAWINGS if kind == "drawing" else "",
        several=_SEVERAL if kind == "drawing" else "",
        input=_INPUTS[kind],
    )
    value = inspect.Parameter(kind, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=str)
    answer.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [value], return_annotation=dict[str, Any]
    )
    answer.__annotations__ = {kind: str, "return": dict[str, Any]}
    return answer


def loss_value(loss: str, logits: list[float], target: int) -> dict[str, Any]:
    """Value, gradient and softmax of one example under one loss.

    It has "value", in the loss's own units; "gradient", for each logit; and "softmax", for each
    class. A number that a typed formula makes infinite or undefined is null.

    Args:
        loss: one of {losses}; or a formula, such as -sum(e * logp)
        logits: 2 to {most} numbers from -50 to 50, one for each class
        target: the index of the true class, from 0
    """
    if not isinstance(loss, str):
        raise refused("loss must be text: a name, such as focal, or a formula.")
    if not isinstance(logits, list) or not all(map(_is_number, logits[: MAX_CLASSES + 1])):
        raise refused("logits must be a list of numbers.")
    if not _is_number(target) or target != math.floor(target):
        raise refused("target must be a whole number.")
    try:
        part = anatomy(LOSSES.get(loss) or formula.parse(loss), logits, int(target))
    except formula.FormulaError as error:
        known = ", ".join(LOSSES)
        raise refused(f"loss is none of {known}, so it is read as a formula. {error}") from None
    except ValueError as error:
        raise refused(str(error)) from None
    gradient = [_finite(slope) for slope in part.gradient]
    return {"value": _finite(part.value), "gradient": gradient, "softmax": part.softmax}


loss_value.__doc__ = inspect.cleandoc(loss_value.__doc__ or "").format(
    losses=", ".join(LOSSES), most=MAX_CLASSES
)


def choose_loss(*answers: str) -> dict[str, Any]:
    """Which loss to take in a situation, by a study of small networks over seeds.

    It has "kind": take (better than cross-entropy), same (none is: it is cross-entropy), unknown,
    not_run, or by_design (by what it asks); "loss"; "sentences"; "figures", its measure against
    cross-entropy's with the 95 % interval over seeds; "verdicts" of every loss; "paper", "code".

    Args:
        start: what learns, a whole network or a head on stored features: {start}
        examples: training examples: {examples}
        wrong: kind and share of wrong labels, in percent: {wrong}
        rare: how many times rarer the rarest class is: {rare}
        use: what is used of an answer: {use}
        others: inputs of none of the classes: {others}
        several: labels that are true at once: {several}
    """
    try:
        situation = Situation(**dict(zip(QUESTIONS, answers, strict=True)))
    except (ValueError, TypeError) as error:
        raise refused(str(error)) from None
    return advice_data(situation, study.load())


choose_loss.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        inspect.Parameter(
            name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=choices[0], annotation=str
        )
        for name, choices in QUESTIONS.items()
    ],
    return_annotation=dict[str, Any],
)
choose_loss.__annotations__ = dict.fromkeys(QUESTIONS, str) | {"return": dict[str, Any]}
choose_loss.__doc__ = inspect.cleandoc(choose_loss.__doc__ or "").format(
    **{name: ", ".join(answers) for name, answers in QUESTIONS.items()}
)


def _is_number(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None  # JSON has no infinity


def _decoded(picture: str, task: Task) -> Image.Image | Strokes | None:
    try:
        return decode(picture) if task.read is None else decode_drawing(picture)
    except PictureError as error:
        raise refused(str(error)) from None


def _of_drawing(task: Task, reading: Reading) -> dict[str, Any]:
    problem, rows = reading.problem, reading.rows or [reading.parts]
    parts = [_plain(task, part) | {"row": row} for row, each in enumerate(rows) for part in each]
    told: dict[str, Any] = {"digits": [] if problem else parts}
    return told | ({"problem": PROBLEMS[problem]} if problem else {})


def _plain(task: Task, prediction: Prediction) -> dict[str, Any]:
    answers = {
        answer.loss: {
            "label": answer.label,
            "logits": answer.logits,
            "softmax": answer.softmax,
            "calibrated": answer.calibrated,
        }
        for answer in prediction.given
    }
    missing = {each.loss: each.problem for each in prediction.answers if isinstance(each, Missing)}
    return {
        "answers": answers,
        "missing": missing,
        "unlike": prediction.ood_score,
        "marked": predictor.is_flagged(task.key, prediction),
        "unclear": predictor.is_unclear(task.key, prediction),
    }
