"""TODO losses.analysis."""

import torch
from torch import Tensor

from losslens.losses.catalogue import Loss


def value_and_gradient(loss: Loss, logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Each example's value (N,) and its gradient in the logits (N, C); zeros where the value does
    not depend on them."""
    logits = logits.detach().requires_grad_()
    with torch.enable_grad():
        values = loss.fn(logits, target)
        (gradient,) = torch.autograd.grad(values.sum(), logits, allow_unused=True)
    return values.detach(), torch.zeros_like(logits) if gradient is None else gradient
