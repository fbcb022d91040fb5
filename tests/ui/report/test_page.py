"""The report card as HTML: whole in every language, with charts that say what is shown."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from losslens.evaluation.metrics import Bin, Figure
from losslens.images.corruptions import CORRUPTIONS
from losslens.losses import LOSSES, Loss
from losslens.report import schema
from losslens.report.label_noise import TASK as LABEL_NOISE_TASK
from losslens.report.schema import Report
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from losslens.ui.report.charts import Row, confusion_matrix, dot_chart, reliability_diagram
from losslens.ui.report.findings import findings
from losslens.ui.report.page import report_page
from losslens.ui.report.pictures import corrupted_samples
from losslens.ui.tabs import report as report_tab

EN = WORDS["en"]
PARTS = 8  # of a report with all that can be measured


@pytest.fixture
def digits() -> Report:
    return schema.load("digits")


def with_p_value(shipped: Report, p_value: float) -> Report:
    pairs = [replace(pair, p_value=p_value) for pair in shipped.tested.differences]
    return replace(shipped, tested=replace(shipped.tested, differences=pairs))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("task", TASKS)
def test_the_page_is_whole_in_every_language(task: str, language: str) -> None:
    report = schema.load(task)
    page = report_page(report, WORDS[language])
    assert "{" not in re.sub(r"<[^>]*>", "", page)  # no placeholder is left
    parts = PARTS if task == LABEL_NOISE_TASK.key else PARTS - 1
    assert page.count("<section") == page.count('class="measured"') == parts
    for label in re.findall(r'<svg viewBox="0 0 [^>]*aria-label="([^"]*)"', page):
        assert len(label) > 20
    assert all(WORDS[language].loss(loss) in unescape(page) for loss in report.tested.losses)


def test_significant_differences_are_told_from_others(digits: Report) -> None:
    pairs = len(digits.tested.pairs)
    grid = report_page(with_p_value(digits, 0.001), EN)
    assert 'class="same"' not in grid
    assert grid.count('class="better"') == grid.count('class="worse"') == pairs
    assert report_page(with_p_value(digits, 0.4), EN).count('class="same"') == 2 * pairs


def test_what_was_not_measured_is_left_out(digits: Report) -> None:
    bare = replace(digits, corrupted=None, wrong_labels=None)
    assert len(findings(bare, EN)) == len(findings(digits, EN)) - 2
    assert report_page(bare, EN).count("<section") == PARTS - 2


def only(shipped: Report, losses: list[str]) -> Report:
    """The report as if these alone had been measured, with no pair compared but those."""
    tested, old = shipped.tested, shipped.tested.losses

    def among(differences: list[Any]) -> list[Any]:
        kept = [each for each in differences if {old[each.first], old[each.second]} <= {*losses}]
        new = {old.index(loss): losses.index(loss) for loss in losses}
        return [replace(each, first=new[each.first], second=new[each.second]) for each in kept]

    corrupted = shipped.corrupted
    assert corrupted is not None
    return replace(
        shipped,
        tested=replace(
            tested,
            networks={loss: tested.networks[loss] for loss in losses},
            differences=among(tested.differences),
            networks_right=tested.networks_right[: len(losses) + 1],
            disputed=[
                replace(each, answers=[each.answers[old.index(loss)] for loss in losses])
                for each in tested.disputed
            ],
        ),
        corrupted=replace(
            corrupted,
            mean={loss: corrupted.mean[loss] for loss in losses},
            differences=among(corrupted.differences),
        ),
    )


@pytest.mark.parametrize("losses", [["kl_div", "brier", "focal"], ["mse"]])
def test_a_report_is_shown_with_the_losses_that_it_was_made_with(
    digits: Report, losses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = only(digits, losses)
    page = unescape(report_page(replace(few, wrong_labels=None), EN))
    assert page.count('class="frame"') == len(losses)  # reliability diagrams
    for loss in LOSSES:
        assert (EN.loss(loss) in page) == (loss in losses)
    assert f"all {len(losses)} networks" in page


@pytest.fixture
def catalogue() -> Iterator[dict[str, Loss]]:
    """``LOSSES``, to be changed; afterwards it is as it was, in its order."""
    before = dict(LOSSES)
    yield LOSSES
    LOSSES.clear()
    LOSSES.update(before)


def test_a_loss_of_the_report_need_not_be_in_the_catalogue(
    digits: Report, catalogue: dict[str, Loss]
) -> None:
    del catalogue["focal"]
    catalogue["new"] = replace(catalogue["brier"], key="new", label="New")
    page = report_page(digits, EN)
    assert page.count('class="frame"') == len(digits.tested.losses)
    assert "New" not in page


def test_every_text_is_escaped(digits: Report) -> None:
    class Marked(dict[str, str]):
        language = "en"

        def loss(self, key: str) -> str:
            return f"<u>&{key}"

        def names(self, losses: list[str]) -> str:
            return ", ".join(map(self.loss, losses))

        def task(self, key: str, part: str) -> str:
            return f"<u>&{key}"

        def label(self, task: str, label: str) -> str:
            return f"<u>&{label}"

    words = Marked({path: f"<u>&{text}" for path, text in EN.items()})
    page = report_page(digits, words)  # type: ignore[arg-type]
    assert "<u>&" not in page and "<u>&amp;" not in page and "&lt;u&gt;&amp;" in page


def test_without_a_report_the_page_says_how_to_make_one(random_models: Path) -> None:
    report_tab._built.cache_clear()
    assert "losslens report pets" in report_tab._page("pets", EN)


def test_a_disputed_picture_is_answered_as_it_was_tested(digits: Report) -> None:
    disputed, task = digits.tested.disputed[1], TASKS["digits"]
    prediction, truth = report_tab._answer_disputed(task, 1)
    assert truth == task.labels[disputed.truth]
    answers = {answer.loss: answer.label for answer in prediction.given}
    kept = zip(digits.tested.losses, disputed.answers, strict=True)
    assert answers == {loss: task.labels[answer] for loss, answer in kept}


@pytest.mark.parametrize("task", TASKS)
def test_a_corruption_is_shown_on_the_tasks_first_sample(task: str) -> None:
    shown = {key: corrupted_samples(task, key) for key in CORRUPTIONS}
    for key, urls in shown.items():
        assert len(urls) == len(TASKS[task].corruption_strengths[key]) == len(set(urls))
        assert all(url.startswith("data:image/") for url in urls)


def test_a_task_without_samples_or_strengths_has_no_pictures_to_show(
    digits: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrupted_samples.cache_clear()
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], samples=list))
    assert 'class="kinds"' not in report_page(digits, EN)
    assert corrupted_samples("pets", "no_longer_known") == []
    corrupted_samples.cache_clear()


def test_pictures_that_may_not_be_shared_are_counted_instead(
    digits: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], shareable=False))
    page = report_page(digits, EN)
    assert "data-index" not in page and EN["report.disputed.withheld"] in unescape(page)
    assert f"<td>{digits.tested.networks_right[-1]:,}</td>" in page


def test_dots_stand_where_their_values_are() -> None:
    rows = [
        Row("a", "red", Figure(0.001, 0.0005, 0.002), Figure(0.1, 0.05, 0.2)),
        Row("b", "blue", Figure(0.01, 0.01, 0.01)),
    ]
    svg = dot_chart(rows, title="t", x_title="x", log=True)
    hollow, first, second = (float(x) for x in re.findall(r'circle cx="([\d.]+)"', svg))
    assert hollow - second == pytest.approx(second - first, abs=0.3)  # a factor of ten is one step
    assert 'aria-label="t: a 10 → 0.1 %; b 1 %"' in svg


def test_a_calibrated_network_lies_on_the_diagonal() -> None:
    bins = [Bin(value, value, 100) for value in (0.2, 0.5, 0.9)]
    svg = reliability_diagram(bins, bins, title="t", summary="s", axes="a", colour="red")
    diagonal = re.search(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" class="marker"', svg)
    left, top, right, bottom = map(float, diagonal.groups())
    for x, y in re.findall(r'circle cx="([\d.]+)" cy="([\d.]+)"', svg):
        share = (float(y) - top) / (bottom - top)
        assert (float(x) - left) / (right - left) == pytest.approx(share, abs=0.01)


def test_only_mistakes_are_shaded() -> None:
    svg = confusion_matrix(
        [[90, 10], [0, 100]], ["cat", "dog"], title="t", summary="s", colour="red"
    )
    assert re.findall(r'fill-opacity="([\d.]+)"', svg) == ["0.00", "0.75", "0.00", "0.00"]
    assert svg.count("<text") == 4 + 3  # labels, and the counts that are not 0
