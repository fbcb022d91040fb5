"""A live run as curves: of accuracy, calibration, memorised labels, and one a loss; and the picture
of its visitor as each network reads it."""

import re
from dataclasses import replace

import pytest

from losslens.live.config import LiveConfig, Point
from losslens.losses import LOSSES, Loss
from losslens.ui.i18n import WORDS
from losslens.ui.live.charts import empty_charts, live_charts
from losslens.ui.live.names import loss_name

CONFIG = LiveConfig(losses=("cross_entropy", "own", "softmax_twice"), formula="sum((p - e) ** 2)")


def points(count: int, reading: list[list[float]] | None = None) -> list[Point]:
    """Three points of a run of ``count`` losses."""
    share = [0.9, 0.88, 0.7][:count]
    return [
        Point(50 * i, 500, 1.0 * i, [1 / i] * count, share, [0.25] * count, reading or [])
        for i in (1, 2, 3)
    ]


@pytest.mark.parametrize("language", WORDS)
def test_there_is_a_chart_of_all_and_one_of_each_loss(language: str) -> None:
    words = WORDS[language]
    html = live_charts(CONFIG, points(3), words)
    assert html.count('<figure class="chart') == 2 + 3
    for key in CONFIG.losses:
        assert words.loss(key) in html
    assert words.task("digits", "live_no_picture") in html and 'class="reading"' not in html


def test_the_visitors_picture_is_shown_as_each_network_reads_it() -> None:
    shares = [0.05] * 9 + [0.55]
    html = live_charts(CONFIG, points(3, [shares] * 3), WORDS["en"])
    assert html.count('class="reading"') == 3 and html.count("<b>9</b>") == 3
    assert html.count("<i style=") == 30 + 3 + 3 + 3 + 3  # bars, and the legends
    assert "Your picture: share of “9”" in html
    assert 'title="9: 0.550"' in html


def test_a_new_loss_has_a_colour_of_its_own_in_the_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "new", Loss(key="new", label="New loss", fn=LOSSES["mse"].fn))
    html = live_charts(LiveConfig(losses=("new", "mse")), points(2), WORDS["en"])
    assert "New loss" in html and re.search(r'stroke="hsl\(', html)


@pytest.mark.parametrize("language", WORDS)
def test_before_the_first_point_there_are_axes_for_what_will_be_drawn(language: str) -> None:
    words = WORDS[language]
    html = live_charts(CONFIG, [], words)
    assert html.count('<figure class="chart') == 2 and words["live.waits"] in html
    assert words.loss("cross_entropy") in html and ">24000<" not in html
    assert ">20000<" in html  # 4,000 examples, six times
    assert empty_charts(words).count('<figure class="chart') == 2


def test_with_wrong_labels_two_charts_more() -> None:
    noisy = [replace(each, memorised=[0.5] * 3, kept_right=[0.9] * 3) for each in points(3)]
    html = live_charts(CONFIG, noisy, WORDS["en"])
    assert html.count('<figure class="chart') == 4 + 3
    assert WORDS["en"]["live.memorised_chart"] in html


def test_each_seed_has_its_curve_and_each_loss_one_entry() -> None:
    both = [*points(3), *(replace(each, run=1) for each in points(3))]
    html = live_charts(replace(CONFIG, seeds=2), both, WORDS["en"])
    name = WORDS["en"].loss("softmax_twice")
    assert html.count(f'fill="none" data-label="{name}"') == 2 * 3
    assert html.count(f'aria-pressed="false" data-label="{name}"') == 3


def test_a_parameter_that_was_changed_is_in_the_name() -> None:
    words = WORDS["en"]
    config = LiveConfig(losses=("focal", "gce", "mse"), parameters="focal=3.5,gce=0.5")
    names = [loss_name(config, key, words) for key in config.losses]
    assert names == ["Focal (γ = 3.5)", "Generalised cross-entropy (q = 0.5)", words.loss("mse")]
    assert loss_name(LiveConfig(losses=("focal",)), "focal", words) == "Focal (γ = 2)"


def test_curves_that_begin_below_the_axis_are_told_of() -> None:
    rising = [replace(each, accuracy=[0.5 + 0.15 * i] * 3) for i, each in enumerate(points(3), 1)]
    assert WORDS["en"]["live.beyond"] in live_charts(CONFIG, rising, WORDS["en"])
    assert WORDS["en"]["live.beyond"] not in live_charts(CONFIG, rising[:2], WORDS["en"])
