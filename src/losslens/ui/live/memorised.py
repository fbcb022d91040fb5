"""The wrongly labelled examples that each network of a live run has memorised, as pictures."""

from dataclasses import dataclass

import torch

from losslens.live.config import LiveConfig, Point
from losslens.live.material import Material, material
from losslens.tasks import TASKS
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.live.names import loss_name
from losslens.ui.report.pictures import picture_url

_SHOWN = 6  # pictures of a loss


@dataclass(frozen=True)
class _Mistaken:
    """A wrongly labelled example."""

    picture: str  # as a data URL
    said: str  # what it is, and what it was called


def memorised_html(config: LiveConfig, end: Point, words: Words) -> Markup:
    """For each loss how many wrong labels it repeats at the ``end`` of the first seed, and a few of
    them; nothing where no label is wrong."""
    if not end.repeats:
        return Markup("")
    given = material(config)
    rows = [
        {
            "loss": loss_name(config, key, words),
            "said": words["live.memorised_count"].format(
                repeated=f"{sum(end.repeats[index]):,}", count=f"{len(given.wrong):,}"
            ),
            "pictures": _pictures(config, given, end, index, words),
        }
        for index, key in enumerate(config.losses)
    ]
    return render("live/memorised.html", title=words["live.memorised_title"], rows=rows)


def _pictures(
    config: LiveConfig, given: Material, end: Point, loss: int, words: Words
) -> list[_Mistaken]:
    """The examples that ``loss`` repeats, those first that the fewest others repeat."""
    if given.dataset.images.dtype != torch.uint8:  # a backbone's features show nothing
        return []
    others = [sum(row[place] for row in end.repeats) for place in range(len(given.wrong))]
    repeated = [place for place, each in enumerate(end.repeats[loss]) if each]
    chosen = sorted(repeated, key=others.__getitem__)[:_SHOWN]
    return [_mistaken(config, given, int(given.wrong[place]), words) for place in chosen]


def _mistaken(config: LiveConfig, given: Material, position: int, words: Words) -> _Mistaken:
    task = TASKS[config.task]
    truth, called = (
        words.label(config.task, task.labels[int(labels[position])])
        for labels in (given.truth, given.dataset.target)
    )
    said = words["live.memorised_one"].format(truth=truth, called=called)
    return _Mistaken(picture_url(given.dataset.images[position], task), said)
