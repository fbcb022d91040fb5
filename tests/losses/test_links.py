"""A loss's own link undoes what the loss asks for: of the best logits it gives the class
distribution back; and it is what can be derived by hand."""

import math

import pytest
import torch
import torch.nn.functional as F

from losslens.losses import LOSSES
from losslens.losses.analysis import asked
from losslens.losses.links import stationary

LINKED = [key for key, loss in LOSSES.items() if loss.link]
ALONE = {"mse", "bce", "asymmetric"}  # ask for each class alone: rows need not sum to 1
UNLINKED = {"margin", "mae", "nce_rce"}  # their best logits do not tell the distribution


@pytest.mark.parametrize("shares", [(0.6, 0.3, 0.1), (0.4, 0.35, 0.25), (0.9, 0.1)])
@pytest.mark.parametrize("key", LINKED)
def test_the_link_of_the_best_logits_is_the_class_distribution(
    key: str, shares: tuple[float, ...]
) -> None:
    assert asked(LOSSES[key], shares).own == pytest.approx(shares, abs=2e-3)


def test_only_losses_that_hide_the_distribution_have_no_link() -> None:
    assert {key for key in LOSSES if key not in LINKED} == UNLINKED
    for key in ("mae", "nce_rce"):  # certain of the most likely class, whatever the rest
        for shares in ((0.6, 0.3, 0.1), (0.4, 0.35, 0.25)):
            assert asked(LOSSES[key], shares).softmax[0] > 0.999


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("cross_entropy", (0.6, 0.3, 0.1)),
        ("brier", (0.6, 0.3, 0.1)),
        ("kl_div", (0.573, 0.303, 0.123)),
        ("label_smoothing", (0.573, 0.303, 0.123)),
        ("bce", (0.735, 0.210, 0.054)),
        ("focal", (0.489, 0.353, 0.158)),
        ("gce", (0.908, 0.090, 0.002)),
        ("mse", (0.426, 0.316, 0.258)),
        ("margin", (math.e / (math.e + 2), 1 / (math.e + 2), 1 / (math.e + 2))),
    ],
)
def test_what_a_loss_asks_for_as_softmax(key: str, expected: tuple[float, ...]) -> None:
    assert asked(LOSSES[key], (0.6, 0.3, 0.1)).softmax == pytest.approx(expected, abs=1e-3)


def test_the_hinge_says_nothing_where_no_class_has_half_the_mass() -> None:
    """Crammer and Singer's is not Fisher-consistent there: all logits equal is best."""
    assert asked(LOSSES["margin"], (0.4, 0.35, 0.25)).softmax == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("key", ["class_weighted", "logit_adjusted"])
def test_losses_for_rare_classes_take_out_how_common_the_classes_are(key: str) -> None:
    asks = asked(LOSSES[key], (0.6, 0.3, 0.1), as_common=False).softmax
    assert asks == pytest.approx([1 / 3] * 3, abs=1e-3)


@pytest.mark.parametrize("shares", [(1.0,), (0.5, 0.6), (1.0, 0.0), (0.1,) * 11])
def test_what_is_no_distribution_is_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        asked(LOSSES["mse"], shares)


@pytest.mark.parametrize("key", LINKED)
def test_links_keep_the_contract_also_for_extreme_logits(key: str) -> None:
    link = LOSSES[key].link
    assert link is not None
    for logits in (torch.randn(8, 10) * 3, torch.eye(10) * 1e3, torch.eye(10) * -1e3):
        probs = link(logits)
        assert probs.shape == logits.shape and probs.dtype == logits.dtype
        assert ((probs >= 0) & (probs <= 1)).all()
        if key not in ALONE:
            torch.testing.assert_close(probs.sum(dim=1), torch.ones(len(logits)))


def test_links_by_hand() -> None:
    logits = torch.randn(8, 10, generator=torch.Generator().manual_seed(0)).double()
    p = logits.softmax(1)
    for key, expected in (
        ("cross_entropy", p),
        ("kl_div", F.normalize(((p - 0.01) / 0.9).clamp_min(0), p=1, dim=1)),
        ("mse", logits.clamp(0, 1)),
        ("bce", torch.sigmoid(logits)),
        ("gce", F.normalize(p**0.3, p=1, dim=1)),
        ("focal", F.normalize(p / ((1 - p) ** 2 - 2 * (1 - p) * p * p.log()), p=1, dim=1)),
    ):
        link = LOSSES[key].link
        assert link is not None
        torch.testing.assert_close(link(logits), expected)


@pytest.mark.parametrize("key", ["cross_entropy", "focal", "gce", "poly1", "sce"])
def test_the_general_link_agrees_with_those_in_closed_form(key: str) -> None:
    logits = torch.randn(8, 5, generator=torch.Generator().manual_seed(0)).double()
    link = LOSSES[key].link
    assert link is not None
    torch.testing.assert_close(stationary(LOSSES[key].fn, logits), link(logits))
