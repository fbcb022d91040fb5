"""What may be taught, and what is said of what may not."""

from dataclasses import replace

import pytest
import torch

from losslens.live.teach.examples import LEAST, MOST, Classes, Example, TeachError, given

EXAMPLE = Example("data:,", torch.zeros(2, 3))
NAMES = ["A", "B", "C"]


def classes(*counts: int) -> Classes:
    filled = tuple((EXAMPLE,) * count for count in counts)
    return replace(Classes(), examples=filled)


def refused(classes: Classes, names: list[str]) -> TeachError:
    with pytest.raises(TeachError) as caught:
        given(classes, names)
    return caught.value


def test_classes_without_examples_are_left_out() -> None:
    taught = given(classes(5, 0, 6), [" A ", "B", "C  c"])
    assert taught.names == ("A", "C c")
    assert taught.dataset.images.shape == (11, 3, 2, 1)
    assert taught.dataset.target.tolist() == [0] * 5 + [1] * 6


def test_what_is_missing_is_said() -> None:
    assert refused(classes(0, 0, 0), NAMES).reason == "nothing"
    assert refused(classes(5, 0, 0), NAMES).reason == "one_class"
    few = refused(classes(5, 4, 0), NAMES)
    assert few.reason == "few" and few.values == {"name": "B", "count": 4, "least": LEAST}
    assert refused(classes(5, 5, 0), ["A", " ", "C"]).reason == "no_name"
    assert refused(classes(5, 5, 0), ["A", "A ", "C"]).values == {"name": "A"}
    assert given(classes(5, 5, 0), ["A", "B", "A"]).names == ("A", "B")  # the third is not used


def test_a_class_is_full_once_and_has_room_when_one_is_taken_away() -> None:
    full = classes(MOST, 0, 0)
    with pytest.raises(TeachError, match="full"):
        full.with_example(0, EXAMPLE)
    assert full.without(0, 99) == full
    room = full.without(0, 0)
    assert room.count == MOST - 1 and room.with_example(0, EXAMPLE).count == MOST
