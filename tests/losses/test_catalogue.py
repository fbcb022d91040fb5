"""Every entry of the catalogue: the lines of PyTorch that the explorer shows are executed and give
our own loss's value; each loss has its own colour, and its texts."""

import re

import pytest
import torch

from losslens.losses import LOSSES, Loss
from losslens.losses.catalogue import FAMILIES, colour_of
from losslens.ui.i18n import WORDS
from support.shipped import WHOLE, shipped


@pytest.mark.parametrize("key", shipped("digits"))
@pytest.mark.parametrize("language", WHOLE)
def test_every_shipped_loss_has_all_texts(language: str, key: str) -> None:
    for part in ("name", "note", "asks", "use", "avoid"):
        assert WORDS[language].own.get(f"losses.{key}.{part}"), part
    assert WORDS["en"].loss(key) == LOSSES[key].label


@pytest.mark.parametrize("key", [key for key, loss in LOSSES.items() if loss.code])
def test_the_shown_lines_give_our_value(key: str) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(12, 10, generator=generator)
    target = torch.randint(0, 10, (12,), generator=generator)
    counts = torch.bincount(target, minlength=10) + torch.arange(10) ** 2 + 1
    names = {"logits": logits, "target": target, "counts": counts}
    exec(LOSSES[key].code, names)
    ours = LOSSES[key].for_counts(counts)(logits, target)
    torch.testing.assert_close(names["loss"], ours.mean(), rtol=1e-5, atol=1e-5)
    torch_class = LOSSES[key].torch_class.removeprefix("torch.nn.")
    assert torch_class in LOSSES[key].code
    assert hasattr(torch.nn, torch_class) or torch_class == ""
    assert ("counts" in LOSSES[key].code) == LOSSES[key].uses_counts


@pytest.mark.parametrize("key", LOSSES)
def test_the_shown_lines_import_what_they_use_and_no_more(key: str) -> None:
    code = LOSSES[key].code
    lines = [text for text in code.split("\n") if not text.startswith(("import", "from", "#"))]
    shown = "\n".join(lines).replace("nn.functional", "")
    imports = {"F": "import torch.nn.functional as F\n", "nn": "from torch import nn\n"}
    for name, line in imports.items():
        assert (f"{name}." in shown) == (line in code)


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_is_of_a_family_and_names_its_twin(key: str) -> None:
    assert LOSSES[key].family in FAMILIES
    assert LOSSES[key].same_as in ("", *LOSSES)


def test_every_loss_has_its_own_colour() -> None:
    colours = [colour_of(key) for key in LOSSES]
    assert len(set(colours)) == len(colours)
    given = [loss.colour for loss in LOSSES.values() if loss.colour]
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in given)


def test_losses_without_a_colour_get_colours_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        new = Loss(key=f"new_{number}", label="New", fn=LOSSES["mse"].fn)
        monkeypatch.setitem(LOSSES, new.key, new)
    colours = [colour_of(key) for key in LOSSES]
    assert all(colours) and len(set(colours)) == len(colours)


def test_a_loss_of_no_catalogue_has_the_colour_of_the_text() -> None:
    assert colour_of("own") == "currentColor"
