"""What a task is made of: one record, ``Task``, which carries all that its weights and its pages
need."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from losslens.data.dataset import Augment, Dataset, Splits
from losslens.images.pen import Strokes
from losslens.images.preprocessing import Found

LIVE_EXAMPLES = 4_000  # most that a live run learns from

InputKind = Literal["drawing", "photo"]
Saliency = Callable[
    [nn.Module, Tensor], NDArray[np.float32]
]  # network, its input (C, H, W) -> (H, W), in logits
Strengths = tuple[float, float, float]  # of a corruption: mild, medium, strong


@dataclass(frozen=True)
class Backbone:
    """What the networks of all losses of a task stand on: weights learnt elsewhere, that stay as
    they are.

    The networks look at the mean over all places of its features alone.
    """

    build: Callable[[], nn.Module]  # pictures (N, C, H, W) to what the task's networks take
    pretrained: Callable[[], nn.Module]  # the same with the weights learnt elsewhere
    for_learning: Callable[[nn.Module], nn.Module] = lambda backbone: (
        backbone
    )  # how it is run over pictures to learn from


@dataclass(frozen=True)
class FineTuning:
    """A shorter second run from where the first ended, on pictures augmented less: nearer to those
    to be answered.

    He et al. 2019, https://arxiv.org/abs/1909.09148. On 5,000 held-out digits it took brier from 37
    errors to 23 and cross_entropy from 32 to 27; as many more epochs of the first kind left 33 and
    30.
    """

    augment: Augment
    epochs: float  # as a share of the first run's
    learning_rate: float  # likewise


@dataclass(frozen=True)
class NetworkDetector:
    """An OOD detector that looks at pictures, or at a backbone's features of them, itself.

    It learns from pictures of other things, or knows what it knows from elsewhere.
    """

    # (N, C, H, W) to logits of the classes and of none, the last. One that learns has ``members``,
    # each of which learns by itself.
    network: Callable[[], nn.Module]
    # The pictures to train on, folders with others, seed -> (pictures of the classes, others as
    # uint8). Made ones where no folder is given.
    pictures: Callable[[Dataset, Sequence[Path], int], tuple[Dataset, Tensor]] | None = None
    pretrained: Callable[[], nn.Module] | None = None  # the network with weights learnt elsewhere
    # Of pictures (N, C, H, W), a seed and a count: some of them in few pixels, and which they are.
    coarse: Callable[[Tensor, int, int], tuple[Tensor, Tensor]] | None = None


@dataclass(frozen=True)
class LearningRates:
    """Peak learning rates of live training under one optimizer: the usual one, and those of losses
    that need another."""

    usual: float
    others: Mapping[str, float] = field(default_factory=dict)

    def of(self, loss: str) -> float:
        """The rate recommended for ``loss``; the usual one for a loss that was not tried."""
        return self.others.get(loss, self.usual)


@dataclass(frozen=True)
class Live:
    """How a task is trained live: data that ships with the package, and a network that learns in
    seconds.

    ``read_code`` and ``order_code`` are the same reading as lines of the exported script: from
    ``archive``, the opened ``data_file``, and from ``target``. The sources of ``network`` and
    ``augment`` stand in that script too, so they use nothing of their modules but functions that
    ``augment`` calls.
    """

    data_file: Path
    load: Callable[[], tuple[Dataset, Dataset]]  # (to learn from, held out)
    network: type[nn.Module]
    shape: tuple[int, int, int]  # (C, H, W) of the network's input
    learning_rates: Mapping[
        str, LearningRates
    ]  # of each optimizer; chosen on 800 of the examples to learn from
    read_code: str
    order_code: str
    augment: Augment | None = None  # of a training batch
    to_input: Callable[[Tensor], Tensor] = lambda features: (
        features
    )  # what the app keeps of a picture -> (C, H, W)
    # The network of a large run, on a GPU, and its rate under AdamW; None: ``network`` is all
    # there is.
    large_network: type[nn.Module] | None = None
    large_rate: float = 4e-3

    def enlarged(self) -> "Live":
        """The same for a large run."""
        if self.large_network is None:
            return self
        rates = {**self.learning_rates, "adamw": LearningRates(self.large_rate)}
        return replace(self, network=self.large_network, learning_rates=rates)


@dataclass(frozen=True)
class CardFacts:
    """What the model card of published checkpoints says of a task, in Markdown."""

    dataset: str  # its id on the Hugging Face Hub
    dataset_name: str
    training_data: str
    limits: str
    licence: str = ""


@dataclass(frozen=True)
class Sample:
    """A picture to click on the task's tab."""

    key: str
    picture: Image.Image
    label: str = ""  # its true class; empty where it shows none of them
    disputed: bool = False  # whether it is there because the networks disagree on it


@dataclass(frozen=True)
class Task:
    """One classification task; ``key`` is also the folder in models/. What is left out, the task
    does without."""

    key: str
    labels: tuple[str, ...]
    shape: tuple[int, int, int]  # (C, H, W) of the network's input
    input_kind: InputKind
    network: Callable[[], nn.Module]  # built on call, never at import
    to_tensor: Callable[[Image.Image], Tensor]  # a person's picture -> (C, H, W) in 0..1
    load: Callable[[str | Path], Splits]  # from a data folder
    epochs: int = 2  # of the shipped checkpoints
    learning_rate: float = 1e-3
    augment: Augment | None = None  # of a training batch
    saliency: Saliency | None = None
    synthetic_ood: Callable[[int], Tensor] | None = (
        None  # seed -> pictures (N, C, H, W) that show none of the classes
    )
    network_detector: NetworkDetector | None = None  # else the OOD detector looks at logits
    shows_several: Callable[[Tensor, Sequence[nn.Module], nn.Module], bool] | None = (
        None  # features, networks, the detector's network -> whether several classes are there
    )
    read: Callable[[Image.Image | Strokes], Found] | None = (
        None  # a picture or strokes -> the network's input, or why there is nothing to answer
    )
    is_blank: Callable[[Tensor], bool] = lambda image: False  # whether there is nothing to answer
    shareable: bool = False  # whether pictures of the test data may be handed on and shown
    fine_tuning: FineTuning | None = (
        None  # how each network's training ends, where not with its first run
    )
    stacked: Callable[[Sequence[nn.Module]], nn.Module] | None = (
        None  # several networks as one: its input to logits (N, networks, C)
    )
    backbone: Backbone | None = (
        None  # what the losses' networks stand on, where they share anything
    )
    live: Live | None = None
    corruption_strengths: Mapping[str, Strengths] = field(
        default_factory=dict
    )  # by corruption; others are not measured
    corruption_examples: int = 1_000  # of the test data: half a minute to ten
    samples: Callable[[], list[Sample]] = list
    # For asymmetric label noise: the classes that are mistaken, and for which.
    confused: Mapping[int, int] = field(default_factory=dict)
    card: CardFacts | None = None
    endpoint: str = ""  # name of its endpoint; empty: predict_<key>

    @property
    def endpoint_name(self) -> str:
        """The name of the endpoint that answers a picture."""
        return self.endpoint or f"predict_{self.key}"

    def opening(self) -> Sample | None:
        """The sample that the task's tab opens with: the first that is disputed, else the first."""
        samples = self.samples()
        return next((each for each in samples if each.disputed), samples[0] if samples else None)

    def found(self, given: Image.Image | Strokes) -> Found:
        """What there is to be read of a picture, or of strokes where the task reads them."""
        if self.read is not None:
            return self.read(given)
        if isinstance(given, Strokes):
            raise TypeError(f"the task {self.key} reads no strokes")
        return Found(self.to_tensor(given))

    def blank(self) -> Tensor:
        """An input with nothing on it."""
        return torch.zeros(self.shape)
