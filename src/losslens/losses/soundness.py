"""Whether a loss can teach anything: tried on a grid of logits, with findings for plain words."""

from dataclasses import dataclass

import torch
from torch import Tensor

from losslens.losses.analysis import value_and_gradient
from losslens.losses.catalogue import Loss


@dataclass(frozen=True)
class Finding:
    """What the check found; ``kind`` is a key of the word catalogue, ``good`` whether it speaks for
    the loss."""

    kind: str
    good: bool


def check(loss: Loss) -> list[Finding]:
    """Try a loss on a grid of logits: is it finite, does it fall as the true logit rises, is there
    a gradient at all?"""
    logits, target = _grid()
    losses, slope = value_and_gradient(loss, logits, target)
    finite = bool(losses.isfinite().all())
    steady = bool(slope.isfinite().all())
    true_slope = slope.gather(1, target[:, None])[slope.isfinite().all(dim=1)]
    scale = (
        max(1e-9, float(slope[slope.isfinite()].abs().amax())) if slope.isfinite().any() else 1e-9
    )
    tiny = 1e-6 * scale
    learns = bool((true_slope < -tiny).any())
    return [
        Finding("finite" if finite else "not_finite", finite),
        Finding("gradient_finite" if steady else "gradient_not_finite", steady),
        Finding("learns" if learns else "no_gradient", learns),
        Finding("decreasing", True)
        if not bool((true_slope > tiny).any())
        else Finding("not_decreasing", False),
    ]


def _grid() -> tuple[Tensor, Tensor]:
    """Logits (M, 3) on a grid from -15 to 15 with one class true: right, wrong and undecided,
    mildly and strongly."""
    steps = torch.tensor([-15.0, -4.0, -1.0, 0.0, 1.0, 4.0, 15.0], dtype=torch.float64)
    logits = torch.cartesian_prod(steps, steps, steps[1:-1:2])
    return logits, torch.zeros(len(logits), dtype=torch.long)
