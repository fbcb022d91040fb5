"""The playground's settings: the presets are possible, and every loss is a choice."""

import json

import pytest

from losslens.losses import LOSSES
from losslens.ui.glossary import Explainer
from losslens.ui.i18n import WORDS
from losslens.ui.playground.settings import CHOICES, FIRST, MAX_LOSSES, PRESETS, RANGES, setup
from losslens.ui.tabs.playground import playground_html


@pytest.mark.parametrize("preset", ["", *PRESETS])
def test_what_a_preset_asks_for_is_allowed(preset: str) -> None:
    settings = FIRST | PRESETS.get(preset, {})
    assert settings.keys() == FIRST.keys() == {*RANGES, *CHOICES, "losses"}
    for name, (low, high) in RANGES.items():
        assert low <= settings[name] <= high
    for name, choices in CHOICES.items():
        assert settings[name] in choices
    assert 0 < len(settings["losses"]) <= MAX_LOSSES and set(settings["losses"]) <= set(LOSSES)


@pytest.mark.parametrize("language", WORDS)
def test_the_browser_is_told_every_loss_and_every_text(language: str) -> None:
    told = json.loads(json.dumps(setup(WORDS[language]), allow_nan=False))
    assert told["losses"].keys() == LOSSES.keys()
    assert all(loss["name"] and loss["colour"] for loss in told["losses"].values())
    assert {"play", "pause", "said_differ", "gap"} <= told["words"].keys()
    html = playground_html(WORDS[language], Explainer(WORDS[language]))
    # Gradio fills {{ }} and ${ } in a template itself: there must be none.
    assert "{{" not in html and "${" not in html
    for key in LOSSES:
        assert f'value="{key}"' in html
