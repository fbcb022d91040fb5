"""Line charts: curves go where their values are, break where there is none, and are clipped."""

import math
import re

import pytest

from losslens.ui.charts.line import HEIGHT, WIDTH, Axes, Level, Line, Marker, line_chart, ticks

AXES = Axes("Loss & more", "steps", (0.0, 10.0), (0.0, 2.0))


def paths(svg: str) -> list[str]:
    return re.findall(r'<path d="([^"]*)" fill="none"', svg)


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path)]


def test_a_curve_runs_from_corner_to_corner_of_the_frame() -> None:
    (path,) = paths(line_chart([Line("a", [0, 10], [0, 2], "red")], AXES))
    (left, bottom), (right, top) = points(path)
    assert 0 < left < right < WIDTH and 0 < top < bottom < HEIGHT
    assert (left, bottom) == AXES.place(0, 0) and (right, top) == AXES.place(10, 2)


def test_a_curve_is_broken_where_its_value_is_not_finite_or_beyond_the_axis() -> None:
    line = Line("a", [-1, 0, 1, 2, 3, 4], [1, 1, math.inf, 1, math.nan, 1], "red")
    (path,) = paths(line_chart([line], AXES))
    assert path.count("M") == 3 and path.count("L") == 0 and len(points(path)) == 3


def test_a_steep_curve_leaves_the_frame_but_not_the_picture_by_far() -> None:
    (path,) = paths(line_chart([Line("a", [0, 1], [0, 1e9], "red")], AXES))
    (_, low), (_, high) = points(path)
    assert high < AXES.place(0, 2)[1] and low - high < 3 * HEIGHT


def test_the_strong_curve_is_thicker_and_drawn_last() -> None:
    lines = [Line("strong", [0, 1], [0, 1], "red", strong=True), Line("b", [0, 1], [0, 1], "blue")]
    svg = line_chart(lines, AXES)
    assert re.findall(r'stroke="(\w+)" stroke-width="([\d.]+)"', svg) == [
        ("blue", "1.8"),
        ("red", "3"),
    ]
    assert svg.index("strong</span>") < svg.index("b</span>")  # the legend keeps the order


def test_a_spread_is_drawn_as_dots_with_whiskers() -> None:
    svg = line_chart([Line("a", [2, 4], [1, 1], "red", spread=[(0.5, 1.5), (1, 1)])], AXES)
    x, y = AXES.place(2, 1)
    assert f'<circle cx="{x}" cy="{y}"' in svg and svg.count("<circle") == 2
    assert f'd="M{x} {AXES.place(2, 0.5)[1]}V{AXES.place(2, 1.5)[1]}"' in svg


@pytest.mark.parametrize("shown", [True, False])
def test_marker_and_level_are_left_out_beyond_the_axes(shown: bool) -> None:
    at = 1.0 if shown else 99.0
    marked = Axes("t", "x", (0, 10), (0, 2), Marker(at, "these logits"), Level(at, "the least"))
    svg = line_chart([], marked)
    assert svg.count('class="marker"') == (2 if shown else 0)
    assert ("these logits" in svg) == ("the least" in svg) == shown


def test_it_can_be_read_aloud_and_nothing_in_it_is_markup() -> None:
    svg = line_chart([Line("<b>", [0], [0], "red")], AXES)
    assert 'aria-label="Loss &amp; more; steps; &lt;b&gt;"' in svg and "<b>" not in svg
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img"' in svg


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-0.5, 2.5, [-0.5, 0, 0.5, 1, 1.5, 2, 2.5])],
)
def test_ticks_are_round(low: float, high: float, wanted: list[float]) -> None:
    assert ticks(low, high) == wanted


@pytest.mark.parametrize("high", [0.003, 0.7, 1.05, 9, 600, 4_000, 123_456])
def test_there_are_neither_too_few_nor_too_many_ticks(high: float) -> None:
    found = ticks(0, high)
    assert 4 <= len(found) <= 9 and found[0] == 0 and found[-1] <= high
