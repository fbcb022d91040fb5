"""The feature view as HTML."""

import html
import json
import re

import pytest
import torch

from losslens.live.config import MAX_LOSSES
from losslens.live.feature_view import feature_view
from losslens.losses import LOSSES
from losslens.ui.explorer.features import features_html
from losslens.ui.i18n import WORDS


def told(text: str) -> dict[str, object]:
    """What the browser is told."""
    (data,) = re.findall(r'data-view="([^"]*)"', text)
    return dict(json.loads(html.unescape(data)))


@pytest.mark.parametrize("language", WORDS)
def test_a_plane_for_each_loss_and_what_they_come_to(language: str) -> None:
    words, chosen = WORDS[language], ["cross_entropy", "gce"]
    text = features_html(chosen, None, words)
    assert re.findall(r'<figure data-loss="(\w+)"', text) == chosen
    assert [plane["star"] for plane in told(text)["planes"]] == [None, None]  # type: ignore[attr-defined]
    ends = {loss: feature_view().trainings[loss].separation[-1] for loss in chosen}
    best = max(ends, key=lambda loss: ends[loss])
    said = re.search(r'features-said">(.*?)</p>', text)
    assert said and f"{ends[best]:.2f}" in said[1]
    assert text.count("<svg") >= 1  # class separation over the training
    assert f"<summary>{words['common.data']}</summary>" in text  # opens a table of it


def test_the_visitors_digit_is_a_star_at_each_moment() -> None:
    text = features_html(["focal"], torch.rand(1, 28, 28), WORDS["en"])
    (plane,) = told(text)["planes"]  # type: ignore[misc]
    assert len(plane["star"]) == len(feature_view().seen)  # type: ignore[index]
    assert WORDS["en"].task("digits", "tab") in text


def test_a_loss_that_was_not_trained_for_it_is_named_and_no_loss_is_no_fault() -> None:
    text = features_html(["hinge of mine", "gce"], None, WORDS["en"])
    assert "Not trained for this view yet: hinge of mine." in text and 'data-loss="gce"' in text
    assert "<figure" not in features_html([], None, WORDS["en"])
    every = features_html(list(LOSSES), None, WORDS["en"])
    assert every.count("<figure data-loss") == MAX_LOSSES
