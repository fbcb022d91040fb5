"""Teaching: a linear layer a loss on what is known already, and what it makes of examples that it
has not learnt from."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from losslens.data.dataset import Dataset
from losslens.evaluation.metrics import calibration_error, confidence_and_correct
from losslens.live.config import MAX_LOSSES, Point
from losslens.live.teach.examples import LEAST, Given, TeachError
from losslens.losses import LOSSES
from losslens.networks.taught import TaughtHead
from losslens.training.config import TrainConfig
from losslens.training.loop import train
from losslens.training.state import TrainState, new_state

FOLDS = LEAST  # each class has an example in each
# All examples at once: on a linear layer a step takes as long for sixty as for ten. Taught with
# eight of each shape, every loss had 118 to 120 of 120 unseen ones right.
_STEPS = 60
_RATE = 0.02  # under AdamW
# A feature that hardly varies in so few examples may vary in the next picture: it counts as varying
# by this share of what features do on the mean.
_LEAST_SCALE = 0.5
_LENGTH = 10.0  # of an example's features together, about, however many they are


@dataclass(frozen=True)
class Taught:
    """Networks of a visitor's classes, one a loss, and how they answered what they had not learnt
    from."""

    given: Given
    heads: dict[str, TaughtHead]  # by loss
    # At the end: each example answered by networks that learnt without its fold.
    end: Point
    answers: dict[str, list[int]]  # likewise, by loss: the class that each example was taken for


def teach(given: Given, losses: list[str], seed: int = 0) -> Iterator[float | Taught]:
    """Train a network a loss: once without each fold, to measure, and once with all examples.

    Gives the share that is done (0..1), and at last what was taught. Raises TeachError for losses
    that are none, or too many, and for one that is no longer finite.
    """
    if not 1 <= len(losses) <= MAX_LOSSES or not set(losses) <= set(LOSSES):
        raise TeachError("losses", most=MAX_LOSSES)
    began, folds = time.monotonic(), _folds(given.dataset.target, seed)
    every = torch.arange(len(folds))
    logits = {loss: torch.zeros(len(folds), len(given.names)) for loss in losses}
    heads: dict[str, TaughtHead] = {}
    for number, loss in enumerate(losses):
        for fold in range(FOLDS):
            yield (number * (FOLDS + 1) + fold) / (len(losses) * (FOLDS + 1))
            kept, held_out = every[folds != fold], every[folds == fold]
            head = _trained(given, kept, loss, seed)
            logits[loss][held_out] = outputs(head, given.dataset.images[held_out])
        heads[loss] = _trained(given, every, loss, seed)
    end = _point(logits, given.dataset, time.monotonic() - began)
    answers = {loss: each.argmax(dim=1).tolist() for loss, each in logits.items()}
    yield Taught(given, heads, end, answers)


def _folds(target: Tensor, seed: int) -> Tensor:
    """The fold (N,) of each example: those of a class are dealt out at random."""
    folds = torch.zeros_like(target)
    chance = Generator().manual_seed(seed)
    for each in target.unique():
        members = torch.nonzero(target == each).squeeze(1)
        members = members[torch.randperm(len(members), generator=chance)]
        folds[members] = torch.arange(len(members)) % FOLDS
    return folds


def _trained(given: Given, kept: Tensor, loss: str, seed: int) -> TaughtHead:
    """The network after its training on the examples at ``kept``, in eval mode."""
    dataset = given.dataset.pick(kept)
    state = _fresh(dataset, len(given.names), seed)
    counts = dataset.counts(len(given.names))
    try:
        for _ in train(state, LOSSES[loss].for_counts(counts), dataset, one_copy):
            pass
    except ArithmeticError:
        raise TeachError("diverged", loss=loss) from None
    head = state.network()
    assert isinstance(head, TaughtHead)
    return head.requires_grad_(False)


def _fresh(dataset: Dataset, classes: int, seed: int) -> TrainState:
    config = TrainConfig(
        seed=seed,
        epochs=_STEPS,
        batch_size=len(dataset),
        learning_rate=_RATE,
        average=0.0,
    )

    def head() -> TaughtHead:
        made = TaughtHead(dataset.images.shape[1], classes)
        values = dataset.images.transpose(0, 1).flatten(1)  # (F, N * copies)
        made.mean.copy_(values.mean(dim=1))
        spread = values.std(dim=1)
        spread = spread.clamp_min(float(spread.mean()) * _LEAST_SCALE)
        made.scale.copy_(spread * len(spread) ** 0.5 / _LENGTH)
        return made

    return new_state(config, network=head)


def one_copy(images: Tensor, target: Tensor, generator: Generator) -> Tensor:
    """Of each example's features (N, F, copies, 1) those of one copy, drawn: (N, F, 1, 1)."""
    chosen = torch.randint(0, images.shape[2], (len(images),), generator=generator)
    return images[torch.arange(len(images)), :, chosen][..., None]


@torch.inference_mode()
def outputs(head: TaughtHead, images: Tensor) -> Tensor:
    """The logits (N, C) of examples (N, F, copies, 1), as they are."""
    logits: Tensor = head(images[:, :, 0, 0])
    return logits


@torch.inference_mode()
def answers_to(taught: Taught, features: Tensor) -> dict[str, list[float]]:
    """Each loss's softmax over the classes, of a picture's features (1, F)."""
    return {loss: head(features).softmax(dim=1)[0].tolist() for loss, head in taught.heads.items()}


def _point(logits: dict[str, Tensor], dataset: Dataset, seconds: float) -> Point:
    measured = [confidence_and_correct(each, dataset.target) for each in logits.values()]
    return Point(
        seen=len(dataset),
        total=len(dataset),
        seconds=round(seconds, 2),
        loss=[0.0] * len(measured),
        accuracy=[float(correct.mean()) for _, correct in measured],
        calibration_error=[calibration_error(*each) for each in measured],
        reading=[],
        right=[correct.astype(int).tolist() for _, correct in measured],
        confidence=[confidence.round(5).tolist() for confidence, _ in measured],
    )
