"""The tab of live training, laid out with what the other tabs have left on the page, or without."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import pytest
import torch

from losslens.inference.predictor import Answer, Prediction
from losslens.live.config import Held, LiveConfig, LiveError, Point, Trained
from losslens.live.queue import Waiting
from losslens.losses import LOSSES, Loss
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from losslens.ui.live import runner as runs
from losslens.ui.live.settings import first
from losslens.ui.page import AnswerTab, OwnLoss, Page
from losslens.ui.tabs import live

ANSWER = Answer("mse", "0", [1.0] + [0.0] * 9, [0.1] * 10, [0.1] * 10)
FIRST = first()
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

    def stream(self, visitor: str, config: LiveConfig, start: object = None) -> Iterator[Any]:
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
    rows, said = [[1, 0] * 500] * count, [[0.5] * 1000] * count
    shares = [0.5] * count
    return Point(50 * step, 100, 1.0, [1.0] * count, shares, [0.1] * count, [], rows, said)


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("language", WORDS)
def test_the_tab_needs_no_other(
    language: str, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = built(language, alone=alone)
    queue = Queue(LiveError("Too many."))
    monkeypatch.setattr(runs, "QUEUE", queue)
    pictures = [] if alone else [None]
    *_, last = runner(page)(Visitor(), *QUESTION, "", "", {}, *pictures)
    assert "Too many." in last[0] and queue.asked == [LiveConfig()]


def test_the_picture_is_the_one_that_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue()
    monkeypatch.setattr(runs, "QUEUE", queue)
    digit = torch.rand(TASKS["digits"].shape)
    for answers in ([ANSWER], []):
        list(runner(built())(Visitor(), *QUESTION, "", "", {}, Prediction(answers, digit, None)))
    assert [each.picture for each in queue.asked] == [digit.flatten().tolist(), []]


def test_a_run_is_shown_from_the_queue_to_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    config = LiveConfig()
    ending = Trained([b"weights"] * len(config.losses))
    queue = Queue(
        *(Waiting(3), None, point(config), Held(True), Held(False), point(config, 2), ending)
    )
    monkeypatch.setattr(runs, "QUEUE", queue)
    views = list(runner(built())(Visitor(), *QUESTION, "", "", {}, None))
    assert [len(view) for view in views] == [9] * len(views)
    lines = [str(view[0]) for view in views]
    assert "Starting" in lines[0] and "Runs before it: 3" in lines[1] and "Done" in lines[-1]
    assert [state(view) for view in views] == [
        *("starting", "waiting", "", "running", "paused", "running", "", "done")
    ]
    shown = [str(view[2]) for view in views]
    assert shown[0].count("<figure") == 2  # axes while it waits
    assert "results" in shown[-1] and "What this run shows" in shown[-1]
    assert all(str(path) for path in views[-1][4:8])
    assert list(views[-1][8]) == [""]  # the run is kept, by what differs from the usual settings


def state(view: tuple[Any, ...]) -> str:
    """What a view says of the run, "" where it says nothing."""
    found = re.search(r'data-state="(\w+)"', str(view[0]))
    return found[1] if found else ""


def test_little_is_read_out_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    config = LiveConfig()
    many = [replace(point(config), seen=seen, total=100) for seen in range(1, 101)]
    monkeypatch.setattr(runs, "_EVERY", 0.0)
    monkeypatch.setattr(runs, "QUEUE", Queue(*many, Trained([b""] * len(config.losses))))
    views = list(runner(built())(Visitor(), *QUESTION, "", "", {}, None))
    spoken = [view[1] for view in views if isinstance(view[1], str)]
    assert len(spoken) == 1 + 4 + 1 and max(map(len, spoken)) < 300
    assert spoken[0] == WORDS["en"]["live.starting"] and "no difference" in spoken[-1]


def test_a_run_that_is_replaced_says_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "QUEUE", Queue(Waiting(1), Waiting(2)))
    run = runner(built())
    one = run(Visitor(), *QUESTION, "", "", {}, None)
    next(one)
    other = run(Visitor(), *QUESTION, "", "", {}, None)
    next(other)
    assert list(one) == []
    assert [state(view) for view in other] == ["waiting", "waiting", "stopped"]


def test_a_setting_that_is_not_possible_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "QUEUE", Queue())
    settings = dict(FIRST) | {"losses": []}
    (view,) = runner(built())(Visitor(), *settings.values(), "", "", {}, None)
    assert "from 1 to 4" in view[0] and "bad" in view[0]


def test_a_new_loss_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "new", Loss(key="new", label="New", fn=LOSSES["mse"].fn))
    boxes = [each for each in built().blocks.blocks.values() if isinstance(each, gr.CheckboxGroup)]
    assert ("New", "new") in boxes[0].choices


def test_a_run_is_shown_beside_the_one_it_is_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """That one is trained first where this page has not seen it; else its curves are there."""
    config = LiveConfig()
    queue = Queue(point(config), Trained([b""] * len(config.losses)))
    monkeypatch.setattr(runs, "QUEUE", queue)
    run = runner(built())
    views = list(run(Visitor(), *QUESTION, "", "wrong=20", {}, None))
    assert [each.wrong_labels for each in queue.asked] == [0.2, 0.0]
    assert "First the run to compare with" in views[0][0]
    assert views[-1][2].count("<article>") == 2 and list(views[-1][-1]) == ["wrong=20", ""]
    again = list(run(Visitor(), *QUESTION, "", "wrong=20", views[-1][-1], None))
    assert len(queue.asked) == 3 and again[-1][2].count("<article>") == 2


def test_a_run_to_compare_with_that_breaks_off_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(LiveError("Too many."))
    monkeypatch.setattr(runs, "QUEUE", queue)
    *_, last = runner(built())(Visitor(), *QUESTION, "", "wrong=20", {}, None)
    assert "Too many." in last[0] and len(queue.asked) == 1
