"""The out-of-distribution (OOD) detector: how little a picture looks like any of a task's classes.

A score from the networks' logits, fitted on held-out data: one hidden layer over all the logits,
and how far the networks agree. With the threshold at 2 % of held-out digits, a logistic regression
on the highest logits and their leads flagged 70 % of 6,000 other made pictures; this flags 95 %.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from losslens.files import atomic_write

_HIDDEN = 64
_EPOCHS = 30
_BATCH = 256
_REACH = 5.0  # standard deviations at which a statistic is cut off
_FILE = "unlike.safetensors"
# Detectors made before their losses were stored with them were fitted on these.
_FIRST_LOSSES = ("cross_entropy", "kl_div", "mse", "brier", "bce", "focal", "margin", "gce")


class OODDetector(nn.Module):
    """A small network over ``statistics``, with the threshold above which a picture is flagged."""

    centre: Tensor
    spread: Tensor
    threshold: Tensor

    def __init__(self, features: int, losses: Sequence[str]) -> None:
        super().__init__()
        self.losses = tuple(losses)  # whose logits it was fitted on, in this order
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

    def score(
        self, logits: dict[str, list[float]], features: Tensor | None = None, coarse: bool = False
    ) -> float | None:
        """0..1 for one picture, from its logits (C,) under each of ``losses``.

        And, where the networks share a backbone, from its features (D, H, W). ``coarse`` plays no
        part. None where one of the losses gave no answer, or where the numbers are not as many as
        it was fitted on.
        """
        if not logits.keys() >= set(self.losses):
            return None
        rows = [torch.tensor(logits[loss])[None] for loss in self.losses]
        row = statistics(rows, None if features is None else features[None])
        return float(self.scores(row)[0]) if row.shape[1:] == self.centre.shape else None

    def flags(self, score: float) -> bool:
        """Whether a picture of this score is flagged as none of the classes."""
        return score > float(self.threshold)


class ExposedDetector(nn.Module):
    """A network over the picture itself that knows one class more, "none of these".

    The score is the softmax probability of that class: of no loss, so that networks may come and go
    without it. Thulasidasan et al. 2021, https://arxiv.org/abs/2105.07107
    """

    threshold: Tensor
    coarse_excess: Tensor  # by how much higher the log-odds' threshold is for coarse pictures
    losses: tuple[str, ...] = ()

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("threshold", torch.tensor(0.5))
        self.register_buffer("coarse_excess", torch.tensor(0.0))

    @torch.inference_mode()
    def scores(self, pictures: Tensor, coarse: bool = False) -> Tensor:
        """0..1 for each picture (N, C, H, W) in 0..1. ``coarse`` are those of few pixels, all ink
        or paper, in which more digits look strange."""
        excess = self.coarse_excess if coarse else torch.zeros(())
        return (none_of_these(self.network(pictures)) - excess).sigmoid()

    def score(
        self, logits: dict[str, list[float]], picture: Tensor | None = None, coarse: bool = False
    ) -> float | None:
        """0..1 for one picture (C, H, W) in 0..1; the logits play no part. None without it."""
        return None if picture is None else float(self.scores(picture[None], coarse)[0])

    def flags(self, score: float) -> bool:
        """Whether a picture of this score is flagged as none of the classes."""
        return score > float(self.threshold)


def none_of_these(logits: Tensor) -> Tensor:
    """The log-odds (N,) of the last class, from logits (N, C)."""
    return logits[:, -1] - logits[:, :-1].logsumexp(dim=1)


def energy(logits: Sequence[Tensor], held_out: Sequence[Tensor]) -> Tensor:
    """How little each picture looks like any class: minus the standardised logsumexp, (N,).

    From the logits (N, C) of one network after the other, standardised on theirs of held-out
    pictures (M, C); the mean over the networks. Liu et al. 2020, https://arxiv.org/abs/2010.03759
    """
    scores = []
    for each, known in zip(logits, held_out, strict=True):
        scale = known.logsumexp(dim=1)
        scores.append((scale.mean() - each.logsumexp(dim=1)) / scale.std())
    return torch.stack(scores).mean(dim=0)


def statistics(logits: Sequence[Tensor], features: Tensor | None = None) -> Tensor:
    """(N, F) from the logits (N, C) of one network after the other.

    Of each the logits themselves, the highest, its lead and their scale; and how far the networks
    agree. From a shared backbone's features (N, D, H, W), where there are any: the mean and the
    highest of each channel.
    """
    columns: list[Tensor] = []
    for each in logits:
        top = each.topk(2, dim=1).values
        scale = each.logsumexp(dim=1, keepdim=True)
        columns += [each, top[:, :1], top[:, :1] - top[:, 1:], scale]
    votes = torch.stack([each.argmax(dim=1) for each in logits], dim=1)
    agreeing = (votes == votes.mode(dim=1).values[:, None]).float().mean(dim=1, keepdim=True)
    if features is not None:
        columns += [features.mean(dim=(2, 3)), features.amax(dim=(2, 3))]
    return torch.cat([*columns, agreeing], dim=1)


def fit(
    losses: Sequence[str], known: Tensor, other: Tensor, unseen: Tensor, *, flagged_share: float
) -> OODDetector:
    """Fit on ``statistics`` of pictures of the classes (N, F) and of others (M, F).

    From a fixed start. ``flagged_share`` (0..1) of ``unseen`` (U, F), more pictures of the classes,
    lie above the threshold.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        detector = OODDetector(known.shape[1], losses)
        detector.centre, detector.spread = known.mean(dim=0), known.std(dim=0).clamp_min(1e-6)
        features = torch.cat([known, other])
        target = torch.cat([torch.zeros(len(known)), torch.ones(len(other))])
        optimizer = torch.optim.AdamW(detector.parameters(), lr=3e-3, weight_decay=0.05)
        for _ in range(_EPOCHS):
            for batch in torch.randperm(len(features)).split(_BATCH):
                optimizer.zero_grad()
                logits = detector(features[batch])
                F.binary_cross_entropy_with_logits(logits, target[batch]).backward()
                optimizer.step()
    detector.threshold = detector.scores(unseen).quantile(1 - flagged_share).clone()
    return detector.eval()


def save(detector: OODDetector | ExposedDetector, folder: Path, fitted: str) -> None:
    """Write the detector into a task's folder of checkpoints.

    ``fitted`` says on what it was fitted, and what was measured.
    """
    metadata = {"fitted": fitted, "losses": ",".join(detector.losses)}
    with atomic_write(folder / _FILE) as partial:
        save_file(detector.state_dict(), partial, metadata)


def load(
    folder: Path, exposed: Callable[[], nn.Module] | None = None
) -> OODDetector | ExposedDetector | None:
    """The detector of a task's folder; None where it is missing or cannot be read.

    ``exposed`` makes the network of an ``ExposedDetector``, where the task has one.
    """
    try:
        with safe_open(folder / _FILE, framework="pt") as file:
            named = (file.metadata() or {}).get("losses")
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        losses = named.split(",") if named else _FIRST_LOSSES
        if exposed:
            detector: OODDetector | ExposedDetector = ExposedDetector(exposed())
            state.setdefault("coarse_excess", torch.tensor(0.0))  # older files lack it
        else:
            detector = OODDetector(len(state["centre"]), losses)
        detector.load_state_dict(state)
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError):
        return None
    finite = all(bool(value.isfinite().all()) for value in detector.state_dict().values())
    return detector.eval() if finite else None
