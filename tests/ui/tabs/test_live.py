"""The tab of live training, laid out with what the other tabs have left on the page, or without."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
import pytest
import torch

from losslens.inference.predictor import Answer, Prediction
from losslens.live.config import LiveConfig, LiveError, Point, Trained
from losslens.live.queue import Waiting
from losslens.losses import LOSSES, Loss
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from losslens.ui.live.settings import FIRST
from losslens.ui.page import AnswerTab, OwnLoss, Page
from losslens.ui.tabs import live

ANSWER = Answer("mse", "0", [1.0] + [0.0] * 9, [0.1] * 10, [0.1] * 10)
QUESTION = list(FIRST.values())


@dataclass
class Visitor:
    """What gradio says of who presses a button."""

    session_hash: str = "one"


class Queue:
    """A queue whose runs give what they are told to."""

    def __init__(self, *news: Any) -> None:
        self.news = news
        self.asked: list[LiveConfig] = []

    def stream(self, visitor: str, config: LiveConfig) -> Iterator[Any]:
        """The news of the run; errors among them are raised."""
        self.asked.append(config)
        for each in self.news:
            if isinstance(each, Exception):
                raise each
            yield each


def built(language: str = "en", *, alone: bool = False) -> Page:
    """A page with the tab; ``alone``, with nothing left there by other tabs."""
    with gr.Blocks() as blocks:
        page = Page(WORDS[language], blocks)
        if not alone:
            page.answers["digits"] = AnswerTab(gr.State(), gr.Radio(), lambda event: None)
            page.own_loss = OwnLoss(gr.Textbox("sum(p * e)"), gr.Button("send"))
        with gr.Tabs() as page.tabs, gr.Tab(id="train") as tab:
            live.build(page, tab)
    return page


def runner(page: Page) -> Any:
    """The handler behind Start."""
    return next(fn.fn for fn in page.blocks.fns.values() if fn.name == "run")


def point(config: LiveConfig, step: int = 1) -> Point:
    count = len(config.losses)
    rows = [[1, 0, 1]] * count
    return Point(50 * step, 100, 1.0, [1.0] * count, [0.5] * count, [0.1] * count, [], rows)


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("language", WORDS)
def test_the_tab_needs_no_other(
    language: str, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = built(language, alone=alone)
    queue = Queue(LiveError("Too many."))
    monkeypatch.setattr(live, "QUEUE", queue)
    pictures = [] if alone else [None]
    *_, last = runner(page)(Visitor(), *QUESTION, "", *pictures)
    assert "Too many." in last[0] and queue.asked == [LiveConfig()]


def test_the_picture_is_the_one_that_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue()
    monkeypatch.setattr(live, "QUEUE", queue)
    digit = torch.rand(TASKS["digits"].shape)
    for answers in ([ANSWER], []):
        list(runner(built())(Visitor(), *QUESTION, "", Prediction(answers, digit, None)))
    assert [each.picture for each in queue.asked] == [digit.flatten().tolist(), []]


def test_a_run_is_shown_from_the_queue_to_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    config = LiveConfig()
    ending = Trained([b"weights"] * len(config.losses))
    queue = Queue(Waiting(3), None, point(config), point(config, 2), ending)
    monkeypatch.setattr(live, "QUEUE", queue)
    views = list(runner(built())(Visitor(), *QUESTION, "", None))
    assert [len(view) for view in views] == [6] * len(views)
    lines = [str(view[0]) for view in views]
    assert "Starting" in lines[0] and "Runs before it: 3" in lines[1] and "Done" in lines[-1]
    assert "results" in views[-1][1] and all(str(path) for path in views[-1][3:])


def test_a_setting_that_is_not_possible_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "QUEUE", Queue())
    settings = dict(FIRST) | {"losses": []}
    (view,) = runner(built())(Visitor(), *settings.values(), "", None)
    assert "from 1 to 4" in view[0] and "bad" in view[0]


def test_a_new_loss_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "new", Loss(key="new", label="New", fn=LOSSES["mse"].fn))
    boxes = [each for each in built().blocks.blocks.values() if isinstance(each, gr.CheckboxGroup)]
    assert ("New", "new") in boxes[0].choices
