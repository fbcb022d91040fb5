"""The tab of any task: laid out by its input kind, whatever else it has or lacks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from losslens.inference import predictor
from losslens.inference.predictor import Prediction
from losslens.losses.catalogue import card_losses
from losslens.tasks import TASKS, Task
from losslens.ui.components.answerer import Answerer
from losslens.ui.data_urls import png_url
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
    answer = Answerer(task, WORDS["en"]).on_picture
    photo = Image.new("RGB", (third_task.SIDE, third_task.SIDE), (0, 0, 0))
    photo.putpixel((3, 4), (255, 255, 255))
    _, prediction, parts, seen, cards, _ = answer(photo, "softmax")
    assert prediction.features[0, 4, 3] == 1 and prediction.features.sum() == 1
    assert "data:image/png" in seen and not parts
    assert cards.count('class="card missing"') == len(card_losses())
    _, nothing, _, blank, hint, _ = answer(Image.new("RGB", photo.size), "softmax")
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


@pytest.fixture
def digits() -> Answerer:
    return Answerer(TASKS["digits"], WORDS["en"])


STROKE = "[[[140, 50], [138, 120], [136, 230]]]"


def test_what_is_said_of_a_sample_goes_with_the_sample(digits: Answerer) -> None:
    *_, cards, truth, of_sample = digits.on_drawing("sample:1/7", "", "softmax", False)
    assert (truth, of_sample) == ("1", True) and 'class="truth right"' in cards
    assert digits.on_drawing(STROKE, "1", "softmax", True)[-2:] == ("", False)
    assert digits.on_drawing("", "1", "softmax", True)[-2:] == ("", False)
    drawn_on = png_url(np.asarray(TASKS["digits"].samples()[3].picture))
    assert digits.on_drawing(drawn_on, "3", "softmax", True)[-2:] == ("3", True)


def test_what_the_visitor_said_stays_until_the_pad_is_cleared(digits: Answerer) -> None:
    *_, cards, truth, of_sample = digits.on_drawing(STROKE, "7", "softmax", False)
    assert (truth, of_sample) == ("7", False) and 'class="truth wrong"' in cards
    *_, blank, truth, _ = digits.on_drawing("", "7", "softmax", False)
    assert truth == "" and "truth" not in blank


@pytest.mark.parametrize("value", ["sample:none", "sample:", "sample:../../etc"])
def test_a_sample_that_there_is_not_is_refused(digits: Answerer, value: str) -> None:
    *_, refused, _, _ = digits.on_drawing(value, "", "softmax", False)
    assert "no picture" in refused and "<details" not in refused


def test_a_photo_that_is_a_sample_says_its_class_and_no_other() -> None:
    pets = Answerer(TASKS["pets"], WORDS["en"])
    shown = {sample.key: sample for sample in TASKS["pets"].samples()}
    for key, label in (("kitten", "cat"), ("husky", "dog"), ("coffee", "")):
        assert pets.on_photo(shown[key].picture, "softmax")[-1] == label
    other = shown["kitten"].picture.copy()
    other.putpixel((0, 0), (1, 2, 3))
    assert pets.on_photo(other, "softmax")[-1] == ""
    assert pets.on_photo(None, "softmax")[-1] == ""


def test_a_photo_tab_opens_with_a_sample_once_and_only_while_nothing_is_shown() -> None:
    page, _ = built(TASKS["fashion"])
    open_with = handlers(page)["open_with"]
    picture, opened = open_with(False, None, None)
    assert opened and picture == TASKS["fashion"].samples()[4].picture
    prediction = Prediction([], TASKS["fashion"].blank(), None)
    for before, shown, photo in (
        (True, None, None),
        (False, prediction, None),
        (False, None, picture),
    ):
        sample, _ = open_with(before, shown, photo)
        assert sample is None


def test_a_task_opens_with_what_is_disputed() -> None:
    assert {key: getattr(task.opening(), "key", "") for key, task in TASKS.items()} == {
        "digits": "1/7",
        "pets": "cat",
        "fashion": "shoe",
    }
    assert replace(TASKS["digits"], samples=list).opening() is None


def test_the_start_of_the_app_asks_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a network was loaded")

    monkeypatch.setattr(predictor, "load_ensemble", refuse)
    predictor.forget()
    built(*TASKS.values())
