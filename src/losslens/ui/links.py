"""What the address of a page carries: the tab in view and what is set there. All tabs use it.

A tab says with ``Links.add`` which of its controls go into a link. In the browser ``links.js``
writes the address as they change; ``restored`` sets them from it, as the page opens and by Back.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

_MOST_CHARACTERS = 4000  # of a query; one that is longer is not read
_LIVE = "live"  # links were to live training alone once, and named no tab

Query = Mapping[str, str]
Read = Callable[
    [Query], list[Any]
]  # from what a link says to an update for each of a part's outputs


@dataclass(frozen=True)
class Part:
    """A tab, or a page within one, whose settings a link carries."""

    tab: str
    page: str  # within the tab; "": it has none
    controls: Mapping[str, Any]  # components by their names in the link
    usual: Mapping[str, Any]  # what each stands on at first, which no link says; None: it says it
    needs: Mapping[str, tuple[str, str]]  # name -> (another, value): said while that has the value
    outputs: list[Any]
    read: Read
    by_hand: bool  # whether only what a visitor sets goes into the link
    address: Any = None  # a component that shows the part's address

    @property
    def key(self) -> str:
        """The tab, or tab/page."""
        return f"{self.tab}/{self.page}" if self.page else self.tab

    @property
    def events(self) -> list[Any]:
        """After which the address is written."""
        return [each.input if self.by_hand else each.change for each in self.controls.values()]

    def script(self) -> str:
        """What the browser does with the controls' values; it gives back the address."""
        told = {
            "names": list(self.controls),
            "usual": {name: as_text(value) for name, value in self.usual.items()},
            "needs": self.needs,
        }
        part, about = json.dumps(self.key), json.dumps(told)
        return f"(...values) => losslensLink.setAll({part}, {about}, values)"


@dataclass
class Links:
    """The parts of one page, while it is built."""

    parts: list[Part] = field(default_factory=list)
    pages: dict[str, tuple[gr.Tabs, dict[str, gr.Tab]]] = field(default_factory=dict)  # by tab

    def add(
        self,
        key: str,
        controls: Mapping[str, Any],
        *,
        usual: Mapping[str, Any] | None = None,
        needs: Mapping[str, tuple[str, str]] | None = None,
        restored: tuple[Sequence[Any], Read] | None = None,
        by_hand: bool = False,
    ) -> None:
        """Have a link carry these controls of the tab ``key``, or of the page ``tab/page``.

        ``restored`` is what a link sets, and how, where that is not just the controls; the rest is
        as in ``Part``.
        """
        tab, _, page = key.partition("/")
        first = {name: control.value for name, control in controls.items()} | {**(usual or {})}
        outputs, read = restored or ([*controls.values()], reader(controls, first))
        part = Part(tab, page, controls, first, needs or {}, [*outputs], read, by_hand)
        self.parts.append(part)

    def show(self, key: str, address: Any) -> None:
        """Have a component show the address of a part."""
        place = next(place for place, part in enumerate(self.parts) if part.tab == key)
        self.parts[place] = replace(self.parts[place], address=address)

    @property
    def outputs(self) -> list[Any]:
        """What ``restored`` updates behind the tabs of the page."""
        within = [inner for inner, _ in self.pages.values()]
        return [*within, *(output for part in self.parts for output in part.outputs)]

    def restored(self, search: object, tabs: Sequence[str]) -> list[Any]:
        """Updates of the tabs with these keys, and of all outputs.

        What ``search``, an address from its ?, leads to is set; all other parts stay as they are.
        """
        query = _parsed(search)
        tab = self._tab_of(query, tabs)
        page = self._page_of(query, tab)
        updates = [gr.Tabs(selected=tab) if tab else gr.skip()]
        updates += [gr.Tabs(selected=page) if key == tab else gr.skip() for key in self.pages]
        for part in self.parts:
            asked = part.tab == tab and part.page in ("", page)
            updates += part.read(query) if asked else [gr.skip()] * len(part.outputs)
        return updates

    def _tab_of(self, query: Query, tabs: Sequence[str]) -> str:
        """The tab that a link leads to; "" for none."""
        if "tab" in query:
            return query["tab"] if query["tab"] in tabs else ""
        return next((_LIVE for part in self.parts if _names_live(part, query)), "")

    def _page_of(self, query: Query, tab: str) -> str:
        if tab not in self.pages:
            return ""
        inner = self.pages[tab][1]
        return query["part"] if query.get("part") in inner else next(iter(inner))


def _names_live(part: Part, query: Query) -> bool:
    return part.tab == _LIVE and bool({*part.controls} & {*query})


def _parsed(search: object) -> dict[str, str]:
    if not isinstance(search, str) or len(search) > _MOST_CHARACTERS:
        return {}
    return dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))


def as_text(value: Any) -> str | None:
    """A value as links have it; None, which is no value, stays None."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:g}"
    return None if value is None else str(value)


def reader(controls: Mapping[str, Any], usual: Mapping[str, Any]) -> Read:
    """How a part is read whose outputs are its controls: what is not possible is as at first."""

    def read(query: Query) -> list[Any]:
        return [
            value_of(control, query[name], usual[name]) if name in query else usual[name]
            for name, control in controls.items()
        ]

    return read


def value_of(control: Any, text: str, usual: Any) -> Any:
    """The value of a control that ``text`` asks for: the nearest that it can have, or ``usual``."""
    match control:
        case gr.Checkbox():
            return text == "1"
        case gr.Slider():
            return nearest(text, control.minimum, control.maximum, usual)
        case gr.Dropdown(multiselect=True):
            allowed = [value for _, value in control.choices]
            return listed(text, allowed, control.max_choices) or usual
        case gr.Radio() | gr.Dropdown():
            return text if text in [value for _, value in control.choices] else usual
        case _:
            return text[: control.max_length]


def listed(text: str, allowed: Sequence[object], most: int | None) -> list[str]:
    """What of a list with commas there is, each once, and no more than so many."""
    return [each for each in dict.fromkeys(text.split(",")) if each in allowed][:most]


def nearest(text: str, low: float, high: float, usual: float) -> float:
    """The number from ``low`` to ``high`` that is nearest to ``text``; ``usual`` for no number."""
    number = number_of(text)
    return usual if math.isnan(number) else min(max(number, low), high)


def number_of(text: str) -> float:
    """The number that ``text`` is; NaN for none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
