"""What a link says of a task's tab beside its drawing: the true class, which probabilities, and a
sample photo. Which cards are open, ``answers.js`` says."""

import json
from typing import Any

import gradio as gr

from losslens.tasks import Task
from losslens.ui.links import Links, Query, reader
from losslens.ui.page import QUICK

_SCRIPT = "() => {{ losslensLink.set({task}, {values}); }}"


def link_answer(links: Links, task: Task, choices: dict[str, Any], upload: gr.Image) -> None:
    """Have a link carry ``choices``, the controls by their names, and on a photo's tab the
    sample."""
    drawn = task.input_kind == "drawing"
    read = reader(choices, {name: each.value for name, each in choices.items()})
    pictures = {} if drawn else {sample.key: sample.picture for sample in task.samples()}

    def restored(query: Query) -> list[Any]:
        said = dict(zip(choices, read(query), strict=True))
        if "truth" not in query:
            said["truth"] = gr.skip()  # a sample says its own
        return [*said.values(), pictures.get(query.get("sample", ""), gr.skip())]

    links.add(task.key, choices, by_hand=True, restored=([*choices.values(), upload], restored))
    if drawn:
        return
    gr.on([upload.input, upload.clear], None, None, None, js=says_sample(task, None), **QUICK)


def says_sample(task: Task, key: str | None) -> str:
    """The script after which the link says that this sample is shown, or none; what was said to be
    its true class belonged to another picture."""
    values = json.dumps({"sample": key, "truth": None})
    return _SCRIPT.format(task=json.dumps(task.key), values=values)
