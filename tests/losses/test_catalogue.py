"""Every entry of the catalogue: the lines of PyTorch that the explorer shows are executed and give
our own loss's value; each loss has its own colour, and its texts."""

import inspect
import re

import pytest
import torch

from losslens.losses import LOSSES, Loss
from losslens.losses.catalogue import FAMILIES, MARKS, card_losses, colour_of, mark_of
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


@pytest.mark.parametrize("key", [key for key, loss in LOSSES.items() if loss.parameter])
def test_a_parameter_is_the_functions_own_and_changes_the_value(key: str) -> None:
    loss = LOSSES[key]
    each = loss.parameter
    assert inspect.signature(loss.fn).parameters[each.name].default == each.default
    assert each.low <= each.default <= each.high and each.step > 0
    logits, target = torch.tensor([[0.4, 0.1, -0.3], [2.0, 0.0, -1.0]]), torch.tensor([1, 0])
    counts = torch.tensor([50, 10, 2])
    values = [
        loss.with_parameter(value).for_counts(counts)(logits, target)
        for value in (each.low, each.default, each.high)
    ]
    assert all(value.isfinite().all() for value in values)
    assert torch.equal(values[1], loss.for_counts(counts)(logits, target))
    assert not torch.allclose(values[0], values[2])
    assert loss.with_parameter(each.default) is loss
    assert loss.with_parameter(each.high).link is None


def test_every_loss_has_a_mark_that_no_other_has() -> None:
    marks = [mark_of(key) for key in LOSSES]
    assert len(set(marks)) == len(marks) and set(marks) <= set(MARKS)
    assert mark_of("own") in MARKS


# Of linear RGB, as seen by eyes without long, middle or short cones. Machado et al. 2009,
# https://doi.org/10.1109/TVCG.2009.113
VISIONS = {
    "all cones": torch.eye(3),
    "protanopia": torch.tensor(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": torch.tensor(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": torch.tensor(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# From linear RGB to cones, and from their cube roots to Oklab. https://bottosson.github.io/posts/oklab
CONES = torch.tensor(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OKLAB = torch.tensor(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
GROUNDS = ("#ffffff", "#1e293b")  # of the page, light and dark
APART = 0.07  # in Oklab; the losses' former colours had pairs as near as 0.005


def linear(colours: list[str]) -> torch.Tensor:
    """Linear RGB (N, 3) of colours as CSS writes them."""
    values = torch.tensor([[int(each[i : i + 2], 16) / 255 for i in (1, 3, 5)] for each in colours])
    return torch.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("vision", VISIONS)
def test_the_colours_of_the_cards_are_told_apart_by_all_eyes(vision: str) -> None:
    seen = (linear([colour_of(key) for key in card_losses()]) @ VISIONS[vision].T).clamp(0, 1)
    lab = (seen @ CONES.T) ** (1 / 3) @ OKLAB.T
    assert torch.pdist(lab).min() > APART


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_colours_of_the_cards_stand_out_on_the_page(ground: str) -> None:
    """3 to 1, as WCAG 2.2 asks for graphics."""
    weights = torch.tensor([0.2126, 0.7152, 0.0722])
    marks, page = (linear([*each]) @ weights for each in (map(colour_of, card_losses()), [ground]))
    high, low = torch.maximum(marks, page), torch.minimum(marks, page)
    assert ((high + 0.05) / (low + 0.05)).min() >= 3


@pytest.mark.parametrize("key", [key for key, loss in LOSSES.items() if loss.perfect_fit])
def test_a_perfect_fit_is_where_the_loss_is_least(key: str) -> None:
    """By steepest descent on one example, from logits of 0."""
    loss, fit = LOSSES[key], LOSSES[key].perfect_fit
    assert fit is not None
    for classes in (2, 10):
        logits = torch.zeros(1, classes, requires_grad=True)
        optimizer = torch.optim.Adam([logits], lr=0.05)
        for _ in range(400):
            optimizer.zero_grad()
            loss.fn(logits, torch.tensor([0])).sum().backward()
            optimizer.step()
        assert logits.softmax(dim=1)[0, 0].item() == pytest.approx(fit(classes), abs=0.005)
