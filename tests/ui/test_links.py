"""Links: what a tab says goes into the address, and what an address asks for is set."""

import json
import re
from typing import Any

import gradio as gr
import pytest

from losslens.live.losses import OWN
from losslens.tasks import TASKS
from losslens.ui import link_events
from losslens.ui.app import build
from losslens.ui.links import Links, Part, as_text, nearest, value_of
from losslens.ui.live.settings import parameter_names
from losslens.ui.playground import settings as playground
from support.dockerfile import ROOT


@pytest.fixture
def links() -> Links:
    """A page of two tabs, one of which has two pages within it."""
    with gr.Blocks():
        links = Links()
        size = gr.Slider(0, 10, 4)
        links.add("first", {"size": size, "kind": gr.Radio([("A", "a"), ("B", "b")], value="a")})
        with gr.Tabs() as inner:
            pages = {name: gr.Tab(id=name) for name in ("one", "two")}
        links.pages["second"] = inner, pages
        links.add("second/one", {"text": gr.Textbox("", max_length=5)})
        links.add("second/two", {"on": gr.Checkbox(False)})
    return links


def updates(links: Links, search: object) -> list[Any]:
    """What is set of (tabs, pages, size, kind, text, on); None for what stays as it is."""
    found = links.restored(search, ["first", "second"])
    assert len(found) == 1 + len(links.outputs)
    return [_plain(each) for each in found]


def _plain(update: Any) -> Any:
    if isinstance(update, gr.Tabs):
        return update.selected
    return None if isinstance(update, dict) and "value" not in update else update


def test_a_link_sets_its_own_part_alone(links: Links) -> None:
    assert updates(links, "?tab=first&size=7&kind=b") == ["first", None, 7, "b", None, None]
    assert updates(links, "?tab=second&part=two&on=1") == ["second", "two", *[None] * 3, True]
    assert updates(links, "?tab=second&text=p_y") == ["second", "one", None, None, "p_y", None]


def test_what_a_link_does_not_say_is_as_at_first(links: Links) -> None:
    assert updates(links, "?tab=first") == ["first", None, 4, "a", None, None]


@pytest.mark.parametrize(
    "search",
    ["", "?", "?tab=third", "?__theme=dark", None, 3, ["?"], "?tab=first&size=" + "9" * 9000],
)
def test_an_address_without_a_state_leaves_all_as_it_is(links: Links, search: object) -> None:
    assert updates(links, search) == [None] * 6


def test_what_is_not_possible_becomes_the_nearest_or_the_first(links: Links) -> None:
    assert updates(links, "?tab=first&size=99&kind=<b>")[2:4] == [10, "a"]
    assert updates(links, "?tab=first&size=nan")[2] == 4
    assert updates(links, "?tab=second&part=three&text=longer")[1:5] == ["one", None, None, "longe"]
    assert nearest("-inf", -1, 1, 0) == -1
    assert value_of(gr.Checkbox(), "yes", True) is False


def test_the_browser_is_told_names_and_first_values(links: Links) -> None:
    (told,) = re.findall(r"setAll\((.*), values\)", links.parts[0].script())
    assert json.loads(f"[{told}]") == [
        "first",
        {"names": ["size", "kind"], "usual": {"size": "4", "kind": "a"}, "needs": {}},
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "1"), (2.0, "2"), (0.03, "0.03"), (["a", "b"], "a,b"), ("x", "x"), (None, None)],
)
def test_values_as_text(value: object, text: str | None) -> None:
    assert as_text(value) == text


@pytest.fixture(scope="module")
def page_links() -> Links:
    """What the app's own page carries in its address."""
    pages: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link_events, "wire", lambda page, *rest: pages.append(page))
        build()
    return next(page.links for page in pages if page.words.language == "en")


# What the browser's scripts alone write and read: cards, samples, pages, the playground.
BY_SCRIPT = {
    ("lesson", "pages"): {"lesson"},
    ("lesson", "challenges"): {"challenge"},
    ("playground", ""): {*playground.FIRST, "edited", "step"},
}
OF_ANSWERS = {"open", "pinned", "sample"}


def test_the_document_names_every_parameter_and_no_other(page_links: Links) -> None:
    there = dict(BY_SCRIPT)
    for part in page_links.parts:
        extra = OF_ANSWERS if part.tab in TASKS else set()
        there[part.tab, part.page] = {*part.controls} | extra
    assert documented() == there


def documented() -> dict[tuple[str, str], set[str]]:
    """The names by tab and page, as ``docs/links.md`` has them."""
    text = (ROOT / "docs" / "links.md").read_text("utf-8").split("## What is shown")[1]
    found: dict[tuple[str, str], set[str]] = {}
    tabs: list[str] = []
    page = ""
    for where, named in re.findall(r"^\| (.*?) ?\| (`.*?`.*?) \|", text.split("## ")[0], re.M):
        names = re.findall(r"`([^`]+)`", named)
        if names == ["names"]:
            continue
        if where:
            tabs = re.findall(r"`(\w+)`", where)
            page = "".join(re.findall(r"`part=(\w+)`", where))
        if names[-2:] == ["z0", "z9"]:
            names = [*names[:-2], *(f"z{index}" for index in range(10))]
        if names == ["focal.gamma"]:
            names = list(parameter_names())
        for tab in tabs:
            found.setdefault((tab, page), set()).update(names)
    return found


def another(part: Part, name: str) -> Any:
    """A value that a control can have and does not have at first."""
    control, usual = part.controls[name], part.usual[name]
    match control:
        case gr.Checkbox():
            return not usual
        case gr.Number():
            return usual / 2 or 1
        case gr.Slider():
            return control.maximum if usual != control.maximum else control.minimum
        case gr.CheckboxGroup() | gr.Dropdown(multiselect=True):
            return [value for _, value in control.choices if value != OWN][-2:]
        case gr.Radio() | gr.Dropdown():
            return [value for _, value in control.choices if value != usual][-1]
        case _:
            return "sum((p - e) ** 2)"


# What else a link says where the value alone would not be possible.
WITH = {"formula": {"losses": "own"}} | {f"z{index}": {"classes": "10"} for index in range(10)}


def test_every_parameter_comes_back_from_an_address(page_links: Links) -> None:
    lost = []
    for part in page_links.parts:
        for place, name in enumerate(part.controls):
            value = another(part, name)
            needs = part.needs.get(name)
            query = {"tab": part.tab, **WITH.get(name, {}), name: as_text(value) or ""}
            if needs and name not in WITH:
                query[needs[0]] = needs[1]
            update = part.read(query)[place]
            if as_text(_value(update)) != as_text(value):
                lost.append((part.tab, part.page, name, value, update))
    assert lost == []


def _value(update: Any) -> Any:
    if isinstance(update, dict):
        return update.get("value")
    return update.value if isinstance(update, gr.components.Component) else update
