"""The lines of PyTorch that the explorer shows are executed, and give our own loss's value."""

import pytest
import torch

from losslens.losses import LOSSES
from losslens.ui.i18n import LANGUAGES, WORDS


def test_every_loss_has_its_facts_in_both_languages() -> None:
    assert list(LOSSES) == list(LOSSES)
    for language in LANGUAGES:
        for key in LOSSES:
            for part in ("loss", "note_digits", "note_pets", "asks", "use", "avoid"):
                assert WORDS[language][f"{part}_{key}"]


@pytest.mark.parametrize("key", LOSSES)
def test_the_shown_lines_give_our_value(key: str) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(12, 10, generator=generator)
    target = torch.randint(0, 10, (12,), generator=generator)
    names = {"logits": logits, "target": target}
    exec(LOSSES[key].code, names)
    torch.testing.assert_close(names["loss"], LOSSES[key].fn(logits, target).mean())
    torch_class = LOSSES[key].torch_class.removeprefix("torch.nn.")
    assert hasattr(torch.nn, torch_class) and torch_class in LOSSES[key].code


@pytest.mark.parametrize("key", LOSSES)
def test_the_shown_lines_import_what_they_use_and_no_more(key: str) -> None:
    code = LOSSES[key].code
    for name, line in (
        ("F", "import torch.nn.functional as F\n"),
        ("nn", "from torch import nn\n"),
    ):
        shown = "\n".join(
            text for text in code.split("\n") if not text.startswith(("import", "from", "#"))
        )
        assert (f"{name}." in shown.replace("nn.functional", "")) == (line in code)
