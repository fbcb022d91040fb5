"""How little a picture looks like any class: a score from the eight networks' logits, fitted on held-out data.

One hidden layer over all the logits, and how far the networks agree. With the threshold at 2 % of held-out digits, a
logistic regression on the highest logits and their leads marked 70 % of 6,000 other made synthetic_ood; this marks 95 %.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from losslens.losses import LOSSES

_HIDDEN = 64
_EPOCHS = 30
_BATCH = 256
_REACH = 5.0  # standard deviations at which a statistic is cut off
_FILE = "unlike.safetensors"


class OODDetector(nn.Module):
    """A small network over ``statistics``, with the threshold above which a picture is marked."""

    centre: Tensor
    spread: Tensor
    threshold: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(features, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 1))
        self.register_buffer("centre", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.register_buffer("threshold", torch.tensor(0.5))

    def forward(self, features: Tensor) -> Tensor:
        """The score's logit for each row of ``statistics`` (N, F): a tensor (N,)."""
        scaled = ((features - self.centre) / self.spread).clamp(-_REACH, _REACH)
        logits: Tensor = self.layers(scaled).squeeze(1)
        return logits

    @torch.inference_mode()
    def scores(self, features: Tensor) -> Tensor:
        """0..1 for each row of ``statistics`` (N, F)."""
        logits: Tensor = self(features)
        return logits.sigmoid()

    def score(self, logits: dict[str, list[float]], features: Tensor | None = None) -> float:
        """0..1 for one picture, from each loss's logits (C,) and, where a backbone is shared, its
        features (F, H, W)."""
        rows = {loss: torch.tensor(values)[None] for loss, values in logits.items()}
        return float(self.scores(statistics(rows, None if features is None else features[None]))[0])

    def marks(self, score: float) -> bool:
        """Whether a picture of this score is marked as none of the classes."""
        return score > float(self.threshold)


def statistics(logits: dict[str, Tensor], features: Tensor | None = None) -> Tensor:
    """(N, F) from each loss's logits (N, C): themselves, the highest, its lead, their scale, and
    agreement.

    And from a shared backbone's features (N, D, H, W), where there are any: the mean and the
    highest of each channel.
    """
    columns, answers = [], []
    for loss in LOSSES:
        top = logits[loss].topk(2, dim=1).values
        columns += [
            logits[loss],
            top[:, :1],
            top[:, :1] - top[:, 1:],
            logits[loss].logsumexp(dim=1, keepdim=True),
        ]
        answers.append(logits[loss].argmax(dim=1))
    votes = torch.stack(answers, dim=1)
    agreeing = (votes == votes.mode(dim=1).values[:, None]).float().mean(dim=1, keepdim=True)
    if features is not None:
        columns += [features.mean(dim=(2, 3)), features.amax(dim=(2, 3))]
    return torch.cat([*columns, agreeing], dim=1)


def fit(like: Tensor, other: Tensor, unseen: Tensor, *, flagged_share: float) -> OODDetector:
    """Fit on ``statistics`` of pictures of the classes (N, F) and of other pictures (M, F), from a
    fixed start.

    ``flagged_share`` (0..1) of ``unseen`` (U, F), more pictures of the classes, lie above the
    threshold.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        detector = OODDetector(like.shape[1])
        detector.centre, detector.spread = like.mean(dim=0), like.std(dim=0).clamp_min(1e-6)
        features = torch.cat([like, other])
        target = torch.cat([torch.zeros(len(like)), torch.ones(len(other))])
        optimizer = torch.optim.AdamW(detector.parameters(), lr=3e-3, weight_decay=0.05)
        for _ in range(_EPOCHS):
            for batch in torch.randperm(len(features)).split(_BATCH):
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(
                    detector(features[batch]), target[batch]
                ).backward()
                optimizer.step()
    detector.threshold = detector.scores(unseen).quantile(1 - flagged_share).clone()
    return detector.eval()


def save(detector: OODDetector, folder: Path, fitted: str) -> None:
    """Write the detector into a task's folder of checkpoints; ``fitted`` says on what, and what was
    measured."""
    save_file(detector.state_dict(), folder / _FILE, {"fitted": fitted})


def load(folder: Path) -> OODDetector | None:
    """The detector of a task's folder; None where it is missing or cannot be read."""
    try:
        state = load_file(folder / _FILE)
        detector = OODDetector(len(state["centre"]))
        detector.load_state_dict(state)
    except (OSError, SafetensorError, RuntimeError, KeyError):
        return None
    return detector.eval()
