"""Two runs side by side: the one that is done, and an earlier one that it is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from losslens.live.losses import OWN
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.links import as_text
from losslens.ui.live.names import control_name
from losslens.ui.live.settings import choices_of_controls, first, of_link

MOST_CHARACTERS = 2000  # of a run's settings as a text
MOST_KEPT = 3  # finished runs of an open page


@dataclass(frozen=True)
class Kept:
    """A finished run as a page keeps it."""

    query: str  # its settings, as a link says them
    conclusions: Markup
    charts: Markup


def query_of(values: Mapping[str, Any], formula: str) -> str:
    """The settings of a run as a link says them: those that are not as at first."""
    usual = first()
    said = {name: as_text(values[name]) for name in usual if values[name] != usual[name]}
    own = {"formula": formula} if OWN in values["losses"] else {}
    return urlencode({name: text or "" for name, text in (said | own).items()})


def settings_of(query: object) -> tuple[dict[str, Any], str]:
    """The controls' values and the formula of such a text; of anything else, those at first."""
    known = isinstance(query, str) and len(query) <= MOST_CHARACTERS
    asked = of_link(dict(parse_qsl(str(query)))) if known else None
    return asked[:2] if asked else (first(), "")


def with_kept(kept: Mapping[str, Kept], run: Kept) -> dict[str, Kept]:
    """The runs of a page with one more; the oldest of too many are forgotten."""
    runs = {key: each for key, each in kept.items() if key != run.query} | {run.query: run}
    return dict(list(runs.items())[-MOST_KEPT:])


def compared_html(run: Kept, other: Kept, words: Words) -> Markup:
    """What each came to, with its curves, below the settings in which they differ."""
    runs = [
        {"title": words[f"live.compared.{name}"], "settings": said, "run": each}
        for (name, each), said in zip(
            (("this", run), ("other", other)), differing(run.query, other.query, words), strict=True
        )
    ]
    return render("live/compared.html", title=words["live.compared.title"], runs=runs)


def differing(one: str, other: str, words: Words) -> tuple[str, str]:
    """In what settings two runs differ, said of each; that they do not, where they do not."""
    (values, formula), (others, another) = settings_of(one), settings_of(other)
    names = [name for name in values if values[name] != others[name]]
    said = [
        words["common.list_comma"].join(
            [_setting(name, given[name], words) for name in names]
            + ([typed] if formula != another else [])
        )
        for given, typed in ((values, formula), (others, another))
    ]
    same = words["live.compared.same"]
    return said[0] or same, said[1] or same


def described(query: object, words: Words) -> str:
    """The settings of a run that are not as at first."""
    values, formula = settings_of(query)
    usual = first()
    said = [_setting(name, each, words) for name, each in values.items() if each != usual[name]]
    typed = [formula] if formula else []
    return words["common.list_comma"].join([*said, *typed]) or words["live.preset_clean"]


def _setting(name: str, value: Any, words: Words) -> str:
    if name == "losses":
        shown = words.names(value)
    elif name == "task":
        shown = words.task(value, "live")
    elif name in choices_of_controls():
        shown = words[f"live.{name}_{value}"]
    else:
        shown = as_text(value) or ""
    return words["live.compared.setting"].format(name=control_name(name, words), value=shown)
