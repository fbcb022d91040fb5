"""The report card as HTML: findings that follow from the figures, and charts that say what they show."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from losslens.evaluation.metrics import Bin, Figure
from losslens.losses import LOSSES
from losslens.report import schema as report
from losslens.report.schema import Report
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from losslens.ui.report.charts import Row, confusion_matrix, dot_chart, reliability_diagram
from losslens.ui.report.findings import findings
from losslens.ui.report.page import report_page
from losslens.ui.tabs import report as report_tab

EN = WORDS["en"]


@pytest.fixture
def digits() -> Report:
    return report.load("digits")


def with_p_value(shipped: Report, p_value: float) -> Report:
    pairs = [replace(pair, p_value=p_value) for pair in shipped.tested.differences]
    return replace(shipped, tested=replace(shipped.tested, differences=pairs))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("task", TASKS)
def test_the_page_is_whole_in_both_languages(task: str, language: str) -> None:
    page = report_page(report.load(task), WORDS[language])
    assert "{" not in re.sub(r"<[^>]*>", "", page)  # no placeholder is left
    assert (
        page.count("<section") == page.count('class="measured"') == (8 if task == "digits" else 7)
    )
    for label in re.findall(r'<svg viewBox="0 0 [^>]*aria-label="([^"]*)"', page):
        assert len(label) > 20
    assert all(WORDS[language]["loss_" + loss] in unescape(page) for loss in LOSSES)


def test_ties_and_real_differences_are_told_apart(digits: Report) -> None:
    tied, apart = (findings(with_p_value(digits, p), EN)[0] for p in (0.4, 0.001))
    assert "tie" in tied and "28 of the 28" in apart
    grid = report_page(with_p_value(digits, 0.001), EN)
    assert (
        'class="tie"' not in grid
        and grid.count('class="better"') == grid.count('class="worse"') == 28
    )


def test_what_was_not_measured_is_left_out(digits: Report) -> None:
    bare = replace(digits, corrupted=None, wrong_labels=None)
    assert len(findings(bare, EN)) == len(findings(digits, EN)) - 2
    assert report_page(bare, EN).count("<section") == 6


def test_the_best_and_the_worst_are_named_from_the_figures(digits: Report) -> None:
    assert digits.corrupted is not None
    mean = {loss: 0.5 + index / 100 for index, loss in enumerate(digits.corrupted.mean)}
    pairs = [replace(pair, p_value=0.01) for pair in digits.corrupted.differences]
    changed = replace(digits, corrupted=replace(digits.corrupted, mean=mean, differences=pairs))
    assert (
        "Generalised cross-entropy is right on 57.00 %, that of Cross-entropy on 50.00 %: these two really"
        in findings(changed, EN)[-1]
    )


def test_without_a_report_the_page_says_how_to_make_one(random_models: Path) -> None:
    report_tab._built.cache_clear()
    assert "losslens report pets" in report_tab._page("pets", "en")


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
    left, top, right, bottom = map(
        float, re.search(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" class="marker"', svg).groups()
    )
    for x, y in re.findall(r'circle cx="([\d.]+)" cy="([\d.]+)"', svg):
        assert (float(x) - left) / (right - left) == pytest.approx(
            (float(y) - top) / (bottom - top), abs=0.01
        )


def test_only_mistakes_are_shaded() -> None:
    svg = confusion_matrix(
        [[90, 10], [0, 100]], ["cat", "dog"], title="t", summary="s", colour="red"
    )
    assert re.findall(r'fill-opacity="([\d.]+)"', svg) == ["0.00", "0.75", "0.00", "0.00"]
    assert svg.count("<text") == 4 + 3  # labels, and the counts that are not 0
