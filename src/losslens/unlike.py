"""How little a picture looks like any class: a score from the eight networks' logits, fitted on held-out data."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from losslens.losses import LOSSES


@dataclass(frozen=True)
class Unlike:
    """A logistic regression on a few statistics of the logits, with the threshold above which a picture is marked."""

    weights: list[float]
    bias: float
    centre: list[float]
    spread: list[float]
    threshold: float  # of the score, 0..1
    fitted: str  # on what, and what was measured

    def score(self, logits: dict[str, list[float]]) -> float:
        """0..1 for one picture, from each loss's logits (C,)."""
        features = statistics({loss: torch.tensor(values)[None] for loss, values in logits.items()})
        return float(self.scores(features)[0])

    def scores(self, features: Tensor) -> Tensor:
        """0..1 for each row of ``statistics`` (N, F)."""
        scaled = (features - torch.tensor(self.centre)) / torch.tensor(self.spread)
        return (scaled.clamp(-5, 5) @ torch.tensor(self.weights) + self.bias).sigmoid()

    def marks(self, score: float) -> bool:
        """Whether a picture of this score is marked as none of the classes."""
        return score > self.threshold


def statistics(logits: dict[str, Tensor]) -> Tensor:
    """(N, F) from each loss's logits (N, C): the highest logit, its lead, their scale, and how far the networks agree."""
    columns, answers = [], []
    for loss in LOSSES:
        top = logits[loss].topk(2, dim=1).values
        columns += [top[:, 0], top[:, 0] - top[:, 1], logits[loss].logsumexp(dim=1)]
        answers.append(logits[loss].argmax(dim=1))
    votes = torch.stack(answers, dim=1)
    agreeing = (votes == votes.mode(dim=1).values[:, None]).float().mean(dim=1)
    return torch.stack([*columns, agreeing], dim=1)


def fit(like: Tensor, other: Tensor, *, marked_share: float, fitted: str) -> Unlike:
    """Fit on ``statistics`` of pictures of the classes (N, F) and of other pictures (M, F).

    ``marked_share`` (0..1) of the pictures ``like`` the classes lie above the threshold.
    """
    features = torch.cat([like, other])
    centre, spread = like.mean(dim=0), like.std(dim=0).clamp_min(1e-6)
    scaled = ((features - centre) / spread).clamp(-5, 5)
    target = torch.cat([torch.zeros(len(like)), torch.ones(len(other))])
    balance = torch.where(target > 0, len(like) / len(other), 1.0)
    weights = torch.zeros(features.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=500, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        losses = torch.nn.functional.binary_cross_entropy_with_logits(scaled @ weights + bias, target, balance)
        loss = losses + 1e-3 * weights.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    draft = Unlike(weights.tolist(), float(bias.detach()), centre.tolist(), spread.tolist(), 0.5, fitted)
    threshold = float(draft.scores(like).quantile(1 - marked_share))
    return Unlike(**(asdict(draft) | {"threshold": threshold}))


def save(detector: Unlike, folder: Path) -> None:
    """Write the detector into a task's folder of checkpoints."""
    (folder / "unlike.json").write_text(json.dumps(asdict(detector), indent=1) + "\n")


def load(folder: Path) -> Unlike | None:
    """The detector of a task's folder; None where it is missing or cannot be read."""
    try:
        return Unlike(**json.loads((folder / "unlike.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
