"""The examples of classes of one's own: what may be taught, and why something may not."""

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from losslens.data.dataset import Dataset

Kind = Literal["drawing", "photo"]
KINDS: tuple[Kind, ...] = ("drawing", "photo")
MOST_CLASSES = 3
LEAST, MOST = 5, 20  # examples of a class
LONGEST_NAME = 24  # characters


class TeachError(ValueError):
    """What cannot be taught; ``reason`` names a text of the page, and ``values`` fill it."""

    def __init__(self, reason: str, **values: object) -> None:
        said = ", ".join(f"{name} {value}" for name, value in values.items())
        super().__init__(f"{reason}: {said}" if said else reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True)
class Example:
    """A picture of a class, as it is kept: small."""

    picture: str  # a data URL, to be looked at
    features: Tensor  # (copies, F): of the picture as it is, and of changed copies of it


@dataclass(frozen=True)
class Classes:
    """The examples of each class; a class without any is left out when it is taught."""

    kind: Kind = "drawing"
    examples: tuple[tuple[Example, ...], ...] = ((),) * MOST_CLASSES

    @property
    def count(self) -> int:
        """The examples of all classes."""
        return sum(map(len, self.examples))

    def with_example(self, place: int, example: Example) -> "Classes":
        """One more example of the class at ``place``. Raises TeachError where it has its most."""
        if len(self.examples[place]) >= MOST:
            raise TeachError("full", most=MOST)
        return self._changed(place, (*self.examples[place], example))

    def without(self, place: int, index: int) -> "Classes":
        """Without one example; an index that is none changes nothing."""
        kept = tuple(each for at, each in enumerate(self.examples[place]) if at != index)
        return self._changed(place, kept)

    def _changed(self, place: int, kept: tuple[Example, ...]) -> "Classes":
        examples = tuple(kept if at == place else before for at, before in enumerate(self.examples))
        return replace(self, examples=examples)


@dataclass(frozen=True)
class Given:
    """What is taught: names, and features (N, F, copies, 1) with their classes."""

    kind: Kind
    names: tuple[str, ...]
    dataset: Dataset
    pictures: tuple[str, ...]  # of the examples, to be looked at


def given(classes: Classes, names: list[str]) -> Given:
    """The classes that have examples, under their names; those of unused classes do not matter.

    Raises TeachError where something is missing: examples, a second class, a name, or a difference
    between two names.
    """
    if not classes.count:
        raise TeachError("nothing", least=LEAST)
    used = [place for place, each in enumerate(classes.examples) if each]
    called = [" ".join(str(names[place] or "").split())[:LONGEST_NAME] for place in used]
    if not all(called):
        raise TeachError("no_name")
    for name, place in zip(called, used, strict=True):
        if called.count(name) > 1:
            raise TeachError("same_names", name=name)
        if len(classes.examples[place]) < LEAST:
            raise TeachError("few", name=name, count=len(classes.examples[place]), least=LEAST)
    if len(used) < 2:
        raise TeachError("one_class", name=called[0], least=LEAST)
    every = [(number, each) for number, at in enumerate(used) for each in classes.examples[at]]
    features = torch.stack([each.features.T[:, :, None] for _, each in every])
    target = torch.tensor([number for number, _ in every])
    pictures = tuple(each.picture for _, each in every)
    return Given(classes.kind, tuple(called), Dataset(features, target), pictures)
