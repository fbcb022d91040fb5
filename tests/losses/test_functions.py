"""Every loss against its contract, torch's own functions, its identities and its closed form."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from losslens.losses import LOSSES
from losslens.losses.class_counts import (
    adjusted_afterwards,
    class_balanced,
    class_weighted,
    ldam,
    logit_adjusted,
)
from losslens.losses.functions import (
    asymmetric,
    bce,
    cross_entropy,
    focal,
    gce,
    kl_div,
    label_smoothing,
    mae,
    margin,
    nce_rce,
    nll,
    poly1,
    sce,
    squared_hinge,
)

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


EQUAL = torch.full((10,), 7)
RARE = torch.tensor([500, 300, 200, 100, 50, 30, 20, 10, 5, 0])  # examples of each class
SAME = {  # name: (special case, what it is)
    "nll": (nll, cross_entropy),
    "kl_div": (lambda z, y: kl_div(z, y, eps=0.0), cross_entropy),
    "label_smoothing": (lambda z, y: label_smoothing(z, y, eps=0.0), cross_entropy),
    "focal": (lambda z, y: focal(z, y, gamma=0.0), cross_entropy),
    "poly1": (lambda z, y: poly1(z, y, eps=0.0), cross_entropy),
    "poly1, 1": (poly1, lambda z, y: cross_entropy(z, y) + mae(z, y) / 2),
    "sce": (lambda z, y: sce(z, y, alpha=1.0, beta=0.0), cross_entropy),
    "sce and nce_rce": (
        lambda z, y: sce(z, y, alpha=0.0, beta=2.0),
        lambda z, y: nce_rce(z, y, alpha=0.0, beta=2.0),
    ),
    "asymmetric": (lambda z, y: asymmetric(z, y, gamma=0.0, shift=0.0), bce),
    "class_weighted": (lambda z, y: class_weighted(z, y, EQUAL), cross_entropy),
    "class_balanced": (lambda z, y: class_balanced(z, y, EQUAL), cross_entropy),
    "class_balanced, 0": (lambda z, y: class_balanced(z, y, RARE, beta=0.0), cross_entropy),
    "class_balanced, 1": (
        lambda z, y: class_balanced(z, y, RARE, beta=1 - 1e-9),
        lambda z, y: class_weighted(z, y, RARE),
    ),
    "logit_adjusted": (lambda z, y: logit_adjusted(z, y, EQUAL), cross_entropy),
    "logit_adjusted, 0": (lambda z, y: logit_adjusted(z, y, RARE, tau=0.0), cross_entropy),
    "logit_adjusted, afterwards": (
        lambda z, y: logit_adjusted(adjusted_afterwards(z, RARE), y, RARE),
        cross_entropy,
    ),
    "ldam": (lambda z, y: ldam(z, y, RARE, largest=0.0), cross_entropy),
    "ldam, equal": (lambda z, y: ldam(z, y, EQUAL), lambda z, y: ldam(z, y)),
}


@pytest.mark.parametrize("name", SAME)
def test_special_cases_agree_in_value_and_gradient(name: str, batch: Batch) -> None:
    logits, target = batch
    same, other = (function(logits, target) for function in SAME[name])
    torch.testing.assert_close(same, other, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(
        gradient(same, logits), gradient(other, logits), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("key", [key for key, loss in LOSSES.items() if loss.same_as])
def test_what_trains_the_same_has_the_same_gradient(key: str, batch: Batch) -> None:
    logits, target = batch
    one, other = LOSSES[key], LOSSES[LOSSES[key].same_as]
    torch.testing.assert_close(
        gradient(one.fn(logits, target), logits), gradient(other.fn(logits, target), logits)
    )


@pytest.mark.parametrize("key", [key for key, loss in LOSSES.items() if loss.uses_counts])
def test_without_counts_all_classes_are_as_common(key: str, batch: Batch) -> None:
    logits, target = batch
    loss = LOSSES[key]
    for counts in (torch.full((10,), 1), torch.full((10,), 5000)):
        torch.testing.assert_close(loss.for_counts(counts)(logits, target), loss.fn(logits, target))
    rare = loss.for_counts(RARE)(logits, target)
    assert not torch.allclose(rare, loss.fn(logits, target))
    assert rare.isfinite().all() and (rare >= 0).all()
    assert torch.autograd.gradcheck(lambda z: loss.for_counts(RARE)(z, target), (logits,))


@pytest.mark.parametrize("loss", [class_weighted, class_balanced])
def test_weights_are_one_on_the_mean_and_torchs_own(loss, batch: Batch) -> None:
    """On data with those counts the mean is what torch gives, which divides by the weights."""
    counts = torch.tensor([40, 5, 1])
    target = torch.repeat_interleave(torch.arange(3), counts)
    logits = torch.randn(len(target), 3, generator=torch.Generator().manual_seed(0)).double()
    weight = loss(torch.zeros(3, 3).double(), torch.arange(3), counts) / math.log(3)
    expected = F.cross_entropy(logits, target, weight=weight)
    torch.testing.assert_close(loss(logits, target, counts).mean(), expected)
    assert float((weight * counts).sum() / counts.sum()) == pytest.approx(1)


def test_class_weights_are_those_of_the_papers() -> None:
    counts, zeros = torch.tensor([1000, 10]), torch.zeros(2, 2).double()
    for loss, ratio in (
        (class_weighted, 100),
        (class_balanced, (1 - 0.999**1000) / (1 - 0.999**10)),
    ):
        common, rare = loss(zeros, torch.arange(2), counts).tolist()
        assert rare / common == pytest.approx(ratio)


def test_the_margin_of_ldam_is_the_fourth_root_of_how_rare_a_class_is(batch: Batch) -> None:
    counts = torch.tensor([16_000, 1000, 1000, 1])
    zeros, margins = torch.zeros(4, 4).double(), []
    for value in ldam(zeros, torch.arange(4), counts).tolist():
        # -log(e^-m / (e^-m + 3)) = value
        margins.append(math.log(math.expm1(value) / 3))
    assert margins == pytest.approx([0.5 * (1 / n) ** 0.25 for n in counts.tolist()])


def test_logit_adjusted_asks_as_if_classes_were_as_common() -> None:
    """Where nothing is known of an example but how common the classes are, its own logits are
    equal at the minimum: the shares are in the adjustment."""
    shares = torch.tensor([0.7, 0.2, 0.1]).double()
    logits = torch.zeros(3, 3).double().requires_grad_()
    risk = logit_adjusted(logits, torch.arange(3), shares * 1000)
    assert gradient(shares * risk, logits).sum(dim=0).abs().max() < 1e-12
    assert adjusted_afterwards(shares.log()[None], shares * 1000)[0].tolist() == pytest.approx(
        [0.0] * 3, abs=1e-7
    )


@pytest.mark.parametrize(("loss", "total"), [(mae, 18.0), (nce_rce, 1 + 9 * -math.log(1e-4))])
def test_losses_for_wrong_labels_sum_to_a_constant_over_the_classes(
    loss, total: float, batch: Batch
) -> None:
    """The condition under which Ghosh et al. 2017 prove that symmetric noise moves no minimum."""
    logits, _ = batch
    values = torch.stack([loss(logits, torch.full((16,), label)) for label in range(10)])
    torch.testing.assert_close(values.sum(dim=0), torch.full((16,), total).double())


def test_squared_hinge_and_mae_are_torchs_own(batch: Batch) -> None:
    logits, target = batch
    ours = squared_hinge(logits, target).mean()
    torch.testing.assert_close(ours, F.multi_margin_loss(logits, target, p=2) * 10)
    one_hot = F.one_hot(target, 10).double()
    torch.testing.assert_close(
        mae(logits, target).mean(), F.l1_loss(logits.softmax(1), one_hot) * 10
    )
    torch.testing.assert_close(mae(logits, target), 2 * gce(logits, target, q=1.0))


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
    "nll": -math.log(0.3),
    "label_smoothing": -sum(
        q * math.log(p) for q, p in ((1 / 30, 0.5), (0.9 + 1 / 30, 0.3), (1 / 30, 0.2))
    ),
    "poly1": -math.log(0.3) + 0.7,
    "asymmetric": -math.log(sigmoid(math.log(0.3)))
    - sum((s - 0.05) ** 4 * math.log(1 - (s - 0.05)) for s in (1 / 3, 1 / 6)),
    "squared_hinge": (1 + math.log(0.5 / 0.3)) ** 2 + (1 + math.log(0.2 / 0.3)) ** 2,
    "mae": 0.5 + 0.7 + 0.2,
    "sce": -0.1 * math.log(0.3) - math.log(1e-4) * 0.7,
    "nce_rce": math.log(0.3) / math.log(0.5 * 0.3 * 0.2) - math.log(1e-4) * 0.7,
    "class_weighted": -math.log(0.3),
    "class_balanced": -math.log(0.3),
    "logit_adjusted": -math.log(0.3),
    "ldam": -math.log(0.3 * math.exp(-0.5) / (0.3 * math.exp(-0.5) + 0.7)),
}


def test_every_loss_is_worked_out_by_hand() -> None:
    assert BY_HAND.keys() == LOSSES.keys()


@pytest.mark.parametrize("key", BY_HAND)
def test_a_loss_of_known_probabilities_is_what_paper_and_pencil_give(key: str) -> None:
    assert LOSSES[key].fn(KNOWN, torch.tensor([1])).item() == pytest.approx(BY_HAND[key], rel=1e-12)


def smoothed(e: Tensor) -> Tensor:
    return 0.9 * e + 0.1 / e.shape[1]


def hinges(z: Tensor, e: Tensor) -> Tensor:
    return (1 + z - (z * e).sum(1, keepdim=True)).clamp_min(0)


def shifted(z: Tensor) -> Tensor:
    return (torch.sigmoid(z) - 0.05).clamp_min(0)


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
    "poly1": (
        lambda z, p, e, p_y: (1 - p_y - p_y.log()).squeeze(1),
        lambda z, p, e, p_y: (1 + p_y) * (p - e),
    ),
    "squared_hinge": (
        lambda z, p, e, p_y: ((1 - e) * hinges(z, e) ** 2).sum(1),
        lambda z, p, e, p_y: (
            2 * (1 - e) * hinges(z, e) - 2 * e * ((1 - e) * hinges(z, e)).sum(1, keepdim=True)
        ),
    ),
    "mae": (
        lambda z, p, e, p_y: (p - e).abs().sum(1),
        lambda z, p, e, p_y: 2 * p_y * (p - e),
    ),
    "sce": (
        lambda z, p, e, p_y: (-0.1 * p_y.log() - math.log(1e-4) * (1 - p_y)).squeeze(1),
        lambda z, p, e, p_y: (0.1 - math.log(1e-4) * p_y) * (p - e),
    ),
    "asymmetric": (
        lambda z, p, e, p_y: (
            -e * torch.sigmoid(z).log() - (1 - e) * shifted(z) ** 4 * (1 - shifted(z)).log()
        ).sum(1),
        lambda z, p, e, p_y: (
            e * (torch.sigmoid(z) - 1)
            + (1 - e)
            * torch.sigmoid(z)
            * torch.sigmoid(-z)
            * (shifted(z) ** 4 / (1 - shifted(z)) - 4 * shifted(z) ** 3 * (1 - shifted(z)).log())
        ),
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
