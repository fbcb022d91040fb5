"""Every loss against its contract, torch's own functions, its identities and its closed form."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.losses import LOSSES
from losslens.losses.functions import cross_entropy, focal, gce, kl_div, margin

Batch = tuple[Tensor, Tensor]


@pytest.fixture
def batch() -> Batch:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(16, 10, generator=generator, dtype=torch.float64) * 3
    return logits.requires_grad_(), torch.randint(0, 10, (16,), generator=generator)


def gradient(losses: Tensor, logits: Tensor) -> Tensor:
    return torch.autograd.grad(losses.sum(), logits)[0]


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_keeps_the_contract(key: str, batch: Batch) -> None:
    logits, target = batch
    losses = LOSSES[key].fn(logits, target)
    assert losses.shape == (16,)
    assert losses.isfinite().all() and (losses >= 0).all()
    slope = gradient(losses, logits)
    assert slope.isfinite().all() and slope.abs().sum() > 0


@pytest.mark.parametrize("key", LOSSES)
@pytest.mark.parametrize("size", [1e3, -1e3])
def test_every_loss_stays_finite_for_extreme_logits(key: str, size: float) -> None:
    logits = torch.zeros(1, 10)
    logits[0, 3] = size
    logits.requires_grad_()
    losses = LOSSES[key].fn(logits, torch.tensor([3]))
    assert losses.isfinite().all() and gradient(losses, logits).isfinite().all()


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_gradient_is_its_numerical_slope(key: str, batch: Batch) -> None:
    logits, target = batch
    assert torch.autograd.gradcheck(lambda z: LOSSES[key].fn(z, target), (logits,))


@pytest.mark.parametrize(
    "same", [lambda z, y: kl_div(z, y, eps=0.0), lambda z, y: focal(z, y, gamma=0.0)]
)
def test_special_cases_are_cross_entropy_in_value_and_gradient(same, batch: Batch) -> None:
    logits, target = batch
    expected = cross_entropy(logits, target)
    torch.testing.assert_close(same(logits, target), expected)
    torch.testing.assert_close(gradient(same(logits, target), logits), gradient(expected, logits))


def test_smoothed_kl_div_is_torchs_label_smoothing_less_a_constant(batch: Batch) -> None:
    logits, target = batch
    difference = F.cross_entropy(logits, target, label_smoothing=0.1, reduction="none") - kl_div(
        logits, target
    )
    torch.testing.assert_close(difference, difference[:1].expand(16))


def test_margin_is_the_largest_term_of_torchs_multi_margin(batch: Batch) -> None:
    logits, target = batch
    true_logit = logits.gather(1, target[:, None])
    terms = (1 + logits - true_logit).clamp_min(0).scatter(1, target[:, None], 0.0)
    torch.testing.assert_close(margin(logits, target), terms.amax(dim=1))
    assert (
        margin(logits, target) <= F.multi_margin_loss(logits, target, reduction="none") * 10 + 1e-9
    ).all()


def test_gce_runs_from_cross_entropy_to_half_the_absolute_error(batch: Batch) -> None:
    logits, target = batch
    torch.testing.assert_close(
        gce(logits, target, q=1e-9), cross_entropy(logits, target), rtol=1e-6, atol=1e-6
    )
    absolute = (logits.softmax(1) - F.one_hot(target, 10)).abs().sum(1)
    torch.testing.assert_close(gce(logits, target, q=1.0), absolute / 2)


# Three classes with probabilities 0.5, 0.3 and 0.2; the second is the true one.
KNOWN = torch.tensor([[math.log(0.5), math.log(0.3), math.log(0.2)]], dtype=torch.float64)


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


BY_HAND = {
    "cross_entropy": -math.log(0.3),
    "kl_div": sum(
        q * math.log(q / p) for q, p in ((1 / 30, 0.5), (0.9 + 1 / 30, 0.3), (1 / 30, 0.2))
    ),
    "mse": math.log(0.5) ** 2 + (math.log(0.3) - 1) ** 2 + math.log(0.2) ** 2,
    "brier": 0.5**2 + 0.7**2 + 0.2**2,
    "bce": -sum(math.log(s) for s in (1 / 1.5, sigmoid(math.log(0.3)), 1 / 1.2)),
    "focal": -(0.7**2) * math.log(0.3),
    "margin": 1 + math.log(0.5) - math.log(0.3),
    "gce": (1 - 0.3**0.7) / 0.7,
}


@pytest.mark.parametrize("key", BY_HAND)
def test_a_loss_of_known_probabilities_is_what_paper_and_pencil_give(key: str) -> None:
    assert LOSSES[key].fn(KNOWN, torch.tensor([1])).item() == pytest.approx(BY_HAND[key], rel=1e-12)


def smoothed(e: Tensor) -> Tensor:
    return 0.9 * e + 0.1 / e.shape[1]


def best_wrong(z: Tensor, e: Tensor) -> Tensor:
    return (z - 1e9 * e).amax(1)


# Each loss written out: its value (N,) and its gradient in z (N, C), from z, p = softmax(z), the
# one-hot e and p_y (N, 1).
CLOSED_FORMS = {
    "cross_entropy": (lambda z, p, e, p_y: -p_y.log().squeeze(1), lambda z, p, e, p_y: p - e),
    "kl_div": (
        lambda z, p, e, p_y: (smoothed(e) * (smoothed(e) / p).log()).sum(1),
        lambda z, p, e, p_y: p - smoothed(e),
    ),
    "mse": (lambda z, p, e, p_y: ((z - e) ** 2).sum(1), lambda z, p, e, p_y: 2 * (z - e)),
    "brier": (
        lambda z, p, e, p_y: ((p - e) ** 2).sum(1),
        lambda z, p, e, p_y: 2 * p * (p - e - ((p - e) * p).sum(1, keepdim=True)),
    ),
    "bce": (
        lambda z, p, e, p_y: (
            -(e * torch.sigmoid(z).log() + (1 - e) * torch.sigmoid(-z).log()).sum(1)
        ),
        lambda z, p, e, p_y: torch.sigmoid(z) - e,
    ),
    "focal": (
        lambda z, p, e, p_y: (-((1 - p_y) ** 2) * p_y.log()).squeeze(1),
        lambda z, p, e, p_y: ((1 - p_y) ** 2 - 2 * p_y * (1 - p_y) * p_y.log()) * (p - e),
    ),
    "margin": (
        lambda z, p, e, p_y: (1 + best_wrong(z, e) - (z * e).sum(1)).clamp_min(0),
        lambda z, p, e, p_y: (
            (1 + best_wrong(z, e) > (z * e).sum(1))[:, None]
            * ((z == best_wrong(z, e)[:, None]).double() - e)
        ),
    ),
    "gce": (
        lambda z, p, e, p_y: ((1 - p_y**0.7) / 0.7).squeeze(1),
        lambda z, p, e, p_y: p_y**0.7 * (p - e),
    ),
}


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("key", CLOSED_FORMS)
def test_value_and_gradient_are_the_closed_forms(key: str, classes: int) -> None:
    generator = torch.Generator().manual_seed(1)
    logits = (
        torch.randn(32, classes, generator=generator, dtype=torch.float64) * 3
    ).requires_grad_()
    target = torch.randint(0, classes, (32,), generator=generator)
    losses = LOSSES[key].fn(logits, target)
    z, e = logits.detach(), F.one_hot(target, classes).double()
    p = z.softmax(1)
    value, slope = (form(z, p, e, p.gather(1, target[:, None])) for form in CLOSED_FORMS[key])
    torch.testing.assert_close(losses.detach(), value, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(gradient(losses, logits), slope, rtol=1e-10, atol=1e-12)


def test_a_perfect_fit_of_squared_error_shows_only_23_percent() -> None:
    assert torch.eye(10)[0].softmax(0)[0].item() == pytest.approx(0.232, abs=5e-4)
