"""Charts of curves: points stand where their values are, ticks are round, the frame holds all."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from losslens.ui.charts.line import HEIGHT, WIDTH, Axes, Level, Line, Marker, line_chart, ticks

AXES = Axes("A title", "the x axis", x_range=(2.0, 6.0), y_range=(-1.0, 3.0))
RISING = Line("rising", [2.0, 4.0, 6.0], [-1.0, 1.0, 3.0], "red")


@dataclass(frozen=True)
class Frame:
    """The rectangle that the curves are drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def drawn(*lines: Line, axes: Axes = AXES) -> ElementTree.Element:
    """The chart, read as XML."""
    return ElementTree.fromstring(line_chart(lines, axes))


def frame(chart: ElementTree.Element) -> Frame:
    inner = chart.find("div/svg/svg")
    left, top, width, height = (float(inner.get(name)) for name in ("x", "y", "width", "height"))
    return Frame(left, top, left + width, top + height)


def curves(chart: ElementTree.Element) -> list[ElementTree.Element]:
    """The paths of the curves themselves, without the whiskers of dots."""
    return [path for path in chart.findall("div/svg/svg/path") if path.get("fill") == "none"]


def steps(path: ElementTree.Element) -> list[tuple[str, float, float]]:
    """Each command of a path with its place: M begins a line, L goes on with it."""
    found = re.findall(r"([ML])([-\d.]+) ([-\d.]+)", path.get("d"))
    return [(command, float(across), float(down)) for command, across, down in found]


def pen(chart: ElementTree.Element) -> str:
    return "".join(command for command, _, _ in steps(curves(chart)[0]))


def dashed(chart: ElementTree.Element) -> list[ElementTree.Element]:
    return [path for path in chart.findall("div/svg/path") if path.get("class") == "marker"]


def texts(chart: ElementTree.Element, anchor: str) -> dict[str, tuple[float, float]]:
    """The numbers beside the axes with their places: those that end there, or are centred."""
    return {
        text.text: (float(text.get("x")), float(text.get("y")))
        for text in chart.findall("div/svg/text")
        if text.get("class") == "tick" and text.get("text-anchor") == anchor
    }


def line_of(ys: Sequence[float], xs: Sequence[float] = (2.0, 3.0, 4.0, 5.0, 6.0)) -> Line:
    return Line("line", xs, ys, "blue")


def test_a_curve_is_one_line_through_all_its_points() -> None:
    chart = drawn(line_of([0.0, 1.0, 0.5, 2.0, 1.5]))
    assert pen(chart) == "MLLLL"


@pytest.mark.parametrize("gap", [math.nan, math.inf, -math.inf])
def test_a_curve_is_broken_where_a_value_is_not_finite(gap: float) -> None:
    assert pen(drawn(line_of([0.0, 1.0, gap, 2.0, 1.5]))) == "MLML"
    assert pen(drawn(line_of([gap, 1.0, 1.0, 2.0, gap]))) == "MLL"
    assert pen(drawn(line_of([gap] * 5))) == ""


def test_a_curve_ends_at_both_ends_of_the_axis() -> None:
    chart = drawn(line_of([1.0] * 6, xs=[1.9, 2.0, 3.0, 5.0, 6.0, 6.1]))
    assert pen(chart) == "MLLL"
    across = [place for _, place, _ in steps(curves(chart)[0])]
    assert (across[0], across[-1]) == (frame(chart).left, frame(chart).right)


def test_every_point_stands_where_its_values_are() -> None:
    chart = drawn(RISING)
    edges = frame(chart)
    middle = ((edges.left + edges.right) / 2, (edges.top + edges.bottom) / 2)
    places = [(across, down) for _, across, down in steps(curves(chart)[0])]
    expected = [(edges.left, edges.bottom), middle, (edges.right, edges.top)]
    for place, right in zip(places, expected, strict=True):
        assert place == pytest.approx(right, abs=0.1)


def test_the_frame_lies_in_the_picture_and_clips_the_curves_without_scaling_them() -> None:
    chart = drawn(RISING)
    edges, inner = frame(chart), chart.find("div/svg/svg")
    _, _, width, height = map(float, chart.find("div/svg").get("viewBox").split())
    assert 0 < edges.left < edges.right < width and 0 < edges.top < edges.bottom < height
    assert edges.right - edges.left > width / 2 and edges.height > height / 2
    assert inner.get("viewBox").split() == [
        inner.get(name) for name in ("x", "y", "width", "height")
    ]


def test_values_beyond_the_frame_are_drawn_one_height_beyond_it_at_most() -> None:
    chart = drawn(line_of([1e9, 3.5, 1.0, -1.5, -1e9]))
    edges = frame(chart)
    downs = [down for _, _, down in steps(curves(chart)[0])]
    eighth = edges.height / 8
    expected = [edges.top - edges.height, edges.top - eighth, (edges.top + edges.bottom) / 2]
    expected += [edges.bottom + eighth, edges.bottom + edges.height]
    assert downs == pytest.approx(expected, abs=0.1)


def test_as_many_values_as_places_are_asked_for() -> None:
    with pytest.raises(ValueError, match="shorter"):
        drawn(Line("short", [2.0, 3.0], [1.0], "red"))


def test_a_strong_line_is_thicker_and_above_while_the_legend_keeps_the_order() -> None:
    strong = Line("strong", RISING.xs, RISING.ys, "blue", strong=True)
    chart = drawn(strong, RISING)
    below, above = curves(chart)
    assert (below.find("title").text, above.find("title").text) == ("rising", "strong")
    assert float(below.get("stroke-width")) < float(above.get("stroke-width"))
    assert (below.get("stroke"), above.get("stroke")) == ("red", "blue")
    legend = chart.findall("div/button")
    assert ["".join(entry.itertext()) for entry in legend] == ["strong", "rising"]
    assert [entry.find("i").get("style") for entry in legend] == [
        "background:blue",
        "background:red",
    ]


def test_a_reader_of_the_page_is_told_title_axis_and_lines() -> None:
    chart = drawn(RISING, replace(RISING, label="p < q & r"))
    told = chart.find("div/svg").get("aria-label")
    assert told == "A title; the x axis; rising, p < q & r"
    assert chart.find("figcaption").text == "A title"
    (axis,) = (text for text in chart.findall("div/svg/text") if text.get("class") == "axis")
    edges = frame(chart)
    assert axis.text == "the x axis"
    assert float(axis.get("x")) == pytest.approx((edges.left + edges.right) / 2)


def test_nothing_in_it_is_markup() -> None:
    svg = line_chart([Line("<b>", [2.0], [0.0], "red")], AXES)
    assert svg.count("&lt;b&gt;") == 5 and "<b>" not in svg
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img"' in svg


def test_spread_values_are_dots_with_whiskers_from_end_to_end() -> None:
    chart = drawn(replace(RISING, spread=[(-1.0, 0.0), (0.0, 3.0), (2.0, 3.0)]))
    edges, dots = frame(chart), chart.findall("div/svg/svg/circle")
    assert [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots] == [
        (across, down) for _, across, down in steps(curves(chart)[0])
    ]
    whiskers = [
        path.get("d") for path in chart.findall("div/svg/svg/path") if path.get("fill") is None
    ]
    across, low, high = map(
        float, re.fullmatch(r"M([\d.]+) ([\d.]+)V([\d.]+)", whiskers[1]).groups()
    )
    assert across == float(dots[1].get("cx"))
    assert (low, high) == pytest.approx((edges.bottom - edges.height / 4, edges.top), abs=0.1)


def test_a_dashed_line_stands_at_the_marker_from_bottom_to_top() -> None:
    chart = drawn(RISING, axes=replace(AXES, marker=Marker(3.0, "you & me")))
    (line,) = dashed(chart)
    edges = frame(chart)
    across, start, end = map(
        float, re.fullmatch(r"M([\d.]+) ([\d.]+)V([\d.]+)", line.get("d")).groups()
    )
    assert across == pytest.approx(edges.left + (edges.right - edges.left) / 4, abs=0.1)
    assert {start, end} == {edges.top, edges.bottom}
    assert line.find("title").text == "you & me"


def test_a_dashed_line_lies_at_the_level_from_side_to_side_with_its_label() -> None:
    chart = drawn(RISING, axes=replace(AXES, level=Level(2.0, "guessing")))
    (line,) = dashed(chart)
    edges = frame(chart)
    start, down, end = map(
        float, re.fullmatch(r"M([\d.]+) ([\d.]+)H([\d.]+)", line.get("d")).groups()
    )
    assert (start, end) == (edges.left, edges.right)
    assert down == pytest.approx(edges.top + edges.height / 4, abs=0.1)
    across, below = texts(chart, "end")["guessing"]
    assert across == edges.right and down < below < down + 30


@pytest.mark.parametrize(("name", "kind"), [("marker", Marker), ("level", Level)])
def test_a_dashed_line_is_drawn_within_the_frame_alone_ends_included(
    name: str, kind: type[Marker] | type[Level]
) -> None:
    def lines(place: float) -> int:
        return len(dashed(drawn(RISING, axes=replace(AXES, **{name: kind(place)}))))

    low, high = AXES.x_range if name == "marker" else AXES.y_range
    assert lines(low) == lines(high) == 1
    assert lines(low - 0.1) == lines(high + 0.1) == 0
    assert dashed(drawn(RISING)) == []


def test_the_numbers_stand_beside_their_values() -> None:
    chart = drawn(RISING)
    edges = frame(chart)
    below, beside = texts(chart, "middle"), texts(chart, "end")
    assert list(below) == ["2", "3", "4", "5", "6"]
    assert list(beside) == ["-1", "0", "1", "2", "3"]
    for text, (across, down) in below.items():
        share = (float(text) - 2) / 4
        assert across == pytest.approx(edges.left + share * (edges.right - edges.left), abs=0.1)
        assert edges.bottom < down < edges.bottom + 25
    for text, (across, down) in beside.items():
        share = (float(text) + 1) / 4
        assert down == pytest.approx(edges.bottom - share * edges.height, abs=6)
        assert edges.left - 15 < across < edges.left


def test_a_grid_line_runs_from_side_to_side_at_every_number() -> None:
    chart = drawn(RISING)
    edges = frame(chart)
    grid = [path.get("d") for path in chart.findall("div/svg/path") if path.get("class") == "grid"]
    found = [
        tuple(map(float, re.fullmatch(r"M([\d.]+) ([\d.]+)H([\d.]+)", d).groups())) for d in grid
    ]
    assert {(start, end) for start, _, end in found} == {(edges.left, edges.right)}
    downs = [down for _, down, _ in found]
    expected = [edges.bottom - index * edges.height / 4 for index in range(5)]
    assert downs == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-8, 8, [-8, -6, -4, -2, 0, 2, 4, 6, 8]),
        (0, 20, [0, 2.5, 5, 7.5, 10, 12.5, 15, 17.5, 20]),
        (0, 22, [0, 5, 10, 15, 20]),
        (0, 3.5, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]),
        (0, 0.06, [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06]),
        (0.1, 0.7, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        (0.95, 1.0, [0.95, 0.96, 0.97, 0.98, 0.99, 1.0]),
        (1.2, 7.9, [2, 3, 4, 5, 6, 7]),
        (-3.5, 1, [-3, -2, -1, 0, 1]),
        (0, 12_000, [0, 2000, 4000, 6000, 8000, 10_000, 12_000]),
    ],
)
def test_the_numbers_of_an_axis_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


def test_every_axis_has_four_to_nine_numbers_within_it_at_equal_steps() -> None:
    for size in range(1, 400):
        for low in (0.0, -0.37 * size, 1.234 * size):
            found = ticks(low, low + size * 0.013)
            assert 4 <= len(found) <= 9, (low, size)
            assert low - 1e-9 <= found[0] and found[-1] <= low + size * 0.013 + 1e-9
            apart = {round(b - a, 9) for a, b in pairwise(found)}
            assert len(apart) == 1


def test_a_curve_that_leaves_its_axis_is_told_of_and_no_other() -> None:
    axes = replace(AXES, beyond="some lies outside")
    assert "some lies outside" not in line_chart([RISING], axes)
    leaving = replace(RISING, ys=[-1.0, 1.0, 3.1])
    assert "some lies outside" in line_chart([leaving], axes)
    early = Line("early", [1.0, 4.0], [9.0, 1.0], "red")  # beyond the ends of x: left out
    assert "some lies outside" not in line_chart([early], axes)


def test_curves_of_one_label_share_an_entry_of_the_legend() -> None:
    chart = drawn(RISING, replace(RISING, ys=[0.0, 0.0, 0.0]))
    (entry,) = chart.findall("div/button")
    assert entry.get("data-label") == "rising" and len(curves(chart)) == 2


def test_axes_without_a_curve_are_drawn_and_cannot_be_read() -> None:
    chart = drawn()
    assert chart.findall("div/svg/text") and chart.find("div/div") is None
