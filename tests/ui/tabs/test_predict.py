"""The tab of any task: laid out by its input kind, whatever else it has or lacks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from losslens.inference import predictor
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS, Task
from losslens.ui.i18n import WORDS
from losslens.ui.page import Page
from losslens.ui.tabs import explorer
from losslens.ui.tabs.predict import answer_tab
from support import third_task

KINDS = ["drawing", "photo"]


@pytest.fixture
def bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    """A task that has nothing but what every task must have, and no network."""
    monkeypatch.setenv("LOSSLENS_MODELS", str(tmp_path / "none"))
    task = third_task.task(tmp_path)
    monkeypatch.setitem(TASKS, task.key, task)
    predictor.forget()
    yield task
    predictor.forget()


def built(*tasks: Task, language: str = "en") -> tuple[Page, list[Any]]:
    """A page with the tabs of these tasks and the explorer, and its components."""
    with gr.Blocks() as blocks:
        page = Page(WORDS[language], blocks)
        for task in tasks:
            tab = answer_tab(task)
            with gr.Tab(id=tab.key) as container:
                tab.build(page, container)
        with gr.Tab(id="explorer") as container:
            explorer.build(page, container)
    return page, list(blocks.blocks.values())


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_bare_task_has_its_tab(bars: Task, kind: Any, language: str) -> None:
    task = replace(bars, input_kind=kind)
    page, components = built(task, language=language)
    tab = page.answers[task.key]
    assert [value for _, value in tab.truth.choices] == ["", *task.labels]
    rows = [each.elem_classes for each in components if isinstance(each, gr.Row)]
    assert ["predict", task.key, kind] in rows
    pads = [each for each in components if "pad" in (getattr(each, "elem_classes", None) or [])]
    assert len(pads) == (kind == "drawing")


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_networks_see_is_shown_unless_it_is_a_backbones(bars: Task, kind: Any) -> None:
    def shown(task: Task) -> list[bool]:
        html = [each for each in built(task)[1] if isinstance(each, gr.HTML)]
        return [each.visible for each in html if 'class="seen"' in str(each.value)]

    assert shown(replace(bars, input_kind=kind)) == [True]
    assert shown(TASKS["pets"]) == [False]


def handlers(page: Page) -> dict[str, Any]:
    return {event.name: event.fn for event in page.blocks.fns.values()}


def test_a_photo_is_answered_beside_what_the_networks_see(
    bars: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = replace(bars, is_blank=lambda image: not image.any())
    monkeypatch.setitem(TASKS, task.key, task)
    page, _ = built(task)
    answer = handlers(page)["on_picture"]
    photo = Image.new("RGB", (third_task.SIDE, third_task.SIDE), (0, 0, 0))
    photo.putpixel((3, 4), (255, 255, 255))
    _, prediction, parts, seen, cards = answer(photo, "", "softmax")
    assert prediction.features[0, 4, 3] == 1 and prediction.features.sum() == 1
    assert "data:image/png" in seen and not parts
    assert cards.count('class="card missing"') == len(card_losses())
    _, nothing, _, blank, hint = answer(Image.new("RGB", photo.size), "", "softmax")
    assert nothing is None and blank != seen and WORDS["en"].task(bars.key, "blank") in hint


@pytest.mark.parametrize("kind", KINDS)
def test_the_explorer_takes_logits_only_from_a_task_that_is_drawn(
    bars: Task, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = replace(bars, input_kind=kind)
    monkeypatch.setitem(TASKS, task.key, task)
    page, components = built(task)
    buttons = [each.value for each in components if isinstance(each, gr.Button)]
    assert (WORDS["en"]["explorer.from_drawing"] in buttons) == (kind == "drawing")
    assert page.own_loss is not None and page.own_loss.send.value in buttons


def test_another_tab_can_have_its_picture_shown() -> None:
    page, _ = built(TASKS["digits"])
    answers = page.answers["digits"]
    with page.blocks:
        before = len(page.blocks.fns)
        answers.show_after(gr.Button().click(lambda: None, None, answers.answered))
    assert len(page.blocks.fns) == before + 4  # the click, no parts, the answers, the maps
