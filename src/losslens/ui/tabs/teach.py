"""The tab on which a visitor teaches classes of one's own: show, train, try."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from losslens.live.config import MAX_LOSSES, LiveConfig
from losslens.live.teach.examples import KINDS, LONGEST_NAME, MOST_CLASSES, Classes, Kind
from losslens.losses import LOSSES
from losslens.losses.catalogue import by_family
from losslens.tasks import TASKS
from losslens.ui.components.drawing_pad import drawing_pad
from losslens.ui.components.picture_upload import picture_upload
from losslens.ui.html import render
from losslens.ui.i18n import Words
from losslens.ui.page import EACH, LATEST, QUICK, Page
from losslens.ui.teach.teacher import Teacher
from losslens.ui.teach.views import note

_SCRIPT = (Path(__file__).parents[1] / "static" / "teach.js").read_text(encoding="utf-8")
# One after the other: each adds to what the one before has left.
_ADD: dict[str, Any] = {**EACH, "concurrency_limit": 1}
_TRAIN: dict[str, Any] = {**QUICK, "concurrency_id": "teach", "concurrency_limit": 2}
_ANSWER: dict[str, Any] = {**LATEST, "concurrency_id": "predict", "concurrency_limit": 2}
# What is drawn goes to a class, and the pad is empty for the next.
_TAKEN = """(...values) => {
  document.querySelector("#teach-show .pad-clear").click();
  return values;
}"""


@dataclass(frozen=True)
class _Shown:
    """The first step: where pictures come from, and the classes that they go to."""

    source: Any
    names: list[gr.Textbox]
    adds: list[gr.Button]
    files: list[gr.UploadButton | None]  # of photos
    shelves: list[gr.HTML]
    said: gr.HTML
    example: gr.Button
    clear: gr.Button


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab: drawings and photos, each with its three steps."""
    with gr.Tabs(elem_id="teach"):
        for kind in KINDS:
            with gr.Tab(page.words[f"teach.{kind}"], id=f"teach-{kind}"):
                _build_kind(Teacher(kind, page.words))


def _build_kind(teacher: Teacher) -> None:
    words = teacher.words
    classes, taught = gr.State(Classes(teacher.kind)), gr.State(None)
    with gr.Row(elem_classes=["teach", f"teach-{teacher.kind}"]):
        with gr.Column(scale=9, min_width=300, elem_classes="teach-step"):
            shown = _show_step(teacher)
        with gr.Column(scale=6, min_width=280, elem_classes="teach-step"):
            train = _train_step(teacher, classes, taught, shown)
        with gr.Column(scale=6, min_width=280, elem_classes="teach-step"):
            _heading(3, "try", words)
            tried = _source(teacher.kind, words, "try")
            answer = gr.HTML(note(words["teach.train_first"]), elem_classes="teach-answers")
    _wire_examples(teacher, shown, classes)
    for event in (tried.change, train.success):
        event(teacher.answer, [tried, taught], answer, **_ANSWER)


def _heading(number: int, step: str, words: Words) -> None:
    gr.HTML(render("teach/heading.html", number=number, text=words[f"teach.step_{step}"]))


def _source(kind: Kind, words: Words, step: str) -> Any:
    """Where pictures come from: a pad, or an upload with a camera."""
    if kind == "photo":
        return picture_upload(words["teach.upload"], webcam=True, height=210)
    with gr.Column(elem_id=f"teach-{step}", min_width=160):
        return drawing_pad(replace(TASKS["digits"], key=f"teach-{step}", samples=list), words)


def _show_step(teacher: Teacher) -> _Shown:
    kind, words = teacher.kind, teacher.words
    _heading(1, "show", words)
    with gr.Row(elem_classes="teach-show"):
        with gr.Column(scale=4, min_width=200):
            source = _source(kind, words, "show")
            with gr.Row(elem_classes="teach-small"):
                example = gr.Button(
                    words["teach.example"], size="sm", min_width=80, visible=kind == "drawing"
                )
                clear = gr.Button(words["teach.start_over"], size="sm", min_width=80)
        with gr.Column(scale=5, min_width=240):
            rows = [_class_row(teacher, place) for place in range(MOST_CLASSES)]
            said = gr.HTML("", elem_classes="teach-said")
    names, adds, files, shelves = (list(each) for each in zip(*rows, strict=True))
    return _Shown(source, names, adds, files, shelves, said, example, clear)


def _class_row(teacher: Teacher, place: int) -> tuple[Any, ...]:
    """A class: its name, the buttons that add to it, and its examples."""
    words = teacher.words
    number = place + 1
    with gr.Column(elem_classes=["teach-class", f"teach-class-{place}"]):
        with gr.Row(elem_classes="teach-name"):
            name = gr.Textbox(
                teacher.first_names()[place],
                label=words["teach.name"].format(number=number),
                show_label=False,
                max_lines=1,
                max_length=LONGEST_NAME,
                min_width=90,
            )
            label = words["teach.add"]
            add = gr.Button(label, size="sm", min_width=90, elem_classes="teach-add")
            files = _files(words) if teacher.kind == "photo" else None
        held = gr.HTML(teacher.shelves(Classes())[place], js_on_load=_SCRIPT)
    return name, add, files, held


def _files(words: Words) -> gr.UploadButton:
    return gr.UploadButton(
        words["teach.add_files"],
        file_count="multiple",
        file_types=["image"],
        size="sm",
        min_width=90,
    )


def _train_step(teacher: Teacher, classes: gr.State, taught: gr.State, shown: _Shown) -> Any:
    words = teacher.words
    _heading(2, "train", words)
    train = gr.Button(words["teach.train"], variant="primary", elem_classes="teach-train")
    status = gr.HTML(note(words["teach.before"]), elem_classes="teach-status")
    outcome = gr.HTML("")
    with gr.Row(visible=False, elem_classes="teach-small") as row:
        save = gr.Button(words["teach.save"], size="sm", min_width=80)
        file = gr.DownloadButton(words["teach.download"], size="sm", visible=False, min_width=80)
    with gr.Accordion(words["teach.losses"].format(most=MAX_LOSSES), open=False):
        named = [(words.loss(key), key) for key in by_family(LOSSES)]
        losses = gr.CheckboxGroup(
            named, value=list(LiveConfig.losses), show_label=False, elem_classes="teach-losses"
        )
    trained = train.click(
        teacher.train,
        [classes, losses, *shown.names],
        [taught, status, outcome, row],
        **_TRAIN,
    )
    save.click(teacher.save, taught, [file, status], **_TRAIN)
    return trained


def _wire_examples(teacher: Teacher, shown: _Shown, classes: gr.State) -> None:
    outputs = [classes, *shown.shelves, shown.said]
    adding = {**_ADD, "concurrency_id": f"teach-{teacher.kind}"}
    taken = _TAKEN if teacher.kind == "drawing" else None
    for place, add in enumerate(shown.adds):
        event = add.click(
            teacher.adder(place), [shown.source, classes], outputs, js=taken, **adding
        )
        if teacher.kind == "photo":
            event.then(_nothing, None, shown.source, **QUICK)
    for place, files in enumerate(shown.files):
        if files is not None:
            files.upload(teacher.files_adder(place), [files, classes], outputs, **adding)
    for held in shown.shelves:
        held.click(teacher.take_away, classes, outputs, **adding)
    named = [*outputs, *shown.names]
    shown.clear.click(teacher.start_over, None, named, **adding)
    if teacher.kind == "drawing":
        shown.example.click(teacher.fill_in, None, named, **adding)


def _nothing() -> None:
    return None
