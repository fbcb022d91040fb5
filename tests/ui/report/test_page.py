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
from losslens.report import outside, schema
from losslens.report.outside import Source
from losslens.report.schema import Report
from losslens.study import runs as study
from losslens.study.runs import Results, Runs
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from losslens.ui.report.charts import Row, difference_chart, dot_chart
from losslens.ui.report.diagrams import confusion_matrix, reliability_diagram
from losslens.ui.report.findings import findings
from losslens.ui.report.outside import outside_section
from losslens.ui.report.page import report_page
from losslens.ui.report.pictures import corrupted_samples
from losslens.ui.tabs import report as report_tab

EN = WORDS["en"]
NO_RUNS = Runs("", {}, 0, {})
ALWAYS = 6  # parts of a report that hang on nothing but the predictions


@pytest.fixture
def digits() -> Report:
    return schema.load("digits")


def parts_of(page: str) -> list[str]:
    return re.findall(r'<section data-part="(\w+)"', page)


def ran(values: dict[str, list[float]], settings: tuple[str, ...], measure: str) -> Runs:
    """As if the study had found these of digits, seed by seed, in each of the settings."""
    place = {
        loss: Results(0.01, {}, [*range(len(found))], {measure: found})
        for loss, found in values.items()
    }
    return Runs("2026-01-01", {}, 2, {"digits": {setting: place for setting in settings}})


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("task", TASKS)
def test_the_page_is_whole_in_every_language(task: str, language: str) -> None:
    report = schema.load(task)
    page = report_page(report, study.load(), WORDS[language])
    assert "{" not in re.sub(r"<[^>]*>", "", page)  # no placeholder is left
    parts = parts_of(page)
    assert {"wrong", "corrupted"} < set(parts) and len(parts) >= ALWAYS + 2
    assert page.count('class="measured"') == page.count('class="says"') == len(parts)
    anchors = re.findall(r'<details id="([^"]+)" class="part"', page)
    assert re.findall(r'<a href="#([^"]+)"', page) == anchors and len(set(anchors)) == len(parts)
    assert "<details open" not in page and " open>" not in page
    for label in re.findall(r'role="img" aria-label="([^"]*)"', page):
        assert len(label) > 10
    assert all(WORDS[language].loss(loss) in unescape(page) for loss in report.tested.losses)


def test_every_chart_has_its_data_as_a_table(digits: Report) -> None:
    page = report_page(digits, study.load(), EN)
    sections = dict(zip(parts_of(page), page.split("<section")[1:], strict=True))
    for key, html in sections.items():
        if "<figure" in html:
            assert "<table" in html, key


def test_what_was_not_measured_is_left_out(digits: Report) -> None:
    bare = replace(digits, corrupted=None)
    page = report_page(bare, NO_RUNS, EN)
    assert not {"wrong", "corrupted"} & set(parts_of(page))
    assert "MNIST-C" not in page and len(findings(bare, NO_RUNS, EN)) == 3


def test_no_loss_is_said_to_differ_by_one_seed(digits: Report) -> None:
    alone = {
        loss: replace(network, by_seed={0: network.by_seed[0]})
        for loss, network in digits.tested.networks.items()
    }
    few = replace(digits, tested=replace(digits.tested, networks=alone))
    page = unescape(report_page(few, NO_RUNS, EN))
    assert EN["report.pairs.networks"] in page and "cross-entropy, over 3 seeds:" not in page
    assert EN["report.pairs.networks"] not in unescape(report_page(digits, NO_RUNS, EN))


def test_corrupted_pictures_describe_networks_and_the_study_speaks_of_losses(
    digits: Report,
) -> None:
    near = [0.701, 0.699, 0.702, 0.698, 0.7]
    runs = ran(
        {"cross_entropy": near, "gce": [value + 0.1 for value in near], "mse": near[:2]},
        ("clean",),
        "corrupted",
    )
    html = unescape(report_page(digits, runs, EN)).split('data-part="corrupted"')[1]
    assert "↓" not in html and "better than cross-entropy: Generalised cross-entropy" in html
    assert "+10.0 points" in html.split("</section>")[0]
    assert EN.loss("mse") not in html.split(EN["report.corrupted.over_seeds"])[1].split("<p")[1]


@pytest.mark.parametrize("settings", [("clean", "symmetric_40"), ("asymmetric_20",)])
def test_wrong_labels_are_shown_as_far_as_they_were_run(
    digits: Report, settings: tuple[str, ...]
) -> None:
    base = [0.90, 0.91, 0.89, 0.9]
    better = [value + 0.05 for value in base]
    runs = ran({"cross_entropy": base, "gce": better, "mse": [0.5]}, settings, "accuracy")
    html = unescape(report_page(digits, runs, EN)).split('data-part="wrong"')[1]
    html = html.split("</section>")[0]
    assert html.count("<figure") == 1 and f"--settings clean,{settings[-1]}" in html
    assert "better than cross-entropy: Generalised cross-entropy" in html
    assert "95.0 %, cross-entropy on 90.0 %: +5.0 points" in html
    worse = ran({"cross_entropy": better, "gce": base}, settings, "accuracy")
    told = unescape(report_page(digits, worse, EN))
    assert "no loss is shown to be better than cross-entropy" in told
    assert "worse: Generalised cross-entropy" in told


def test_pictures_from_elsewhere_are_shown_where_they_were_asked(
    digits: Report, random_models: Path
) -> None:
    source = Source("drawn_digits", "semeion", 1592, (0.947, 0.954), 0.069)
    other = Source("not_a_digit", "Runes", 20, None, 0.9, 0.99, 0.1)
    outside.save("digits", [source, other])
    part = outside_section(digits, outside.load("digits"), EN)
    html = unescape(part.html)
    assert EN["report.outside.names.semeion"] in html and "94.70 % to 95.40 %" in html
    assert "Runes" in html and "0.9900" in html and "10.0 %" in html
    assert "benchmarks/drawn_digits.py --save; python benchmarks/not_a_digit.py --save" in html
    assert outside_section(digits, [], EN) is None
    alone = unescape(outside_section(digits, [other], EN).html)
    assert "20" in alone and EN["report.outside.auroc"] in html
    no_figure = EN["report.outside.right"], "–"  # a column in which nothing would stand
    assert not any(each in alone.split("<table", 1)[1].split("</table>")[0] for each in no_figure)
    whole = outside_section(digits, [replace(source, right=(1.0, 1.0))], EN).html
    assert "100.00 %" in whole and "to 100.00 %" not in whole


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
        ),
    )


@pytest.mark.parametrize("losses", [["kl_div", "brier", "focal"], ["mse"]])
def test_a_report_is_shown_with_the_losses_that_it_was_made_with(
    digits: Report, losses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = only(digits, losses)
    page = unescape(report_page(few, NO_RUNS, EN))
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
    page = report_page(digits, NO_RUNS, EN)
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
    page = report_page(digits, study.load(), words)  # type: ignore[arg-type]
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
    assert 'class="kinds"' not in report_page(digits, NO_RUNS, EN)
    assert corrupted_samples("pets", "no_longer_known") == []
    corrupted_samples.cache_clear()


def test_pictures_that_may_not_be_shared_are_counted_instead(
    digits: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASKS, "digits", replace(TASKS["digits"], shareable=False))
    page = report_page(digits, NO_RUNS, EN)
    assert "data-index" not in page and EN["report.disputed.withheld"] in unescape(page)
    assert f"<td>{digits.tested.networks_right[-1]:,}</td>" in page


def test_dots_stand_where_their_values_are() -> None:
    rows = [
        Row("a", "red", Figure(0.001, 0.0005, 0.002), Figure(0.1, 0.05, 0.2)),
        Row("b", "blue", Figure(0.01, 0.01, 0.01)),
    ]
    svg = dot_chart(rows, title="t", x_title="x", log=True)
    hollow, first, second = (float(x) for x in re.findall(r'circle cx="([\d.]+)%"', svg))
    assert hollow - second == pytest.approx(second - first, abs=0.3)  # a factor of ten is one step
    assert 'aria-label="t: a 10 → 0.1 %; b 1 %"' in svg


def test_differences_stand_around_nothing_with_the_margin_shaded() -> None:
    rows = [Row("a", "red", Figure(-0.02, -0.03, -0.01)), Row("b", "blue", Figure(0.0, 0, 0))]
    svg = difference_chart(rows, 0.01, title="t", x_title="x", summary="s")
    worse, same = (float(x) for x in re.findall(r'circle cx="([\d.]+)%"', svg))
    left, width = (
        float(x) for x in re.search(r'rect x="([\d.]+)%" width="([\d.]+)%"', svg).groups()
    )
    assert same == pytest.approx(left + width / 2) == 50
    assert (same - worse) / (width / 2) == pytest.approx(2, abs=0.01)
    assert svg.count('class="zero"') == 2 and ">0<" in svg and ">−2<" in svg


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
