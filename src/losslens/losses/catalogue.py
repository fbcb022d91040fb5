"""TODO losses.catalogue."""

from dataclasses import dataclass

from losslens.losses.functions import LossFunction, bce, brier, cross_entropy, focal, gce, kl_div, margin, mse


@dataclass(frozen=True)
class Loss:
    """One entry of ``LOSSES``: how it is called on screen and how it is computed."""

    key: str
    label: str
    fn: LossFunction


LOSSES: dict[str, Loss] = {
    loss.key: loss
    for loss in (
        Loss("cross_entropy", "Cross-entropy", cross_entropy),
        Loss("kl_div", "KL divergence", kl_div),
        Loss("mse", "Squared error (logits)", mse),
        Loss("brier", "Squared error (probabilities)", brier),
        Loss("bce", "One-vs-rest", bce),
        Loss("focal", "Focal (γ = 2)", focal),
        Loss("margin", "Margin (hinge)", margin),
        Loss("gce", "Generalised cross-entropy", gce),
    )
}
