"""A live run as HTML: a chart of accuracy, one of calibration, one a loss; the visitor's picture as
each network reads it; and the table at the end."""

import re

import pytest

from losslens.live.config import LiveConfig, Point
from losslens.losses import LOSSES, Loss
from losslens.ui.i18n import WORDS
from losslens.ui.live.charts import live_charts, results_table, status

CONFIG = LiveConfig(losses=("cross_entropy", "own", "softmax_twice"), formula="sum((p - e) ** 2)")


def points(count: int, reading: list[list[float]] | None = None) -> list[Point]:
    """Three points of a run of ``count`` losses; the first is right most often."""
    share = [0.9, 0.88, 0.7][:count]
    right = [[1] * round(100 * each) + [0] * (100 - round(100 * each)) for each in share]
    return [
        Point(50 * i, 500, 1.0 * i, [1 / i] * count, share, [0.25] * count, reading or [], right)
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
    assert html.count("<i style=") == 30 + 3 + 3 + 3  # bars, and the legends
    assert 'title="9: 0.550"' in html


def test_the_table_has_a_row_for_each_loss_and_a_sentence_for_each_pair() -> None:
    html = results_table(CONFIG, points(3)[-1], WORDS["en"])
    assert re.findall(r'<tr data-loss="(\w+)">', html) == list(CONFIG.losses)
    assert "90.0%" in html and "25.0%" in html and html.count("<li>") == 3
    assert "Cross-entropy is significantly better than Softmax applied twice" in html
    assert "no significant difference" in html and "1,000 examples" in html


def test_one_loss_alone_is_compared_with_none() -> None:
    html = results_table(LiveConfig(losses=("mse",)), points(1)[-1], WORDS["en"])
    assert "<li>" not in html and "McNemar" not in html


def test_what_went_wrong_is_escaped() -> None:
    html = status("<script>", bad=True)
    assert "live-status bad" in html and "&lt;script&gt;" in html


def test_a_new_loss_has_a_colour_of_its_own_in_the_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "new", Loss(key="new", label="New loss", fn=LOSSES["mse"].fn))
    html = live_charts(LiveConfig(losses=("new", "mse")), points(2), WORDS["en"])
    assert "New loss" in html and re.search(r'stroke="hsl\(', html)
