"""What docs/extending.md says how to add, added: a loss, a task, a language and a tab."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradio_client import Client
from PIL import Image
from torch import Tensor

from conftest import served
from losslens import cli
from losslens.checkpoints.ensemble import load_ensemble
from losslens.data.dataset import Dataset
from losslens.inference import predictor as inference
from losslens.inference.evaluation_table import lines
from losslens.inference.predictor import Missing, Prediction
from losslens.live.config import LiveConfig
from losslens.live.script import script
from losslens.losses import LOSSES, Loss
from losslens.losses.catalogue import card_losses, colour_of
from losslens.publishing.upload import gather
from losslens.report import build as report_build
from losslens.report import predictions, schema
from losslens.study import runs as study
from losslens.tasks import TASKS, Task
from losslens.training.config import TrainConfig
from losslens.training.pipeline import make_checkpoint
from losslens.training.runner import Job, new_accelerator
from losslens.ui import app
from losslens.ui.components.answers import Choices, answers_html
from losslens.ui.data_urls import png_url
from losslens.ui.i18n import FALLBACK, WORDS, Words, load_locales
from losslens.ui.language_switch import route
from losslens.ui.page import Page, Tab
from losslens.ui.report.page import report_page
from support import third_task
from support.live import finished
from support.shipped import shipped

FRENCH = """language: Français
live:
  start: Démarrer
tabs:
  report: Bulletin
"""


def pages() -> dict[str, str]:
    """What each language's page is made of, as it is served: every component with its texts."""
    found = {}
    with served() as url:
        for language in WORDS:
            html = httpx.get(f"{url}{route(language)}").text
            (config,) = re.findall(r"window\.gradio_config = (\{.*?\});</script>", html)
            found[language] = json.dumps(json.loads(config), ensure_ascii=False)
    return found


# A loss: its function, one entry, and its name in each language.


def absolute(logits: Tensor, target: Tensor) -> Tensor:
    """Absolute error of the softmax, summed over the classes."""
    return (logits.softmax(dim=1) - F.one_hot(target, logits.shape[1])).abs().sum(dim=1)


ABSOLUTE = Loss(key="absolute", label="Absolute error", fn=absolute)
NAMES = dict.fromkeys(WORDS, "Absolute error") | {"ja": "絶対誤差"}
TRAINED = shipped("digits")


@pytest.fixture
def new_loss(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setitem(LOSSES, ABSOLUTE.key, ABSOLUTE)
    for language, words in list(WORDS.items()):
        own = {**words.own, f"losses.{ABSOLUTE.key}.name": NAMES[language]}
        monkeypatch.setitem(WORDS, language, Words(language, own, WORDS[FALLBACK]))
    inference.forget()
    yield ABSOLUTE.key
    inference.forget()


@pytest.fixture
def shown(new_loss: str, mini: Dataset) -> Prediction:
    """A digit, answered by the shipped networks."""
    return inference.predict("digits", mini.batch(torch.tensor([len(mini) // 2]))[0][0])


def test_a_new_loss_is_on_every_page(new_loss: str) -> None:
    for language, page in pages().items():
        assert page.count(NAMES[language]) >= 3  # explorer: the table and the choice; live training


def test_without_a_checkpoint_it_is_not_measured_yet(shown: Prediction) -> None:
    assert [answer.loss for answer in shown.given] == TRAINED
    (missing,) = [answer for answer in shown.answers if isinstance(answer, Missing)]
    assert missing.loss == ABSOLUTE.key
    assert "Not measured yet" in missing.problem
    assert f"losslens train digits --loss {ABSOLUTE.key}" in missing.problem
    for language, words in WORDS.items():
        html = unescape(answers_html(TASKS["digits"], shown, Choices(), words))
        said = words["predict.not_measured"].format(command=missing.command)
        assert NAMES[language] in html and said in html
        assert html.count('class="card') == len(card_losses()) + 1  # and their list


def test_what_was_made_without_it_works_as_before(shown: Prediction, new_loss: str) -> None:
    assert shown.ood_score is not None and not inference.is_flagged("digits", shown)
    assert list(predictions.load("digits").logits) == TRAINED
    report = schema.load("digits")
    assert report.tested.losses == TRAINED
    nothing_run = replace(study.load(), cells={})  # whose losses it would name, too
    for language, words in WORDS.items():
        page = unescape(report_page(report, nothing_run, words))
        assert NAMES[language] not in page and words.loss("focal") in page


def test_the_explorer_draws_it_in_a_colour_of_its_own(new_loss: str) -> None:
    colours = {colour_of(loss) for loss in LOSSES}
    assert len(colours) == len(LOSSES)
    assert colour_of(new_loss) in pages()[FALLBACK]


def test_live_training_trains_it_and_exports_its_source(new_loss: str) -> None:
    config = LiveConfig(losses=(new_loss, "mse"), examples=1000, epochs=2)
    run = finished(config)
    assert run[-1].accuracy[0] > 0.5 > run[0].accuracy[0]
    assert inspect.getsource(absolute) in script(config)


def test_commands_name_it_as_not_measured(new_loss: str, mini: Dataset) -> None:
    few = mini.pick(torch.arange(0, len(mini), 100))
    *_, last = lines(load_ensemble("digits"), few)
    assert last.startswith(new_loss) and "Not measured yet" in last
    plan = gather("someone/losses")
    assert f"digits/{new_loss}" in plan.left_out and "README.md" in plan.models


def test_it_can_be_trained_and_answers_then(
    new_loss: str, random_models: Path, small_splits: Any, tmp_path: Path
) -> None:
    path = random_models / "digits" / f"{new_loss}.safetensors"
    path.unlink()
    job = Job(new_accelerator(), random_models, tmp_path / "runs")
    config = TrainConfig("digits", new_loss, epochs=1, batch_size=50)
    made = make_checkpoint(config, small_splits, job)
    assert made == path
    answers = inference.predict("digits", TASKS["digits"].blank()).given
    assert [answer.loss for answer in answers] == card_losses()


# A task: one file with its record, one line in TASKS.


@pytest.fixture
def new_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    task = third_task.task(tmp_path)
    monkeypatch.setitem(TASKS, task.key, task)
    inference.forget()
    yield task
    inference.forget()


@pytest.fixture
def trained(new_task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """The new task with networks of two losses, in a models folder of its own."""
    job = Job(new_accelerator(), tmp_path / "models", tmp_path / "runs")
    monkeypatch.setenv("LOSSLENS_MODELS", str(job.out))
    for loss in ("cross_entropy", "mse"):
        config = TrainConfig(new_task.key, loss, epochs=20, batch_size=20, learning_rate=0.01)
        make_checkpoint(config, new_task.load(""), job)
    inference.forget()
    return job


def upright() -> Image.Image:
    """A bar on end, larger than the network's input."""
    pixels = np.zeros((3 * third_task.SIDE, 4 * third_task.SIDE), dtype=np.uint8)
    pixels[:, 12:16] = 220
    return Image.fromarray(pixels)


def test_a_new_task_is_trained_measured_and_asked(trained: Job, new_task: Task) -> None:
    ensemble = load_ensemble(new_task.key)
    assert ensemble.losses == ["cross_entropy", "mse"]
    table = list(lines(ensemble, new_task.load("").test))
    assert len(table) == len(card_losses()) + 2  # the head, a line a loss, and the mean of all
    assert table[1].startswith("cross_entropy") and "100.00%" in table[1]
    prediction = inference.predict_picture(new_task.key, upright())
    assert {answer.label for answer in prediction.given} == {"upright"}
    assert prediction.ood_score is None and not inference.is_flagged(new_task.key, prediction)
    assert inference.saliency_maps(new_task.key, prediction.features) == {}
    for words in WORDS.values():
        html = answers_html(new_task, prediction, Choices(truth="upright"), words)
        assert "upright" in html and "{" not in html
        assert html.count('class="card missing"') == len(card_losses()) - 2


def test_a_new_task_has_a_report(trained: Job, new_task: Task) -> None:
    made = report_build.make(new_task.key, new_task.load("").test)
    assert made.tested.losses == ["cross_entropy", "mse"] and made.corrupted is None
    for words in WORDS.values():
        page = unescape(report_page(made, study.load(), words))
        assert "upright" in page and words.loss("mse") in page and words.loss("gce") not in page


@pytest.mark.parametrize("kind", ["photo", "drawing"])
def test_a_new_task_has_a_tab_and_an_endpoint(
    trained: Job, new_task: Task, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASKS, new_task.key, replace(new_task, input_kind=kind))
    for words in WORDS.values():
        assert words.task(new_task.key, "tab") == new_task.key
    with served() as url:
        for language in WORDS:
            page = httpx.get(f"{url}{route(language)}").text
            assert f'"id":"{new_task.key}"' in page.replace('": ', '":')
        client = Client(url, verbose=False)
        picture = png_url(np.asarray(upright()))
        told = client.predict(picture, api_name=f"/{new_task.endpoint_name}")
    assert told["answers"].keys() == {"cross_entropy", "mse"}
    assert {answer["label"] for answer in told["answers"].values()} == {"upright"}
    assert told["unlike"] is None and told["marked"] is False


def test_a_new_task_is_trained_live_and_exported(new_task: Task, tmp_path: Path) -> None:
    picture = new_task.to_tensor(upright()).flatten().tolist()
    config = LiveConfig(losses=("brier",), task=new_task.key, epochs=20, picture=picture)
    last = finished(config)[-1]
    assert last.accuracy[0] > 0.9 and len(last.right[0]) == third_task.HELD_OUT
    assert last.reading[0][new_task.labels.index("upright")] > 0.5
    (tmp_path / "train.py").write_text(script(config))  # beside its data
    command = [sys.executable, "-I", "train.py"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"accuracy {last.accuracy[0]:.4f}" in printed.stdout


# A language: one file. A tab: its builder, one line in TABS, and its title in each language.


def test_a_new_language_says_what_it_has_and_the_rest_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fr.yaml").write_text(FRENCH, encoding="utf-8")
    monkeypatch.setitem(WORDS, "fr", load_locales(tmp_path)["fr"])
    page = pages()["fr"]
    assert all(text in page for text in ("Français", "Démarrer", "Bulletin"))
    english = WORDS[FALLBACK]
    assert all(english[path] in page for path in ("live.pause", "tabs.explorer"))
    assert f'"{english["live.start"]}"' not in page
    assert cli.main(["translations", "fr"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"fr: 3 of {len(english)} texts"
    assert len(said) == 1 + len(english) - 3


def test_a_new_tab_is_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(page: Page, tab: gr.Tab) -> None:
        gr.Markdown(f"{page.words.language} {sorted(page.answers)}")

    monkeypatch.setattr(app, "TABS", [*app.TABS, Tab("glossary", build)])
    titles = {language: f"Glossary, {language}" for language in WORDS}
    for language, words in list(WORDS.items()):
        own = {**words.own, "tabs.glossary": titles[language]}
        monkeypatch.setitem(WORDS, language, Words(language, own, WORDS[FALLBACK]))
    for language, page in pages().items():
        assert f'"{titles[language]}"' in page and f"{language} {sorted(TASKS)}" in page
